// What a reflector tells of itself: to readiness, liveness and metrics.
import type { State } from "./reflector-state.ts";

/** What is true at one moment, for readiness, liveness and gauges. Durations in milliseconds. */
export interface ReflectorStatus {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly state: State<never>["name"];
  readonly hasSynced: boolean;
  /** Since it was started, while it has not synced; 0 afterwards. */
  readonly unsyncedMs: number;
  /** Since it last did anything, be it to fail: beyond two minutes it is stuck. 0 before it is started. */
  readonly idleMs: number;
  /** Since the server last said anything within a list or watch; undefined before. */
  readonly ageMs: number | undefined;
  /** The last error, until the server accepts a list or watch. */
  readonly failure: string | undefined;
  /** That error said that the operator may not look there. */
  readonly refused: boolean;
  /** The server does not serve the kind, which therefore counts as empty. */
  readonly absent: boolean;
}

/** Where one reflector counts. Methods must not throw. */
export interface ReflectorMetrics {
  /** A list was complete: streamed (WatchList) or paged. */
  listed(how: "Streamed" | "Paged"): void;
  /** The server accepted a watch. */
  watched(): void;
  /**
   * A watch ended at its time, fell silent, or failed to go on or begin; "Stale": so that everything has to be listed again.
   */
  ended(why: "Ended" | "Silent" | "Stale" | "Failed"): void;
  /** A handler of the store threw. */
  handlerFailed(): void;
  /** Called once, when the reflector is made: `read` gives the gauges at any time later. */
  observe(read: () => ReflectorStatus): void;
}
