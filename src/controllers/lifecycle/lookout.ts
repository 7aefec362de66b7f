// What resources wait for and no watch shows: a namespace, somebody else's Secret, a right. Each is looked at every few seconds, once
// for all who wait for it, and they are visited when it is no longer as they saw it. What is lost with the process, the next one's
// first visits state anew.
import type { KubeClient } from "../../kube/client.ts";
import type { ObjectRef, ResourceType } from "../../kube/types.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import type { Seen } from "./deletion-intent.ts";
import { lookAt } from "./live-metadata.ts";

/** Something that a visit came to wait for. */
export interface Awaited {
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  /** As the visit saw it. */
  readonly seen: Seen;
  /** What has to change: anything about it; or its being there at all, and being the same one. */
  readonly until: "Changed" | "Replaced";
}

interface Waiter {
  readonly awaited: readonly Awaited[];
  readonly wake: () => void;
}

interface LookoutDeps {
  readonly client: Pick<KubeClient, "get">;
  readonly clock: Clock;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
}

export const LOOKOUT_MS = 3_000;

export class Lookout {
  readonly #deps: LookoutDeps;
  readonly #waiters = new Map<string, Waiter>();
  #next: Timer | undefined;

  constructor(deps: LookoutDeps) {
    this.#deps = deps;
    deps.stop.addEventListener("abort", () => this.#next?.cancel(), { once: true });
  }

  /** What the waiter of that name waits for from now on, in place of what it waited for before; it is woken once. */
  set(name: string, waiter: Waiter): void {
    if (waiter.awaited.length === 0) this.#waiters.delete(name);
    else this.#waiters.set(name, waiter);
    this.#plan();
  }

  #plan(): void {
    if (this.#next || this.#waiters.size === 0 || this.#deps.stop.aborted) return;
    this.#next = this.#deps.clock.after(LOOKOUT_MS, () => void this.#look());
  }

  /** One after the other: however many there are, it is one request at a time. */
  async #look(): Promise<void> {
    const wanted = [...this.#waiters.values()].flatMap(({ awaited }) => awaited);
    for (const [id, one] of new Map(wanted.map((each) => [idOf(each), each]))) {
      const now = await this.#lookAt(one);
      if (this.#deps.stop.aborted) return;
      if (now !== undefined) this.#tell(id, now);
    }
    this.#next = undefined;
    this.#plan();
  }

  /** Undefined where it can't be told now. */
  async #lookAt({ type, ref }: Awaited): Promise<Seen | undefined> {
    try {
      return await lookAt(this.#deps.client, type, { ...ref, signal: this.#deps.stop });
    } catch {
      return undefined;
    }
  }

  #tell(id: string, now: Seen): void {
    for (const [name, { awaited, wake }] of this.#waiters) {
      if (!awaited.some((each) => idOf(each) === id && hasCome(each, now))) continue;
      this.#waiters.delete(name);
      wake();
    }
  }
}

function idOf({ type, ref }: Awaited): string {
  return JSON.stringify([type.group, type.plural, ref.namespace ?? "", ref.name]);
}

/** What can't be seen any more tells nothing. */
function hasCome({ seen, until }: Awaited, now: Seen): boolean {
  if (now === "Forbidden" || seen === "Forbidden") return seen !== now && now !== "Forbidden";
  if (now === "Absent" || seen === "Absent") return seen !== now;
  const isSame = now.metadata.uid === seen.metadata.uid;
  return !isSame || (until === "Changed" && now.metadata.resourceVersion !== seen.metadata.resourceVersion);
}
