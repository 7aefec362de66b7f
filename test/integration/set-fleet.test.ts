// Sets in many targets, which are as many clusters before one API server: some of them hang, the others are as if those were not there.
// The long forms are `npm run bench -- targets`, and at rest test/chaos/long/set-steady.test.ts.
import { afterAll, it, vi } from "vitest";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import type { HuaweiSimulator } from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap, isWrite, setManifest, useSetStand, type Json } from "../support/environment/manifest-sets.ts";
import { startTargetProxy, type TargetProxy } from "../support/environment/target-proxy.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const theStand = useSetStand("set-fleet");
let proxy: TargetProxy | undefined;
afterAll(() => proxy?.[Symbol.asyncDispose]());

const HEALTHY = 8;
const HANGING = 2;
const TICK_MS = 5_000;
const KINDS = ["configmaps", "services"];
const OBJECTS: readonly Json[] = [
  configMap("one"),
  configMap("two"),
  { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } },
];

async function clusters(simulator: HuaweiSimulator, account: string, names: readonly string[]): Promise<void> {
  const stand = theStand();
  const manifests = names.map(async (name) => {
    const { id } = (await simulator.behindOurBack("POST", "clusters", { name })) as { id: string };
    return clusterManifest(name, { accountRef: { name: account }, externalId: id });
  });
  await stand.apply(...(await Promise.all(manifests)));
  await Promise.all(names.map((name) => stand.reaches(`managedcluster/${name}`, "Available")));
}

const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

it("converge while others hang, by one write for each object; at rest by none, and one list for each kind, target and tick", async ({
  expect,
}) => {
  const stand = theStand();
  const [healthy, hanging] = [numbered("healthy", HEALTHY), numbered("hanging", HANGING)];
  proxy = await startTargetProxy(stand.target.plane.kubeconfigPath);
  await clusters(stand.simulator, "huawei", healthy);
  await clusters(await stand.cloud("hanging", { kubeconfig: proxy.kubeconfig }), "hanging", hanging);
  proxy.isSilent = true;
  // Two sets in each, so that what they share shows.
  const sets = [...healthy, ...hanging].flatMap((cluster) =>
    ["a", "b"].map((suffix) => [cluster, `${cluster}-${suffix}`]),
  );
  const namespaces = sets.map(([, name]) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  await stand.target.apply(...namespaces);
  await stand.apply(
    ...sets.map(([cluster, name]) =>
      setManifest(name!, { clusterRef: { name: cluster }, targetNamespace: name, manifests: OBJECTS }),
    ),
  );
  const namesIn = (of: readonly string[]): readonly string[] =>
    sets.flatMap(([cluster, name]) => (of.includes(cluster!) ? [`manifestset/${name}`] : []));
  await Promise.all(namesIn(healthy).map((name) => stand.reaches(name, "Available")));
  await Promise.all(namesIn(hanging).map((name) => stand.reaches(name, "ClusterUnreachable")));
  // Those above were visited again meanwhile.
  const written = async (): Promise<number> =>
    (await stand.target.requests()).filter((each) => isWrite(each) && /namespaces\/h/.test(each.uri)).length;
  expect(await written()).toBe(HEALTHY * 2 * OBJECTS.length);

  const lists = async (): Promise<readonly number[]> => {
    const listed = (await stand.target.requests()).filter(({ verb }) => verb === "list");
    return KINDS.map((kind) => listed.filter(({ uri }) => uri.startsWith(`/api/v1/${kind}?`)).length);
  };
  const [startedAt, before] = [performance.now(), await lists()];
  await Promise.all(namesIn(healthy).map((name) => stand.visited(name, 3)));
  const after = await lists();
  // However long it took; one tick may have begun before.
  const ticks = Math.ceil((performance.now() - startedAt) / TICK_MS) + 1;
  for (const [index, count] of after.entries()) {
    expect(count - before[index]!).toBeGreaterThan(0);
    expect(count - before[index]!).toBeLessThanOrEqual(HEALTHY * ticks);
  }
  expect(await written()).toBe(HEALTHY * 2 * OBJECTS.length);

  proxy.isSilent = false;
  await Promise.all(namesIn(hanging).map((name) => stand.reaches(name, "Available")));
  expect(await written()).toBe((HEALTHY + HANGING) * 2 * OBJECTS.length);
});

itStaysClean(theStand);
