// Every record is rewritten at least so often, each at its own moment of the interval: spread evenly, and the same after a restart.
import { createHash } from "node:crypto";
import type { Backlog, Worked } from "./backlog.ts";
import type { SinkScope, SinkTools } from "./scope.ts";
import { slotText } from "./shelves.ts";
import type { Slots } from "./slots.ts";
import { wantedSlots } from "./wants.ts";

interface RefreshDeps extends SinkTools {
  readonly scope: () => SinkScope;
  readonly backlog: Pick<Backlog, "add">;
  readonly slots: Pick<Slots, "refresh">;
}

/** Of the backlog: it is to be seen what is due. */
export const REFRESH_KEY = "refresh";
const LONGEST_STEP_MS = 30_000;

export class Refreshes {
  readonly #deps: RefreshDeps;
  #seenToMs: number | undefined;

  constructor(deps: RefreshDeps) {
    this.#deps = deps;
  }

  /** Has written what fell due since the last look. */
  work(): Promise<Worked> {
    const { clock, scope, backlog, slots } = this.#deps;
    const intervalMs = scope().sink.spec.refreshSeconds * 1000;
    const nowMs = clock.now();
    const fromMs = this.#seenToMs ?? nowMs;
    this.#seenToMs = nowMs;
    if (intervalMs === 0) return Promise.resolve({ againInMs: LONGEST_STEP_MS });
    for (const slot of nowMs > fromMs ? wantedSlots(scope()) : []) {
      const text = slotText(slot);
      if (slot.shelf === "watch" || !isDue(momentMs(text, intervalMs), { fromMs, nowMs, intervalMs })) continue;
      slots.refresh(slot);
      backlog.add(text);
    }
    return Promise.resolve({ againInMs: Math.min(LONGEST_STEP_MS, intervalMs) });
  }
}

/** At which moment of each interval the key's turn is, in milliseconds. Pure. */
export function momentMs(key: string, intervalMs: number): number {
  return createHash("sha256").update(key).digest().readUInt32BE(0) % intervalMs;
}

/** Whether that moment lies after `fromMs` and not after `nowMs`. Pure. */
export function isDue(
  phaseMs: number,
  { fromMs, nowMs, intervalMs }: { readonly fromMs: number; readonly nowMs: number; readonly intervalMs: number },
): boolean {
  return Math.floor((nowMs - phaseMs) / intervalMs) > Math.floor((fromMs - phaseMs) / intervalMs);
}
