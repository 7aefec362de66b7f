// An account of EasyStack ECNS that comes to reach another project while an application and a claim of storage are in a cluster of its own:
// neither is looked for there, changed or deleted, and both go on when the account is pointed back.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterClaimManifest,
  clusterManifest,
  createEasyStackStand,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 });

/** No other file has it: clusters of that name share namespaces of the API server behind. */
const CLUSTER = `mv${randomBytes(3).toString("hex")}`;
const CLUSTERS = { clusters: [{ name: CLUSTER, type: "EKS" }] } as const;
const REFS = ["managedapplication/shop", "cloudvolumeclaim/data"];
const { kubectl, kubeconfigPath: kubeconfig } = sharedControlPlane();

let stand: EasyStackStand;
let home: EasyStackSimulator;

beforeAll(async () => {
  stand = await createEasyStackStand("moved-inside");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  home = await stand.cloud("easystack", { ...CLUSTERS, kubeconfig });
  await stand.apply(clusterManifest(CLUSTER));
  await stand.reaches(`managedcluster/${CLUSTER}`, "Available");
  const provisioner = "cinder.csi.openstack.org";
  const storageClass = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", provisioner, reclaimPolicy: "Retain" };
  const named = { ...storageClass, metadata: { name: `${CLUSTER}--kept` } };
  await kubectlOk(kubectl, ["create", "-f", "-"], JSON.stringify(named));
  await stand.apply(
    applicationManifest("shop", { clusterRef: { name: CLUSTER } }),
    clusterClaimManifest("data", CLUSTER, { storageClassName: "kept" }),
  );
  for (const ref of REFS) await stand.reaches(ref, "Available");
});
afterAll(() => stand[Symbol.asyncDispose]());

const point = ({ url }: { url: string }, projectName: string): Promise<unknown> =>
  stand.edit("cloudaccount/easystack", { spec: { endpoint: url, easystack: { projectName } } });
const writes = async (cloud: EasyStackSimulator): Promise<readonly string[]> =>
  (await cloud.effects())
    .filter(({ userAgent }) => userAgent.startsWith("yunfan/"))
    .map(({ method, path }) => `${method} ${path}`);

it("An application and a claim are the business of the project that they were made in", async () => {
  const theirs = {
    projectId: "p-of-others",
    projectName: "others",
    clusters: [{ name: "theirs", type: "EKS" as const }],
  };
  const other = await stand.anotherSimulator({ ...theirs, kubeconfig });
  const before = await writes(home);
  await point(other, "others");
  for (const ref of REFS) {
    expect((await stand.reaches(ref, "AccountMoved")).message).toMatch(/project=p-of-others now\. Point the account/);
  }
  await stand.edit("managedapplication/shop", { spec: { description: "Another" } });
  await stand.lookAgain("managedapplication/shop");
  await stand.remove("cloudvolumeclaim/data");
  await stand.lookAgain("cloudvolumeclaim/data");
  expect((await stand.reaches("cloudvolumeclaim/data", "AccountMoved")).message).toContain("force-orphan");
  expect(await writes(other)).toEqual([]);
  expect(await writes(home)).toEqual(before);
  await point(home, "admin");
  await stand.gone("cloudvolumeclaim/data");
  await stand.reaches("managedapplication/shop", "Available");
  expect(await writes(other)).toEqual([]);
});

itStaysClean(() => stand);
