// Where everything is as declared, what a drift interval costs: one list of namespaces and one of storage for all clusters of an account, a
// read for each object, and nothing written.
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import {
  clusterClaimManifest,
  clusterManifest,
  clusterSetManifest,
  namespaceManifest,
} from "../support/clouds/easystack/environment.ts";
import { useEasyStackSets } from "../support/clouds/easystack/sets.ts";
import { configMap } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 });

const theStand = useEasyStackSets("easystack-steady");

const DRIFT_MS = 5_000;
const INTERVALS = 4;
const NAMES = ["one", "two", "three"];

interface Logged {
  readonly call?: number;
  readonly effect: boolean;
}

it("nothing is written, and one list of each sort serves every cluster", async () => {
  const stand = theStand();
  const { simulator, cluster } = stand;
  const clusters = [cluster, ...["b", "c"].map((end) => `${cluster}${end}`)];
  for (const name of clusters.slice(1)) await simulator.behindOurBack("POST", "clusters", { name });
  await stand.apply(...clusters.slice(1).map((name) => clusterManifest(name)));
  const made = clusters.flatMap((host, index) => {
    const [namespace = "", claim = "", set = ""] = ["n", "v", "s"].map((sort) => `${sort}-${index}`);
    return [
      [`managednamespace/${namespace}`, { ...namespaceManifest(namespace, { clusterRef: { name: host } }) }],
      [`cloudvolumeclaim/${claim}`, clusterClaimManifest(claim, host)],
      [`manifestset/${set}`, clusterSetManifest(set, host, { manifests: NAMES.map((name) => configMap(name)) })],
    ] as const;
  });
  await stand.apply(...made.map(([, manifest]) => manifest));
  await Promise.all(
    made.map(([name]) =>
      stand.until(name, ({ status }) =>
        (status.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True"),
      ),
    ),
  );
  // What was made is settled when its drift has been looked for once.
  await Promise.all(made.map(([name]) => stand.lookAgain(name)));
  await pause(DRIFT_MS);

  const versions = () => made.map(([name]) => stand.seen(name)?.metadata.resourceVersion);
  const [before, seenBefore, startedAt] = [versions(), (await simulator.requests()).length, performance.now()];
  await pause(INTERVALS * DRIFT_MS);
  const requests = (await simulator.requests()).slice(seenBefore) as unknown as readonly Logged[];
  const ticks = Math.ceil((performance.now() - startedAt) / DRIFT_MS) + 1;
  const reads = (call: number): number => requests.filter((each) => each.call === call).length;

  expect(versions()).toEqual(before);
  expect(requests.filter(({ effect }) => effect)).toEqual([]);
  const counts: Readonly<Record<string, number>> = {
    namespaces: reads(9),
    storage: reads(83),
    quotas: reads(16),
    objects: reads(55),
    confirmations: reads(17),
  };
  const most: Readonly<Record<string, number>> = {
    namespaces: ticks,
    storage: ticks,
    quotas: ticks * clusters.length,
    objects: ticks * clusters.length * NAMES.length,
    // Lanes that are apart are confirmed once a minute; others for each turn.
    confirmations: 2 * clusters.length,
  };
  expect(Object.entries(counts).filter(([sort, count]) => count === 0 && sort !== "confirmations")).toEqual([]);
  expect(Object.entries(counts).filter(([sort, count]) => count > (most[sort] ?? 0))).toEqual([]);
});
