// What a sink at work has come to, as its visits tell it, and which of its keys are what.
import { ALARM_KEY } from "./alarms.ts";
import type { Proof } from "./batch.ts";
import type { Difference } from "./comparison.ts";
import { EVENT_KEY } from "./events.ts";
import type { Ledger } from "./ledger.ts";
import { METRICS_KEY } from "./metrics.ts";
import type { WriteClass } from "./sender.ts";
import { slotIn } from "./shelves.ts";

/** What a visit of the sink can say of it. */
export interface Findings {
  /** Undefined until the store was compared once. */
  readonly difference: Difference | undefined;
  /** Everything that the first comparison found has been sent. */
  readonly isFilled: boolean;
  readonly conflicts: readonly string[];
  readonly refused: ReadonlyMap<string, string>;
  readonly proof: Proof | undefined;
  /** Why nothing goes on; undefined where something does. */
  readonly obstacle: unknown;
}

/** How many records in the store are the sink's. Looks at all. */
export function recordCountOf(ledger: Ledger): number {
  return ledger.count((text) => slotIn(text).shelf === "record");
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
