// The operator, unlimited in its namespaces, on an API server without WatchList: it reads its lists page by page.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { SECRETS } from "../../src/controllers/cloudaccount/credentials.ts";
import { HttpKubeClient } from "../../src/kube/client.ts";
import { loadKubeConfig } from "../../src/kube/kubeconfig.ts";
import { PAGE_SIZE } from "../../src/runtime/cache/list-pager.ts";
import { type ControlPlane, kubectlOk, startControlPlane } from "../support/apiserver/controlplane.ts";
import { accountManifest, yaml } from "../support/environment/manifests.ts";
import { type Operator, spawnOperator } from "../support/operator/operator.ts";
import { CREDENTIALS, type Simulator, startSimulator } from "../support/clouds/simulator.ts";
import { transportOf } from "../support/apiserver/transports.ts";

const MANIFESTS = path.resolve(import.meta.dirname, "../../manifests");

const GENEROUS_MS = 120_000;

/** Among those that test/aftermath reads. */
const auditLogPath = path.join(inject("run").auditLogs, "paged-lists.log");

let plane: ControlPlane;
let simulator: Simulator;
let operator: Operator | undefined;

beforeAll(async () => {
  const apiServerFlags = ["--feature-gates=WatchList=false"];
  [plane, simulator] = await Promise.all([startControlPlane({ auditLogPath, apiServerFlags }), startSimulator()]);
  const crds = path.join(MANIFESTS, "crds");
  await kubectlOk(plane.kubectl, ["apply", "--server-side", "-f", crds, "-f", path.join(MANIFESTS, "rbac.yaml")]);
  await kubectlOk(plane.kubectl, ["wait", "--for=condition=Established", "--timeout=30s", "-f", crds]);
  await createCredentials();
}, GENEROUS_MS);
afterAll(async () => {
  await operator?.[Symbol.asyncDispose]();
  await Promise.all([simulator[Symbol.asyncDispose](), plane.stop()]);
});

/** So many that the last one by name lies on the second page. */
async function createCredentials(): Promise<void> {
  await using transport = transportOf(loadKubeConfig({ path: plane.kubeconfigPath }));
  const client = new HttpKubeClient(transport);
  const names = Array.from({ length: PAGE_SIZE }, (_, index) => `other-${index}`);
  const secrets = [...names, "the-last-credentials"].map((name) => ({
    metadata: { namespace: "default", name },
    type: "yunfan.dev/credentials",
    stringData: CREDENTIALS,
  }));
  await Promise.all(secrets.map((secret) => client.create(SECRETS, secret)));
}

it("R8: finds what lies on the second page of a list", { timeout: GENEROUS_MS }, async () => {
  const account = accountManifest("the-last", { endpoint: simulator.url });
  await kubectlOk(plane.kubectl, ["apply", "--namespace", "default", "-f", "-"], yaml([account]));
  const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
  operator = spawnOperator({ kubeconfig, flags: ["--no-leader-elect"] });
  await operator.ready;
  const ready = ["wait", "--for=condition=Ready", "--timeout=60s", "--namespace", "default", "cloudaccount/the-last"];
  await kubectlOk(plane.kubectl, ready);
  // What it writes besides, which only an operator of all namespaces does.
  const inUse = ["wait", "--for=jsonpath={.metadata.annotations.yunfan\\.dev/in-use}", "--timeout=60s"];
  await kubectlOk(plane.kubectl, [...inUse, "crd/cloudaccounts.yunfan.dev"]);
  const requests = (await readFile(auditLogPath, "utf8")).split("\n");
  const later = requests.filter((line) => line.includes("yunfan-system:yunfan") && line.includes("continue="));
  expect(later.length).toBeGreaterThan(0);
});
