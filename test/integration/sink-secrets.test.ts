// What is not reportable reaches no store: a marker in every free-form member is in nothing that an inventory was ever told.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sinkManifest, type BcsStand } from "../support/clouds/bcs/environment.ts";
import { createWorkingStand } from "../support/clouds/bcs/stands.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { managedAddonManifest } from "../support/environment/resources.ts";

vi.setConfig({ testTimeout: 120_000 });

const MARKER = "marker-that-nobody-may-see";
const annotations = { note: MARKER };

let stand: BcsStand;

beforeAll(async () => {
  stand = await createWorkingStand("sink-secrets");
  stand.secrets.add(MARKER);
});
afterAll(() => stand[Symbol.asyncDispose]());

it("annotations, values and descriptions stay at home, in records, events, alarms, watch data and metrics", async () => {
  const addon = managedAddonManifest({
    metadata: { name: "metrics-server" },
    spec: { clusterRef: { name: "prod" }, values: { custom: { password: MARKER } } },
  });
  await stand.apply(
    clusterManifest("prod", { description: MARKER, driftIntervalSeconds: 3_600 }, { annotations }),
    projectManifest("shop", { driftIntervalSeconds: 3_600 }, { annotations }),
    { ...addon, metadata: { ...addon.metadata, annotations } },
    sinkManifest("fleet", {
      watchData: { mode: "Enabled", kinds: ["ManagedCluster", "ManagedAddon", "RegistryProject"] },
      metrics: { mode: "Enabled", intervalSeconds: 10 },
      alarms: { notReadyAfterSeconds: 0 },
    }),
  );
  await stand.reaches("inventorysink/fleet", "Reported");
  const told = async (): Promise<readonly number[]> => {
    const { records, events, watches, metrics } = await stand.simulator.store();
    return [records.length, events.length, watches.length, metrics.length].map((count) => Math.min(count, 3));
  };
  await expect.poll(told, { timeout: 30_000 }).toEqual([3, 3, 3, 1]);
  expect(JSON.stringify(await stand.simulator.store())).not.toContain(MARKER);
});

itStaysClean(() => stand);
