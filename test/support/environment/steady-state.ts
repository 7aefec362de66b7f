// What a resource does that can't go on by itself: it says so once and waits.
import { expect, type ExpectStatic } from "vitest";
import type { SimulatorControls } from "../clouds/simulator.ts";
import type { Stand } from "./environment.ts";

/** The least there is, as the manifests of tests have it. */
const DRIFT_INTERVAL_MS = 5_000;

/**
 * Sits out two more visits: they come no sooner than drift is due, leave the resource as it was to the last letter, and change
 * nothing in the cloud.
 */
export async function expectCalm(
  stand: Pick<Stand, "read" | "visited">,
  name: string,
  cloud: Pick<SimulatorControls, "effects">,
): Promise<void> {
  const before = { resource: await stand.read(name), effects: await cloud.effects() };
  const since = Date.now();
  await stand.visited(name, 2);
  expect(Date.now() - since, `two visits to ${name} took less than a drift interval`).toBeGreaterThan(
    DRIFT_INTERVAL_MS / 2,
  );
  expect({ resource: await stand.read(name), effects: await cloud.effects() }).toEqual(before);
}

/** Waits until this was told of the resource, and shows that it was told once. `poller`: the test's own `expect`. */
export async function expectToldOnce(
  poller: Pick<ExpectStatic, "poll">,
  stand: Pick<Stand, "events">,
  name: string,
  told: { readonly type?: "Normal" | "Warning"; readonly reason: string },
): Promise<void> {
  const events = async (): Promise<unknown[]> =>
    (await stand.events(name)).filter(({ reason }) => reason === told.reason);
  await poller.poll(events, { timeout: 20_000 }).toMatchObject([{ type: "Warning", ...told, count: 1 }]);
}
