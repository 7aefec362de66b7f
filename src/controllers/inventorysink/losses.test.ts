// What is told of lost Events: at once that there are any, and not each one by a write of its own.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { Losses } from "./losses.ts";

it("Two thousand Events that are lost within a moment are told twice: the first at once, the others within a minute", async () => {
  const clock = new FakeClock();
  const losses = new Losses(clock);
  expect(losses.told(7)).toBeUndefined();
  const told = new Set<number | undefined>();
  let due = 0;
  for (let at = 0; at < 2_000; at += 1) {
    if (losses.add()) due += 1;
    // The status holds what was told last: that is not counted again.
    told.add(losses.told([...told].at(-1) ?? 7));
  }
  expect([[...told], due]).toEqual([[8], 1]);
  await clock.advance(60_000);
  expect(losses.told(8)).toBe(2_007);
});
