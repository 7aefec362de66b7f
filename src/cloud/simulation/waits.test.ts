// Held and delayed requests: who lets them go.
import { expect, test } from "vitest";
import { ManualClock } from "./test-support.ts";
import { Waits } from "./waits.ts";

const here = new AbortController().signal;

test("release lets go of what is held, once", async () => {
  const waits = new Waits(new ManualClock());
  const held = [waits.hold(here), waits.hold(here)];
  expect(waits.release()).toBe(2);
  await Promise.all(held);
  expect(waits.release()).toBe(0);
});

test("a client that is gone is not held any longer, and not counted", async () => {
  const waits = new Waits(new ManualClock());
  const client = new AbortController();
  const held = waits.hold(client.signal);
  client.abort();
  await held;
  await waits.hold(client.signal);
  expect(waits.release()).toBe(0);
});

test("closing ends every wait, also those that come later", async () => {
  const clock = new ManualClock();
  const waits = new Waits(clock);
  const early = [waits.hold(here), waits.pause(1000)];
  waits.close();
  await Promise.all([...early, waits.hold(here), waits.pause(1000)]);
  expect(waits.release()).toBe(0);
});
