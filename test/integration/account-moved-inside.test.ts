// An account of EasyStack ECNS that comes to reach another project while an application, a claim of storage and the objects of a set are in a
// cluster of its own: none is looked for there, changed or deleted, and all go on when the account is pointed back.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterClaimManifest,
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  namespaceManifest,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap } from "../support/environment/manifest-sets.ts";
import { readdress, SELDOM } from "../support/environment/readdressed.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 });

/** No other file has it: clusters of that name share namespaces of the API server behind. */
const CLUSTER = `mv${randomBytes(3).toString("hex")}`;
const CLUSTERS = { clusters: [{ name: CLUSTER, type: "EKS" }] } as const;
const REFS = ["managedapplication/shop", "manifestset/settings", "cloudvolumeclaim/data"];
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
    settings("info"),
  );
  for (const ref of REFS) await stand.reaches(ref, "Available");
});
afterAll(() => stand[Symbol.asyncDispose]());

const settings = (level: string): object =>
  clusterSetManifest("settings", CLUSTER, {
    targetNamespace: "default",
    manifests: [configMap("settings", { level })],
  });
const point = ({ url }: { url: string }, projectName: string): Promise<unknown> =>
  stand.edit("cloudaccount/easystack", { spec: { endpoint: url, easystack: { projectName } } });
const writes = async (cloud: EasyStackSimulator): Promise<readonly string[]> =>
  (await cloud.effects())
    .filter(({ userAgent }) => userAgent.startsWith("yunfan/"))
    .map(({ method, path }) => `${method} ${path}`);

it("Of a project that got another address all go on when their cluster was found there", async () => {
  await stand.apply(namespaceManifest(`rooms-${CLUSTER}`, { clusterRef: { name: CLUSTER } }));
  const members = [...REFS, `managednamespace/rooms-${CLUSTER}`];
  const everything = [`managedcluster/${CLUSTER}`, ...members];
  const looking = (often: object) => Promise.all(everything.map((name) => stand.edit(name, { spec: often })));
  await looking(SELDOM);
  for (const name of everything) await stand.reaches(name, "Available");
  const before = await writes(home);
  await using _wire = await readdress(stand, {
    cloud: home,
    account: "cloudaccount/easystack",
    point: (to) => point(to, "admin"),
    cluster: `managedcluster/${CLUSTER}`,
    isLook: ({ method, path }) => method === "GET" && path.endsWith("/eks/namespace/"),
    members,
  });
  expect(await writes(home)).toEqual(before);
  await point(home, "admin");
  await looking({ driftIntervalSeconds: 5 });
});

it("An application, a set and a claim are the business of the project that they were made in", async () => {
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

it("Nor are they that of a cluster of the same name in the other project", async () => {
  const theirs = { projectId: "p-of-namesakes", projectName: "namesakes", ...CLUSTERS };
  const other = await stand.anotherSimulator({ ...theirs, kubeconfig });
  const before = await writes(home);
  await point(other, "namesakes");
  for (const ref of ["managedapplication/shop", "manifestset/settings"]) await stand.reaches(ref, "AccountMoved");
  await stand.apply(settings("warn"));
  await stand.edit("managedapplication/shop", { spec: { description: "Yet another" } });
  await stand.apply(applicationManifest("later", { clusterRef: { name: CLUSTER } }));
  await stand.reaches("managedapplication/later", "AccountMoved");
  for (const ref of ["managedapplication/shop", "manifestset/settings"]) {
    await stand.lookAgain(ref);
    await stand.reaches(ref, "AccountMoved");
  }
  expect([await writes(other), await writes(home)]).toEqual([[], before]);
  await point(home, "admin");
  for (const ref of ["managedapplication/shop", "managedapplication/later", "manifestset/settings"]) {
    await stand.reaches(ref, "Available");
  }
  expect((await writes(home)).length).toBeGreaterThan(before.length);
  await stand.remove("manifestset/settings");
  await stand.gone("manifestset/settings");
  expect(await writes(other)).toEqual([]);
});

itStaysClean(() => stand);
