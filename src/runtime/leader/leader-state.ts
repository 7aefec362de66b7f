// What one elector knows about the Lease and decides from it. No I/O and no clock: every time is an argument.
import { isDeepStrictEqual } from "node:util";
import type { Lease, LeaseSpec } from "./lease.ts";
import { microTime } from "./lease.ts";
import type { LeaderTiming } from "./leader-timing.ts";

export type LeaseWrite =
  /** There is no Lease: create it. The API server lets one creator win. */
  | { readonly action: "Create"; readonly spec: LeaseSpec }
  /** Replace the Lease; the resourceVersion in it lets one writer win. */
  | { readonly action: "Replace"; readonly lease: Lease };

export type LeaseDecision =
  | LeaseWrite
  /** Somebody else holds it for `forMs` more unless the record changes. */
  | { readonly action: "Wait"; readonly forMs: number }
  /** This process led and does not any more. */
  | { readonly action: "Lost"; readonly reason: string };

interface Observation {
  readonly lease: Lease;
  /** Monotonic time at which this process first saw the record as it is now. */
  readonly changedAtMs: number;
  readonly deleted: boolean;
}

/** `monotonicMs` judges expiry; `wallMs` only goes into the record, for people. */
interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export class LeaseState {
  readonly #identity: string;
  readonly #timing: LeaderTiming;
  #observed: Observation | undefined;
  /** acquireTime of our latest claim: tells our record from one that another process wrote under the same identity. */
  #claim: string | undefined;
  #deadlineMs = Number.NEGATIVE_INFINITY;
  #leading = false;

  constructor(options: { identity: string; timing: LeaderTiming }) {
    this.#identity = options.identity;
    this.#timing = options.timing;
  }

  /** The holder in the record as last seen, "" when released, undefined when there is none. */
  get holder(): string | undefined {
    return this.#observed?.deleted === false ? (this.#observed.lease.spec?.holderIdentity ?? "") : undefined;
  }

  get leading(): boolean {
    return this.#leading;
  }

  /** True once a claim was sent, whatever became of it. */
  get claimed(): boolean {
    return this.#claim !== undefined;
  }

  /** Time for which this process may still act: until the renew deadline after the last successful write was sent. */
  remainingMs(monotonicMs: number): number {
    return this.#deadlineMs - monotonicMs;
  }

  /** Takes in the Lease as the API server has it. A record that did not change keeps the time of its last change. */
  observe(lease: Lease, monotonicMs: number): void {
    const last = this.#observed;
    const same =
      last !== undefined &&
      last.lease.metadata.uid === lease.metadata.uid &&
      isDeepStrictEqual(last.lease.spec, lease.spec);
    this.#observed = { lease, changedAtMs: same ? last.changedAtMs : monotonicMs, deleted: false };
  }

  /**
   * Takes in that there is no Lease. A holder who was last seen does not know yet that somebody deleted it and goes on
   * acting, so it is given the time that a change of the record would give it.
   */
  observeAbsent(monotonicMs: number): void {
    if (this.#observed?.deleted !== false) return;
    this.#observed = { ...this.#observed, changedAtMs: monotonicMs, deleted: true };
  }

  decide(now: Now): LeaseDecision {
    if (this.#leading && now.monotonicMs >= this.#deadlineMs) return { action: "Lost", reason: "not renewed in time" };
    if (this.#observed === undefined || this.#mayGoOn()) return this.#write(now);
    if (this.#leading) return { action: "Lost", reason: `the record names the holder "${this.holder ?? ""}"` };
    const forMs = this.#heldForMs(now.monotonicMs);
    return forMs > 0 ? { action: "Wait", forMs } : this.#write(now);
  }

  /** Call before a decided write is sent: from now on a record with its acquireTime is ours, even if no answer comes. */
  claiming(decision: LeaseWrite): void {
    this.#claim = decision.action === "Create" ? decision.spec.acquireTime : decision.lease.spec?.acquireTime;
  }

  /**
   * Takes in the answer to a successful write. The deadline counts from when the request was sent, because candidates may
   * see the record from then on; it is shorter than their wait, so this process stops before any of them starts.
   */
  written(lease: Lease, times: { sentAtMs: number; answeredAtMs: number }): void {
    this.observe(lease, times.answeredAtMs);
    this.#deadlineMs = times.sentAtMs + this.#timing.renewMs;
    this.#leading = true;
  }

  /** No write may start any more. Final. */
  end(): void {
    this.#leading = false;
    this.#deadlineMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * The Lease that gives up our hold, or undefined when the record is not ours. As in client-go: no holder and a duration
   * of 1 s, so that candidates of any make take over at once.
   */
  released(wallMs: number): Lease | undefined {
    if (this.#observed === undefined || this.#observed.deleted || !this.#isOurs()) return undefined;
    const { lease } = this.#observed;
    return {
      ...lease,
      spec: { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(wallMs) },
    };
  }

  /** The record is ours. A deleted one only while we lead: without that, somebody may have led between it and the delete. */
  #mayGoOn(): boolean {
    return this.#isOurs() && (this.#leading || this.#observed?.deleted === false);
  }

  #isOurs(): boolean {
    const spec = this.#observed?.lease.spec;
    return this.#claim !== undefined && spec?.holderIdentity === this.#identity && spec.acquireTime === this.#claim;
  }

  #heldForMs(monotonicMs: number): number {
    if (this.#observed === undefined || !this.#observed.lease.spec?.holderIdentity) return 0;
    const { lease, changedAtMs } = this.#observed;
    return changedAtMs + heldMs(this.#timing.leaseMs, lease.spec?.leaseDurationSeconds) - monotonicMs;
  }

  #write(now: Now): LeaseWrite {
    const spec = this.#nextSpec(microTime(now.wallMs));
    if (this.#observed === undefined || this.#observed.deleted) return { action: "Create", spec };
    return { action: "Replace", lease: { ...this.#observed.lease, spec } };
  }

  #nextSpec(time: string): LeaseSpec {
    const previous = this.#observed?.lease.spec;
    const transitions = previous?.leaseTransitions ?? 0;
    const sameHolder = this.#observed === undefined || previous?.holderIdentity === this.#identity;
    return {
      ...previous,
      holderIdentity: this.#identity,
      leaseDurationSeconds: wireSeconds(this.#timing.leaseMs),
      acquireTime: this.#isOurs() ? (previous?.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: sameHolder ? transitions : transitions + 1,
    };
  }
}

/** leaseDurationSeconds is a positive integer: rounded up, so that others never wait less than we count on. */
function wireSeconds(leaseMs: number): number {
  return Math.ceil(leaseMs / 1000);
}

/**
 * How long an unchanged record keeps this candidate away: its own configured duration, because the record's is rounded up
 * and would delay every take-over with a fractional lease. A record that says more than that was written by a holder with
 * a longer lease (another version, another flag), which may act for longer than we would wait: then the record counts.
 */
function heldMs(ownLeaseMs: number, recordSeconds: number | undefined): number {
  return recordSeconds !== undefined && recordSeconds > wireSeconds(ownLeaseMs) ? recordSeconds * 1000 : ownLeaseMs;
}
