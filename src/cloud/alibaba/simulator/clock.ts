// The cloud's clock, which a test may put forward or back: then it is ours that is off.
//
// PATCH /_simulator/clock/gateway {"offsetSeconds": N}: all that the cloud stamps and checks, the Date header too.
import * as z from "zod";
import type { Clock } from "../../../lib/clock.ts";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput } from "../../simulation/refusal.ts";

export interface OffsetClock extends Clock {
  readonly controls: { readonly clock: CollectionControl };
}

const offset = z.strictObject({ offsetSeconds: z.number() });

export function openOffsetClock(clock: Clock): OffsetClock {
  let offsetMs = 0;
  return {
    now: () => clock.now() + offsetMs,
    monotonic: () => clock.monotonic(),
    after: (ms, callback) => clock.after(ms, callback),
    controls: {
      clock: {
        update(id, input) {
          if (id !== "gateway") return undefined;
          offsetMs = parseInput(offset, input).offsetSeconds * 1000;
          return { id };
        },
      },
    },
  };
}
