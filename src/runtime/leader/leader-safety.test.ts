// The safety of the election as a property: electors against a register with compare-and-swap, over a network that delays and
// loses, with stops, restarts and deletions in any order.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LeaseState, type LeaseWrite } from "./leader-state.ts";
import type { LeaderTiming } from "./leader-timing.ts";
import type { Lease } from "./lease.ts";

/** Differently configured replicas, as during an upgrade; two of them by mistake under one name. */
const ELECTORS: readonly { identity: string; timing: LeaderTiming }[] = [
  { identity: "a", timing: { leaseMs: 15_000, renewMs: 10_000, retryMs: 2000 } },
  { identity: "b", timing: { leaseMs: 15_000, renewMs: 10_000, retryMs: 2000 } },
  { identity: "b", timing: { leaseMs: 5000, renewMs: 4900, retryMs: 1000 } },
  { identity: "c", timing: { leaseMs: 30_000, renewMs: 20_000, retryMs: 2000 } },
];

interface Sent {
  readonly by: LeaseState;
  readonly write: LeaseWrite;
  readonly sentAtMs: number;
  answer: Lease | "Refused" | undefined;
  /** Its sender does not wait for the answer any more; the request may still land. */
  givenUp: boolean;
}

/** `n` says which elector, how many milliseconds, or which request, counted from the newest. */
type Step = readonly [action: keyof World["actions"], n: number];

class World {
  nowMs = 0;
  terms = 0;
  #lease: Lease | undefined;
  #previous: Lease | undefined;
  #version = 0;
  /** Says nothing about time. Two of one name that claim within the same millisecond are beyond what we promise. */
  #wallMs = 0;
  readonly #sent: Sent[] = [];
  readonly #electors = ELECTORS.map((options) => new LeaseState(options));

  leaders(): LeaseState[] {
    return this.#electors.filter((elector) => elector.remainingMs(this.nowMs) > 0);
  }

  readonly actions = {
    tick: (ms: number): void => void (this.nowMs += ms),
    turn: (n: number): void => this.#turn(this.#elector(n)),
    read: (n: number): void => this.#observe(this.#elector(n), this.#lease),
    readStale: (n: number): void => this.#observe(this.#elector(n), this.#previous ?? this.#lease),
    send: (n: number): void => this.#send(this.#elector(n)),
    release: (n: number): void => this.#release(this.#elector(n)),
    restart: (n: number): void => this.#restart(n),
    land: (n: number): void => this.#land(this.#sent.at(-1 - n)),
    answer: (n: number): void => this.#answer(this.#sent.at(-1 - n)),
    delete: (): void => this.#delete(),
  };

  /**
   * Somebody deletes the Lease of a living leader. Only the record could tell others of that leader, so we promise something
   * to those who had seen it, as all do who look every two seconds; a process that starts now, or a create that was sent
   * before there was a record and arrives now, is beyond it.
   */
  #delete(): void {
    for (const elector of this.#electors) this.#observe(elector, this.#lease);
    this.#lease = undefined;
    this.#previous = undefined;
    for (const sent of this.#sent) {
      if (sent.write.action === "Create") sent.answer ??= "Refused";
    }
  }

  #restart(number: number): void {
    if (this.#version > 0 && this.#lease === undefined) return;
    this.#electors[number] = new LeaseState(ELECTORS[number]!);
    this.#observe(this.#elector(number), this.#lease);
  }

  #elector(who: number): LeaseState {
    return this.#electors[who]!;
  }

  #observe(elector: LeaseState, lease: Lease | undefined): void {
    if (lease) elector.observe(lease, this.nowMs);
    else elector.observeAbsent(this.nowMs);
  }

  /** One that nothing disturbs. */
  #turn(by: LeaseState): void {
    this.#observe(by, this.#lease);
    const before = this.#sent.length;
    this.#send(by);
    if (this.#sent.length === before) return;
    this.#land(this.#sent.at(-1));
    this.#answer(this.#sent.at(-1));
  }

  #send(by: LeaseState): void {
    this.#wallMs += 1;
    const decision = by.decide({ monotonicMs: this.nowMs, wallMs: this.#wallMs });
    if (decision.action === "Lost") this.#end(by);
    if (decision.action === "Wait" || decision.action === "Lost") return;
    by.claiming(decision);
    this.#giveUp(by);
    this.#sent.push({ by, write: decision, sentAtMs: this.nowMs, answer: undefined, givenUp: false });
  }

  /** An elector has one request under way: it waits for the answer, or until its time is up, before the next and before it ends. */
  #giveUp(by: LeaseState): void {
    for (const sent of this.#sent) if (sent.by === by) sent.givenUp = true;
  }

  #end(by: LeaseState): void {
    this.#giveUp(by);
    by.end();
  }

  #release(by: LeaseState): void {
    this.#end(by);
    const lease = by.released(this.#wallMs);
    if (lease && this.#lease?.metadata.resourceVersion === lease.metadata.resourceVersion) this.#store(lease);
  }

  /** The API server gets the request, perhaps long after the sender gave up on it. */
  #land(sent: Sent | undefined): void {
    if (!sent || sent.answer) return;
    const { write } = sent;
    const accepted =
      write.action === "Create"
        ? this.#lease === undefined
        : this.#lease?.metadata.resourceVersion === write.lease.metadata.resourceVersion;
    sent.answer = accepted ? this.#store(write.action === "Create" ? leaseOf(write) : write.lease) : "Refused";
  }

  #store(lease: Lease): Lease {
    this.#previous = this.#lease;
    this.#version += 1;
    const metadata = { ...lease.metadata, resourceVersion: String(this.#version) };
    this.#lease = { ...lease, metadata };
    return this.#lease;
  }

  /** An answer that never comes is one that no step delivers. */
  #answer(sent: Sent | undefined): void {
    if (!sent?.answer || sent.answer === "Refused" || sent.givenUp || !this.#electors.includes(sent.by)) return;
    if (!sent.by.leading) this.terms += 1;
    sent.by.written(sent.answer, { sentAtMs: sent.sentAtMs, answeredAtMs: this.nowMs });
    sent.answer = "Refused";
  }
}

function leaseOf(write: LeaseWrite & { action: "Create" }): Lease {
  const metadata = { name: "yunfan", namespace: "ns", uid: "u", resourceVersion: "", creationTimestamp: "" };
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: write.spec };
}

const who = fc.nat(ELECTORS.length - 1);
const ms = fc.oneof(fc.nat(3000), fc.nat(20_000));
/** An old one is a request that its sender gave up on. */
const which = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(10) });
const steps = (weight: number, actions: Step[0][], n: fc.Arbitrary<number>): fc.WeightedArbitrary<Step> => ({
  weight,
  arbitrary: fc.tuple(fc.constantFrom(...actions), n),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  steps(6, ["tick"], ms),
  steps(6, ["turn", "turn", "read"], who),
  steps(8, ["send"], who),
  steps(10, ["land", "answer"], which),
  steps(1, ["readStale", "release", "restart"], who),
  steps(1, ["delete"], fc.constant(0)),
);

/** One that gave its claim up, found it in the record, led and released: the answer to the claim must not come after that. */
const ANSWER_AFTER_RELEASE: Step[] = [
  ["send", 3],
  ["land", 0],
  ["send", 0],
  ["turn", 3],
  ["release", 3],
  ["turn", 0],
  ["answer", 3],
];

describe("LeaseState", () => {
  it("R20: never lets two electors act at the same time, whatever the network and the processes do", () => {
    let terms = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: "max" }), (history) => {
        const world = new World();
        for (const [action, n] of history) {
          world.actions[action](n);
          expect(world.leaders().length).toBeLessThanOrEqual(1);
        }
        terms += world.terms;
      }),
      { numRuns: 700, examples: [[ANSWER_AFTER_RELEASE]] },
    );
    // The property says something only if leadership was won, and won again.
    expect(terms).toBeGreaterThan(700);
  });
});
