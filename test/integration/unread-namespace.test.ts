// An operator of some namespaces, in one of which it lacks its Role or a part of it: the others are worked on, nothing is done there,
// and what might be there is not forgotten. In order: each test goes on from where the one before ended.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { resourceRules } from "../../src/cli/rbac.ts";
import { kinds } from "../../src/crds/kinds.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import { EXAMPLES } from "../support/environment/resources.ts";
import type { Operator } from "../support/operator/operator.ts";
import { scrape, sumOf } from "../support/operator/scrape.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Each kind, credentials, published Secrets, and both kinds of sources. */
const WATCHES = kinds.length + 4;
const LEFT_OUT = "The namespace can't be read and is left out; grant the rights, or do not watch it";

/** One of each kind but those that are tried with a cloud. */
const OTHERS = kinds.filter(({ type }) => !["CloudAccount", "RegistryProject"].includes(type.kind));

interface Shown {
  readonly kind: string;
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly status: { readonly observedGeneration: number; readonly conditions?: readonly { readonly type: string }[] };
}

let stand: Stand;
let operator: Operator;
let bad: string;
let ports: { metricsPort?: number; healthPort?: number };

beforeAll(async () => {
  stand = await createStand("unread");
  bad = stand.otherNamespace;
  const plane = sharedControlPlane();
  const { kubectl } = plane;
  const home = await uniqueNamespace(kubectl, "unread-home");
  await kubectlOk(kubectl, ["create", "serviceaccount", "limited", "-n", home]);
  await grantCrds(home);
  for (const namespace of [stand.namespace, bad]) await bind(home, namespace);
  await grant(stand.namespace);
  await stand.apply(
    ...accountManifests(stand.simulator, { spec: { allowedNamespaces: [bad] } }),
    projectManifest("shop"),
    projectManifest("elsewhere", { accountRef: { name: "ctyun", namespace: stand.namespace } }, { namespace: bad }),
  );
  await applied(
    ...OTHERS.map(({ type }) => {
      const { metadata, ...example } = EXAMPLES[type.kind]!;
      return { ...example, metadata: { ...metadata, namespace: bad } };
    }),
  );
  const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: home, name: "limited" });
  const addresses = ["--metrics-bind-address", "127.0.0.1:0", "--health-probe-bind-address", "127.0.0.1:0"];
  operator = stand.operator({ kubeconfig, flags: ["--no-leader-elect", ...addresses] });
  ports = await operator.ready;
}, 120_000);
afterAll(() => stand[Symbol.asyncDispose]());

async function applied(...manifests: readonly object[]): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  await kubectlOk(sharedControlPlane().kubectl, ["apply", "-f", "-"], JSON.stringify(list));
}

const rbac = (kind: string, namespace: string | undefined, name: string, rest: object): object => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  ...rest,
});

async function bind(home: string, namespace: string): Promise<void> {
  const subjects = [{ kind: "ServiceAccount", namespace: home, name: "limited" }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "limited" };
  await applied(rbac("RoleBinding", namespace, "limited", { subjects, roleRef }));
}

/** On the kinds that match alone, where that is given. */
async function grant(namespace: string, only = /./): Promise<void> {
  const rules = resourceRules.filter(({ resources }) => resources.some((resource) => only.test(resource)));
  await applied(rbac("Role", namespace, "limited", { rules }));
}

/** Without it nothing is deleted in a cloud. */
async function grantCrds(home: string): Promise<void> {
  const rules = [{ apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["get"] }];
  const subjects = [{ kind: "ServiceAccount", namespace: home, name: "limited" }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: home };
  await applied(
    rbac("ClusterRole", undefined, home, { rules }),
    rbac("ClusterRoleBinding", undefined, home, { subjects, roleRef }),
  );
}

async function readyz(): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${String(ports.healthPort)}/readyz`);
  return { status: response.status, text: await response.text() };
}

/** Those in the namespace, as their kinds stand in OTHERS. */
async function others(): Promise<readonly Shown[]> {
  const plurals = OTHERS.map(({ type }) => `${type.plural}.${type.group}`).join();
  const found = await kubectlOk(sharedControlPlane().kubectl, ["get", plurals, "-n", bad, "-o", "json"]);
  return (JSON.parse(found) as { readonly items: readonly Shown[] }).items;
}

/** Their kinds. */
async function touched(): Promise<readonly string[]> {
  const isTouched = ({ metadata, status }: Shown): boolean =>
    metadata.finalizers !== undefined || status.observedGeneration !== -1 || status.conditions !== undefined;
  return (await others()).filter(isTouched).map(({ kind }) => kind);
}

const elsewhere = (): string => `${bad}/registryproject/elsewhere`;
const refusedKinds = async () => sumOf(await scrape(ports.metricsPort!), "yunfan_watch_refused", { namespace: bad });

it("R14: works on the namespace that it can read, and says in log, metric and readiness which one it can't", async () => {
  await stand.reaches("registryproject/shop", "Available");
  expect(operator.log.filter(({ msg }) => msg === LEFT_OUT)).toMatchObject([{ level: "warn", namespace: bad }]);
  expect(await readyz()).toEqual({
    status: 200,
    text: expect.stringMatching(new RegExp(`^ok\n.*CloudAccount in ${bad} .*403.*RegistryProject in ${bad}`)),
  });
  expect(await refusedKinds()).toBe(WATCHES);
  expect(stand.seen(elsewhere())?.status["observedGeneration"]).toBe(-1);
  expect(await touched()).toEqual([]);
});

it("R14: with a half of its Role there it does nothing there either", async () => {
  await grant(bad, /^(registryprojects(\/.*)?|namespaces|events)$/);
  await expect.poll(refusedKinds, { timeout: 60_000 }).toBe(WATCHES - 1);
  await stand.lookAgain("registryproject/shop");
  expect(stand.seen(elsewhere())?.status["observedGeneration"]).toBe(-1);
  expect(await touched()).toEqual([]);
  expect(await stand.simulator.projects()).toMatchObject([{ name: "shop" }]);
});

it("An account that serves a namespace which can't be read is held: who knows what needs it there", async () => {
  await stand.remove("registryproject/shop");
  await stand.gone("registryproject/shop");
  await stand.remove("cloudaccount/ctyun");
  const held = await stand.reaches("cloudaccount/ctyun", "DeletionHeld");
  expect(held.message).toContain(`what lies in namespace ${bad}, which can't be read`);
});

it("R14: takes the namespace in within half a minute of its Role, without a restart", async () => {
  await grant(bad);
  // The account is on its way out, and lets nobody make anything new.
  await stand.reaches(elsewhere(), "AccountNotReady");
  // Sources of sets hold up nobody, and may be read a little later.
  await expect.poll(readyz, { timeout: 60_000 }).toEqual({ status: 200, text: "ok" });
  expect(await refusedKinds()).toBeUndefined();
  const said = async () =>
    (await others()).filter(({ status }) => status.conditions?.[0]?.type === "Ready").map(({ kind }) => kind);
  await expect.poll(said, { timeout: 60_000 }).toEqual(OTHERS.map(({ type }) => type.kind));
  // What could not be read is read and named, long before the account would look again by itself.
  const named = new RegExp(`In use by RegistryProject ${elsewhere().replace("/registryproject", "")}`);
  await stand.until("cloudaccount/ctyun", ({ status }) =>
    Boolean(status.conditions?.some((c) => named.test(c.message))),
  );
  const all = OTHERS.map(({ type }) => `${type.plural}.${type.group}`).join();
  await kubectlOk(sharedControlPlane().kubectl, ["delete", all, "--all", "-n", bad, "--timeout=60s"]);
  await stand.remove(elsewhere());
  await stand.gone(elsewhere());
  await stand.gone("cloudaccount/ctyun");
  expect(operator.log.filter(({ level }) => ["error", "fatal", "unparsed"].includes(level))).toEqual([]);
});
