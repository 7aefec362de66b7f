// What a sink at work has come to, as its visits tell it, and which of its keys are what.
import { ALARM_KEY } from "./alarms.ts";
import type { Proof } from "./batch.ts";
import type { Difference } from "./comparison.ts";
import { EVENT_KEY } from "./events.ts";
import { METRICS_KEY } from "./metrics.ts";
import type { WriteClass } from "./sender.ts";

/** What a visit of the sink can say of it. */
export interface Findings {
  /** Undefined until the store was compared once. */
  readonly difference: Difference | undefined;
  /** Everything that the first comparison found has been sent. */
  readonly isFilled: boolean;
  readonly recordCount: number;
  readonly conflicts: readonly string[];
  readonly refused: ReadonlyMap<string, string>;
  readonly lostEvents: number;
  readonly proof: Proof | undefined;
  /** Why nothing goes on; undefined where something does. */
  readonly obstacle: unknown;
  readonly waiting: (write: WriteClass) => { readonly count: number; readonly oldestMs: number };
}

const CLASSES: Readonly<Record<string, WriteClass>> = {
  record: "records",
  cluster: "records",
  watch: "watch",
  metric: "metrics",
  [METRICS_KEY]: "metrics",
  [EVENT_KEY]: "events",
  [ALARM_KEY]: "alarms",
};

/** Undefined: it writes nothing by itself. */
export function classOf(key: string): WriteClass | undefined {
  return CLASSES[key.split("/", 1)[0] ?? ""];
}
