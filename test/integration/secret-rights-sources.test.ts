// An operator that lacks the right to read the Secrets that sets and an application name: each says so with its field, nothing is made, nothing
// is asked for again and again, and all go on within seconds of the right. Each test goes on from where the one before ended.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  hybridOptions,
  serverOptions,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { limitedRights } from "../support/environment/limited-rights.ts";
import { configMap } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** No other file has it: clusters of that name share namespaces of the API server behind. */
const CLUSTER = `sr${randomBytes(3).toString("hex")}`;
const { kubectl, kubeconfigPath } = sharedControlPlane();

/** What names a Secret, by the field that does. */
const NAMING = {
  "manifestset/parsed": "spec\\.manifestsFrom\\[0\\]",
  "manifestset/copied": "spec\\.copies\\[0\\]",
  "managedapplication/shop": "spec\\.easystack\\.hybrid\\.virtualMachines\\[shop-db\\]\\.passwordSecretRef",
} as const;
const ALL = Object.keys(NAMING) as readonly (keyof typeof NAMING)[];

let stand: EasyStackStand;
let cloud: EasyStackSimulator;
let mayRead: Awaited<ReturnType<typeof limitedRights>>["mayRead"];

beforeAll(async () => {
  stand = await createEasyStackStand("secret-sources");
  const { kubeconfig, ...limited } = await limitedRights(stand);
  ({ mayRead } = limited);
  await stand.operator({ kubeconfig, flags: ["--no-leader-elect"] }).ready;
  const clusters = [{ name: CLUSTER, type: "EKS" as const }];
  cloud = await stand.cloud("easystack", { kubeconfig: kubeconfigPath, clusters });
  await stand.apply(
    clusterManifest(CLUSTER),
    secret("texts", { "settings.yaml": JSON.stringify(configMap("parsed", { level: "Rarely-read-2" })) }),
    secret("servers", { password: "Rarely-read-3" }),
  );
  await stand.reaches(`managedcluster/${CLUSTER}`, "Available");
});
afterAll(() => stand[Symbol.asyncDispose]());

function secret(name: string, stringData: object): object {
  const labels = { "yunfan.dev/manifests": "true" };
  return { apiVersion: "v1", kind: "Secret", metadata: { name, labels }, stringData };
}

/** In the cluster, by name. */
const inside = async (kind: string, name: string): Promise<string> =>
  (
    await kubectl(["get", kind, name, "--namespace", `${CLUSTER}--default`, "--ignore-not-found", "-o", "name"])
  ).stdout.trim();
const made = async () => [
  await inside("configmap", "parsed"),
  await inside("secret", "servers"),
  (await cloud.list("applications")).map(({ name }) => name),
  (await cloud.list("servers")).length,
];
/** Ended so far, by kind. */
const visits = (controller: string): number =>
  stand.operators
    .flatMap(({ log }) => log)
    .filter((line) => line.controller === controller && /^Reconcile(d| failed)$/.test(line.msg)).length;

it("Sets and an application whose Secrets may not be read say which field and which right, and nothing is made", async () => {
  const passwordSecretRef = { name: "servers", key: "password" };
  const virtualMachines = [serverOptions("shop-db", { keyPairName: undefined, passwordSecretRef })];
  const into = { targetNamespace: "default", driftIntervalSeconds: 3600 };
  const hybrid = hybridOptions("shop", { virtualMachines });
  await stand.apply(
    clusterSetManifest("parsed", CLUSTER, { ...into, manifestsFrom: [{ kind: "Secret", name: "texts" }] }),
    clusterSetManifest("copied", CLUSTER, { ...into, copies: [{ kind: "Secret", name: "servers" }] }),
    applicationManifest("shop", { clusterRef: { name: CLUSTER }, contentsOnDelete: "All", easystack: { hybrid } }),
  );
  for (const name of ALL) {
    const ready = await stand.reaches(name, "RequestRefused");
    const lacks = `${NAMING[name]}: Secret \\S+ can't be read: the operator lacks the right get on secrets in namespace \\S+ \\(.*forbidden`;
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(new RegExp(lacks)) });
    expect((await stand.read(name))!.status.conditions).toContainEqual(
      expect.objectContaining({ type: "Stalled", status: "True" }),
    );
  }
  expect(await made()).toEqual(["", "", [], 0]);
});

it("They are not visited again and again meanwhile", async () => {
  const before = await Promise.all(ALL.map((name) => stand.read(name)));
  const visited = [visits("ManifestSet"), visits("ManagedApplication")];
  await stand.visited(`managedcluster/${CLUSTER}`, 2);
  expect(await Promise.all(ALL.map((name) => stand.read(name)))).toEqual(before);
  const since = [visits("ManifestSet"), visits("ManagedApplication")].map((now, index) => now - visited[index]!);
  // At the drift tick of the application, and at the slow polls of all, however long the machine takes.
  for (const times of since) expect(times).toBeLessThan(12);
});

it("They go on within seconds of the right, without a restart", async () => {
  await mayRead("texts", "servers");
  for (const name of ALL) await stand.reaches(name, "Available");
  expect(await made()).toEqual(["configmap/parsed", "secret/servers", ["shop"], 1]);
});

itStaysClean(() => stand);
