// An operator that lacks the right to read one Secret: what names it says so with its field, nothing is bought or erased, and all goes on when
// the right is there. Each test goes on from where the one before ended.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { crdReadRules, resourceRules } from "../../src/cli/rbac.ts";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  conditionOf,
  createMembersStand,
  nodeManifest,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const LOGIN = { keyPairName: undefined, passwordSecretRef: { name: "root", key: "password" } };
const ALL = ["nodepool/home", "managednode/home"];
const MISSING =
  /^Secret \S+\/root \(spec\.login\.passwordSecretRef\) can't be read: the operator lacks the right get on secrets in namespace \S+ \(.*forbidden/;

let stand: MembersStand;
let home: Home;

beforeAll(async () => {
  stand = await createMembersStand("secret-rights");
  const { namespace, otherNamespace } = stand;
  const plane = sharedControlPlane();
  await stand.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "limited", namespace } });
  const subjects = [{ kind: "ServiceAccount", namespace, name: "limited" }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: namespace };
  const binding = { kind: "RoleBinding", subjects, roleRef };
  await granted({ kind: "ClusterRole", metadata: { name: namespace }, rules: crdReadRules });
  await granted({ ...binding, kind: "ClusterRoleBinding", metadata: { name: namespace } });
  for (const at of [namespace, otherNamespace]) {
    await granted({ kind: "Role", metadata: { name: "limited", namespace: at }, rules: ALL_BUT_ONE });
    const role = { ...roleRef, kind: "Role", name: "limited" };
    await granted({ ...binding, roleRef: role, metadata: { name: "limited", namespace: at } });
  }
  const kubeconfig = await plane.serviceAccountKubeconfig({ namespace, name: "limited" });
  await stand.operator({ kubeconfig, flags: ["--no-leader-elect"] }).ready;
  home = await stand.home("home");
  const metadata = { name: "root" };
  await stand.apply({ apiVersion: "v1", kind: "Secret", metadata, stringData: { password: "Rarely-read-1" } });
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Of Secrets only the published kubeconfig may be read by its name. */
const ALL_BUT_ONE = resourceRules.flatMap(({ resources, verbs, ...rule }) => {
  const isSecrets = resources.includes("secrets") && verbs.includes("get");
  if (!isSecrets) return [{ ...rule, resources, verbs }];
  const others = { ...rule, resources, verbs: verbs.filter((verb) => verb !== "get") };
  return [others, { ...rule, resources, verbs: ["get"], resourceNames: ["home-kubeconfig"] }];
});

async function granted(manifest: object): Promise<void> {
  const { kubectl } = sharedControlPlane();
  const text = JSON.stringify({ apiVersion: "rbac.authorization.k8s.io/v1", ...manifest });
  await kubectlOk(kubectl, ["apply", "-f", "-"], text);
}

const mayRead = (...names: readonly string[]): Promise<void> => {
  const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: names }];
  const { namespace } = stand;
  const metadata = { name: "reads-root", namespace };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reads-root" };
  const subjects = [{ kind: "ServiceAccount", namespace, name: "limited" }];
  return granted({ kind: "Role", metadata, rules }).then(() =>
    granted({ kind: "RoleBinding", metadata, subjects, roleRef }),
  );
};

it("A pool and a node whose login may not be read say which field and which right, and nothing is bought", async () => {
  await stand.apply(poolManifest(home, { login: LOGIN }), nodeManifest(home, { login: LOGIN }));
  for (const name of ALL) {
    const ready = await stand.reaches(name, "RequestRefused");
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(MISSING) });
    expect(conditionOf((await stand.read(name))!, "Stalled")).toMatchObject({ status: "True" });
  }
  const before = await Promise.all(ALL.map((name) => stand.read(name)));
  await stand.visited("managedcluster/home", 2);
  expect(await Promise.all(ALL.map((name) => stand.read(name)))).toEqual(before);
  expect(await home.cloud.servers()).toEqual([]);
});

it("They go on within seconds of the right, without a restart", async () => {
  await mayRead("root");
  for (const name of ALL) await stand.reaches(name, "Available");
  expect(await home.cloud.servers()).toMatchObject([{ imaged: 1 }]);
});

it("A reset that needs the login waits for the right, and is sent once", async () => {
  await mayRead("another");
  const { externalId } = (await stand.read("managednode/home"))!.status;
  await stand.annotate("managednode/home", { "yunfan.dev/reset": `${externalId} once` });
  expect((await stand.reaches("managednode/home", "RequestRefused")).message).toMatch(MISSING);
  expect(await home.cloud.servers()).toMatchObject([{ imaged: 1 }]);
  await mayRead("root");
  await expect.poll(() => home.cloud.servers(), { timeout: 60_000 }).toMatchObject([{ imaged: 2 }]);
  await stand.reaches("managednode/home", "Available");
  expect(await home.cloud.servers()).toMatchObject([{ imaged: 2 }]);
});

itStaysClean(() => stand);
