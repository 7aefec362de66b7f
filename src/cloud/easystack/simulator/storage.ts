// Storage (1.20): classes, claims and volumes of one cluster or of all, and what changes classes and volumes.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { claimOnWire, placeOnWire, usersOf } from "./claims.ts";
import type { Typed } from "./kube/manifest.ts";
import { draft, withDefaults } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import { hasOffer, offersOf } from "./offers.ts";
import type { Operations, Request } from "./request.ts";
import type { Cluster, Ecns } from "./state.ts";
import { bodyOf, deleted, ok, part, query, stamp, unnamed } from "./wire.ts";

const TYPES = ["StorageClass", "PVC", "PV"] as const;
type StorageType = (typeof TYPES)[number];

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";

const PROVISIONER = "cinder.csi.openstack.org";

const FORM = { StorageClass: "storage_class", PVC: "pvc", PV: "pv" } as const;

const mark = z.object({ cluster_addr: z.string().nullish() });

export function storageOperations(ecns: Ecns): Operations {
  const { rules, store } = ecns;
  const setDefault = (value: "true" | "false") => async (request: Request) => {
    const { cluster_addr: address } = bodyOf(request.call, mark);
    const objects = inCluster(request, address ? clusterAt(address, ecns) : request.cluster("cluster_addr"));
    const name = part(request.call, "name");
    await objects.update("StorageClass", name, ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, [IS_DEFAULT]: value };
    });
    // There is one default at most.
    const others = value === "true" ? await objects.list("StorageClass") : [];
    for (const { metadata } of others) {
      if (metadata.name === name || metadata.annotations?.[IS_DEFAULT] !== "true") continue;
      await objects.update("StorageClass", metadata.name, (other) => {
        other.metadata.annotations = { ...other.metadata.annotations, [IS_DEFAULT]: "false" };
      });
    }
    return ok();
  };
  return {
    83: {
      empty: { storage_class: [], pvc: [], pv: [] },
      handle: async (request) => {
        const types = typesOf(request);
        const clusters = query(request.call, "cluster_selector") === "all" ? ours(ecns) : [request.cluster("")];
        const listed = await Promise.all(clusters.map((cluster) => storageIn(request, { cluster, types, ecns })));
        const joined = (type: StorageType) => listed.flatMap((one) => one[type]);
        return ok(Object.fromEntries(TYPES.map((type) => [FORM[type], joined(type)])));
      },
    },
    86: async (request) => {
      const body = bodyOf(request.call, mark.extend({ volume_type: z.string().nullish() }));
      const type = query(request.call, "volume_type") ?? body.volume_type ?? undefined;
      if (type !== undefined && !hasOffer(store, "VolumeType", type)) {
        throw new Refusal(400, `there is no volume type ${type}`, "volume_type");
      }
      const address = query(request.call, "cluster_addr") ?? body.cluster_addr;
      const objects = inCluster(request, address ? clusterAt(address, ecns) : request.cluster("cluster_addr"));
      await objects.create(newClass(part(request.call, "name"), type));
      return ok();
    },
    87: setDefault("true"),
    88: setDefault("false"),
    89: async (request) => {
      const type = query(request.call, "type");
      // What a volume's type is called here is not said: anything that is no other type's name.
      if (type === "PVC" || type === "StorageClass") throw new Refusal(400, "must be a volume's", "type");
      const objects = inCluster(request, request.cluster("cluster_addr"));
      await objects.remove("PersistentVolume", part(request.call, "name"));
      return deleted(rules);
    },
    90: async (request) => {
      const objects = inCluster(request, request.cluster("cluster_addr"));
      await objects.remove("StorageClass", part(request.call, "name"));
      return deleted(rules);
    },
    91: {
      empty: rules.lists === "Bare" ? [] : { volumes: [] },
      handle({ view }) {
        const types = offersOf(view, "VolumeType").map(({ name, nativeId }) => ({ id: nativeId, name, type: name }));
        return unnamed(rules, "volumes", types);
      },
    },
  };
}

/** A class as 86 makes one; without a type, of the cloud's default type. */
export function newClass(name: string, type: string | undefined, isDefault = false): Typed<"StorageClass"> {
  const content = {
    provisioner: PROVISIONER,
    parameters: type === undefined ? {} : { type },
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
    allowVolumeExpansion: true,
  };
  return draft("StorageClass", { name, annotations: { [IS_DEFAULT]: String(isDefault) } }, content);
}

function typesOf({ call }: Request): StorageType[] {
  const wanted = (query(call, "type") ?? "").split(",");
  const known = TYPES.filter((type) => wanted.includes(type));
  if (known.length !== wanted.length) throw new Refusal(400, `must be some of ${TYPES.join(", ")}`, "type");
  return known;
}

function ours({ store, rules }: Ecns): Cluster[] {
  return store.list("clusters").filter(({ projectId }) => projectId === rules.organisation.projectId);
}

function clusterAt(wanted: string, ecns: Ecns): Cluster {
  const cluster = ours(ecns).find(({ address }) => address === wanted);
  if (cluster === undefined) throw new Refusal(404, `there is no cluster ${wanted}`, "cluster_addr");
  return cluster;
}

function inCluster(request: Request, { name }: Cluster): Objects {
  return request.objectsAt({ cluster: name, namespace: "default" });
}

interface Listing {
  readonly cluster: Cluster;
  readonly types: readonly StorageType[];
  readonly ecns: Ecns;
}

type Listed = Record<StorageType, object[]>;

async function storageIn(request: Request, { cluster, types, ecns }: Listing): Promise<Listed> {
  const objects = inCluster(request, cluster);
  const wanted = (type: StorageType): boolean => types.includes(type);
  const [classes, claims, volumes, users] = await Promise.all([
    wanted("StorageClass") ? objects.list("StorageClass") : [],
    wanted("PVC") ? objects.listAll("PersistentVolumeClaim") : [],
    wanted("PV") ? objects.list("PersistentVolume") : [],
    usersOf(wanted("PVC") ? objects : undefined),
  ]);
  const isOurs = ({ metadata }: Typed<"PersistentVolumeClaim">): boolean =>
    ecns.store.get("namespaces", `${cluster.name}/${metadata.namespace}`)?.projectId === cluster.projectId;
  const onlyAvailable = query(request.call, "filter") === "available";
  // "Not mounted by a pod, and its access_mode is not ReadWriteMany."
  const isAvailable = (claim: Typed<"PersistentVolumeClaim">): boolean =>
    users(claim).length === 0 && !(claim.spec?.accessModes ?? []).includes("ReadWriteMany");
  return {
    StorageClass: classes.map((one) => classOnWire(one, cluster, ecns)),
    PVC: claims
      .filter((claim) => isOurs(claim) && (!onlyAvailable || isAvailable(claim)))
      .map((claim) => claimOnWire(claim, { cluster, users: users(claim), ecns })),
    PV: volumes.map((one) => volumeOnWire(one, cluster, ecns)),
  };
}

function classOnWire({ metadata, provisioner }: Typed<"StorageClass">, cluster: Cluster, ecns: Ecns): object {
  return {
    class_name: metadata.name,
    capacity: 0,
    ...placeOnWire(cluster, ecns),
    provisioner,
    is_default: metadata.annotations?.[IS_DEFAULT] === "true",
    creation_time: stamp(ecns.rules, metadata.creationTimestamp),
    access_modes: ["ReadWriteOnce"],
  };
}

function volumeOnWire({ metadata, spec, status }: Typed<"PersistentVolume">, cluster: Cluster, ecns: Ecns): object {
  const { storageClassName = "", accessModes = [], claimRef, capacity } = spec ?? {};
  return {
    name: metadata.name,
    ...placeOnWire(cluster, ecns),
    storage_class_name: storageClassName,
    capacity: capacity?.["storage"],
    ...withDefaults(
      { pvc_name: "", pvc_namespace: "" },
      { pvc_name: claimRef?.name, pvc_namespace: claimRef?.namespace },
    ),
    access_modes: accessModes,
    status: status?.phase ?? "Available",
    reclaim_policy: spec?.persistentVolumeReclaimPolicy,
    creation_time: stamp(ecns.rules, metadata.creationTimestamp),
  };
}
