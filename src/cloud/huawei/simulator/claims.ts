// Claims of existing storage (4.2), at the host of their cluster.
import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import { findClaim } from "./claim-records.ts";
import { clusterNamedBy } from "./cluster-host.ts";
import type { ClaimObjects } from "./kube/claim-objects.ts";
import { isSince } from "./node-creation.ts";
import { labels } from "./nodepool-spec.ts";
import { CodedRefusal, KubeRefusal } from "./refusals.ts";
import type { Cce, CceTables, Cluster } from "./state.ts";
import { STORAGE_TYPES } from "./storage-state.ts";

const COLLECTION = "/api/v1/namespaces/:namespace/cloudpersistentvolumeclaims";

/** Table 4-287: from when on a claim may be mounted by one node alone. */
const READ_WRITE_ONCE = { cluster: [1, 13, 10], driver: [1, 0, 19] };

const claimName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, "must have a-z, 0-9, - and . and start and end with a letter or digit");

/** Table 4-285. */
const claimBody = z.object({
  kind: z.literal("PersistentVolumeClaim"),
  apiVersion: z.literal("v1"),
  metadata: z.object({ name: claimName, labels: labels.default({}) }),
  spec: z
    .object({
      volumeName: z.string().optional(),
      volumeID: z.string().min(1).optional(),
      storageType: z.enum(STORAGE_TYPES).optional(),
      accessModes: z.array(z.enum(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"])).min(1),
    })
    .refine(({ volumeID, storageType }) => (volumeID === undefined) === (storageType === undefined), {
      path: ["storageType"],
      message: "must be given together with volumeID",
    }),
});

const flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** Table 4-290. */
const removal = z
  .object({ deleteVolume: flag.optional(), storageType: z.enum(STORAGE_TYPES).optional() })
  .refine(({ deleteVolume, storageType }) => (deleteVolume === undefined) === (storageType === undefined), {
    path: ["storageType"],
    message: "must be given together with deleteVolume",
  });

export function claimRoutes(cce: Cce, objects: ClaimObjects): Route<CceTables>[] {
  return [
    { method: "POST", path: COLLECTION, handle: (call) => create(cce, objects, call) },
    { method: "DELETE", path: `${COLLECTION}/:name`, handle: (call) => remove(cce, objects, call) },
  ];
}

/** 4.2.1: the claim is Pending, and bound a while later where the storage is there and free. */
async function create(cce: Cce, objects: ClaimObjects, call: Call): Promise<Answer> {
  const cluster = requireRunning(cce, call);
  const { metadata, spec } = parseInput(claimBody, parseJson(call.body));
  if (spec.accessModes.includes("ReadWriteOnce")) checkReadWriteOnce(cce, cluster);
  const made = await objects.create({
    clusterId: cluster.id,
    namespace: call.params["namespace"] ?? "",
    name: metadata.name,
    labels: metadata.labels,
    accessModes: spec.accessModes,
    volumeId: spec.volumeID ?? "",
    storageType: spec.storageType ?? "",
    // Where volumeID is given the volume's name is not looked at.
    volumeName: spec.volumeID === undefined ? (spec.volumeName ?? "") : `pv-${randomUUID()}`,
  });
  return { status: 201, body: made, logged: { effect: true } };
}

/** 4.2.2: the storage goes too where the call says so and names its type. */
async function remove(cce: Cce, objects: ClaimObjects, call: Call): Promise<Answer> {
  const cluster = requireRunning(cce, call);
  const { deleteVolume = false, storageType } = parseInput(removal, Object.fromEntries(call.query));
  const { namespace = "", name = "" } = call.params;
  const key = { clusterId: cluster.id, namespace, name };
  const claim = findClaim(cce.store, key);
  if (deleteVolume && claim !== undefined && claim.storageType !== storageType) {
    const problem = `the storage of the claim ${name} is of type ${claim.storageType}, not ${storageType}`;
    throw new KubeRefusal(400, "BadRequest", problem);
  }
  const body = await objects.remove(key, deleteVolume);
  return { status: 200, body, logged: { effect: true } };
}

function checkReadWriteOnce({ store }: Cce, cluster: Cluster): void {
  const driver = store
    .list("addons")
    .find(({ clusterId, name }) => clusterId === cluster.id && name === "storage-driver");
  const hasDriver = driver !== undefined && isSince(driver.version, READ_WRITE_ONCE.driver);
  if (hasDriver && isSince(cluster.version, READ_WRITE_ONCE.cluster)) return;
  throw new KubeRefusal(
    400,
    "BadRequest",
    "spec.accessModes: ReadWriteOnce needs a cluster of v1.13.10 and storage-driver 1.0.19",
  );
}

/** Throws what the gateway says where it can't reach the cluster's API: nothing is known of what is in it. */
function requireRunning(cce: Cce, call: Call): Cluster {
  const id = clusterNamedBy(call, cce.store);
  const cluster = cce.store.get("clusters", id ?? "");
  if (cluster === undefined) throw new CodedRefusal(404, "APIGW.0101", "The API does not exist: no such cluster");
  if (cluster.phase === "Available") return cluster;
  throw new CodedRefusal(503, "APIGW.0201", `Backend unavailable: the cluster status is ${cluster.phase}`);
}
