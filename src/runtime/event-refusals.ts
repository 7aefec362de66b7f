// Namespaces whose owners refuse events: a quota, a policy, a missing right. Asked more and more seldom while they do.
import type { Clock } from "../lib/clock.ts";
import { backoffMs, KEY_BACKOFF } from "./queue/backoff.ts";

interface Refusals {
  readonly inARow: number;
  readonly untilMs: number;
}

export class EventRefusals {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #byNamespace = new Map<string, Refusals>();

  constructor(options: { clock: Clock; random: () => number }) {
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Whether nothing is sent there now. */
  holds(namespace: string): boolean {
    return (this.#byNamespace.get(namespace)?.untilMs ?? 0) > this.#clock.monotonic();
  }

  /** One was refused. A single refusal may be for what that event holds; after the second the namespace rests, 1 s to 5 min. */
  refused(namespace: string): void {
    const inARow = (this.#byNamespace.get(namespace)?.inARow ?? 0) + 1;
    const restMs = inARow === 1 ? 0 : backoffMs(KEY_BACKOFF, inARow - 1, this.#random);
    this.#byNamespace.set(namespace, { inARow, untilMs: this.#clock.monotonic() + restMs });
  }

  accepted(namespace: string): void {
    this.#byNamespace.delete(namespace);
  }
}
