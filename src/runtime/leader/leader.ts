// Leader election over a Lease: campaigns, renews, tells when leadership is lost, and releases. Decisions: leader-state.ts.
import { isConflict, isNotFound, isRefusal } from "../../kube/errors.ts";
import type { KubeTransport } from "../../kube/transport.ts";
import { sleep, type Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Fence } from "../../lib/fence.ts";
import type { Logger } from "../../lib/log.ts";
import { LeaseState, type LeaseDecision } from "./leader-state.ts";
import { News } from "./signal.ts";
import { JITTER, type LeaderTiming } from "./leader-timing.ts";
import { watchLease } from "./leader-watch.ts";
import { LeaseClient, type Lease, type LeaseRef } from "./lease.ts";

/** What every replica of one installation competes for. */
const LEASE_NAME = "yunfan";
/** A turn of the election takes less than two lease durations; this much more means that it hangs. */
const STUCK_SLACK_MS = 20_000;
/** That somebody else was quicker is nothing to tell of, unless he always is. */
const MOST_QUIET_CONFLICTS = 5;

export interface LeaderElectorOptions {
  readonly transport: Pick<KubeTransport, "request" | "stream">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Unique per process. Two of the same never lead together, but the second waits for the first as for a stranger. */
  readonly identity: string;
  readonly namespace: string;
  readonly leaseName?: string;
  readonly timing: LeaderTiming;
  /** Gives [0, 1). */
  readonly random?: () => number;
  /** Told when the campaign begins and at each change, for the metric. Must not throw. */
  readonly onLeading?: (leading: boolean) => void;
}

/** This process led and may not write any more. It has to exit: what is in flight belongs to a term that has ended. */
export class LeaseLostError extends Error {
  constructor(reason: string) {
    super(`The lease was lost: ${reason}`);
    this.name = "LeaseLostError";
  }
}

/** Serves one term: after `run` has ended it cannot be used again. */
export class LeaderElector implements Fence {
  readonly name = "leader-election";
  readonly #options: LeaderElectorOptions;
  readonly #ref: LeaseRef;
  readonly #client: LeaseClient;
  readonly #random: () => number;
  readonly #state: LeaseState;
  readonly #elected = Promise.withResolvers<void>();
  /** The watch saw something that the loop has not looked at. */
  readonly #news = new News();
  #turnedAtMs: number | undefined;
  #lastHolder: string | undefined;
  #lastFailure: string | undefined;
  /** What the API server said when it refused a request, until it takes one. */
  #refusal: string | undefined;
  /** In a row. */
  #conflicts = 0;
  #refusals = 0;
  #lost = false;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#ref = { namespace: options.namespace, name: options.leaseName ?? LEASE_NAME };
    this.#client = new LeaseClient({ transport: options.transport, ref: this.#ref });
    this.#random = options.random ?? Math.random;
    this.#state = new LeaseState(options);
  }

  /** Resolves once this process leads; stays pending when it never does. */
  get elected(): Promise<void> {
    return this.#elected.promise;
  }

  remainingMs(): number {
    return this.#state.remainingMs(this.#options.clock.monotonic());
  }

  /**
   * Campaigns and then renews until the signal is aborted; then it resolves, and `release` should follow. An API server
   * that does not answer is waited for by a candidate, and by a leader until its renew deadline: then, or when somebody
   * else holds the Lease, it rejects with LeaseLostError. No request is under way and the fence is shut when it has ended.
   */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#campaign(signal);
      await this.#hold(signal);
    } catch (error) {
      this.#lost = error instanceof LeaseLostError;
      if (!signal.aborted || error !== signal.reason) throw error;
    } finally {
      this.#turnedAtMs = undefined;
      if (this.#state.leading) this.#options.onLeading?.(false);
      this.#state.end();
    }
  }

  /**
   * Gives the Lease up if this process holds it; call it last, after `run` has ended. Never rejects: if it fails the
   * record expires by itself. A lost lease is left alone.
   */
  async release(): Promise<void> {
    if (!this.#state.claimed || this.#lost) return;
    const timeoutMs = this.#options.timing.renewMs / 2;
    try {
      await this.#read(undefined);
      const lease = this.#state.released(this.#options.clock.now());
      if (lease === undefined) return;
      await this.#client.replace(lease, { timeoutMs });
      this.#options.log.info({ lease: this.#ref }, "Released the lease");
    } catch (error) {
      this.#options.log.warn({ err: error, lease: this.#ref }, "Lease not released, it expires by itself");
    }
  }

  /** For liveness: why the election counts as stuck, or undefined. An API server that is away is no reason. */
  stuck(): string | undefined {
    if (this.#turnedAtMs === undefined) return undefined;
    const silentMs = this.#options.clock.monotonic() - this.#turnedAtMs;
    const limitMs = 2 * this.#options.timing.leaseMs + STUCK_SLACK_MS;
    return silentMs > limitMs ? `no turn of the election for ${Math.round(silentMs / 1000)} s` : undefined;
  }

  /** For people: why this process can't have the Lease, where the API server refuses its requests; or undefined. */
  obstacle(): string | undefined {
    const { namespace, name } = this.#ref;
    return this.#refusal && `Lease ${namespace}/${name} is refused: ${this.#refusal}`;
  }

  async #campaign(signal: AbortSignal): Promise<void> {
    const { log, identity, onLeading } = this.#options;
    log.info({ lease: this.#ref, identity }, "Waiting for the lease");
    onLeading?.(false);
    const decided = new AbortController();
    const onLease = (lease: Lease | undefined): void => this.#heard(lease);
    const watching = watchLease(
      { ...this.#options, ref: this.#ref, random: this.#random, onLease },
      AbortSignal.any([signal, decided.signal]),
    );
    try {
      let current = false;
      while (!this.#state.leading) current = await this.#candidateTurn(current, signal);
    } finally {
      decided.abort();
      await watching;
    }
    log.info({ lease: this.#ref, identity }, "Acquired the lease");
    onLeading?.(true);
    this.#elected.resolve();
  }

  /**
   * Looks, and claims or waits. `current` says that the record is known as it is; it resolves with the same for the next
   * turn. A claim that was sent is waited for even when the signal is aborted, so that `release` knows what to undo.
   */
  async #candidateTurn(current: boolean, signal: AbortSignal): Promise<boolean> {
    const { retryMs, leaseMs } = this.#options.timing;
    this.#turnedAtMs = this.#options.clock.monotonic();
    try {
      signal.throwIfAborted();
      if (!current) await this.#read(signal);
      const decision = this.#decide();
      if (decision.action === "Wait") return await this.#pause(Math.min(decision.forMs, retryMs), signal);
      await this.#write(decision);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      this.#failed(error);
      await this.#pause(Math.min(retryMs * 2 ** this.#refusals, leaseMs), signal);
      return false;
    }
  }

  async #hold(signal: AbortSignal): Promise<void> {
    const { clock, timing } = this.#options;
    let current = true;
    for (;;) {
      await sleep(clock, Math.min(this.#jittered(timing.retryMs), this.remainingMs()), signal);
      this.#turnedAtMs = clock.monotonic();
      current = await this.#renew(current);
    }
  }

  /**
   * One renewal. A failure is not the end while the deadline lies ahead. After a conflict, which an edit of the Lease's
   * metadata is enough for, it looks and tries again at once. Resolves with whether the record is known.
   */
  async #renew(current: boolean): Promise<boolean> {
    try {
      if (!current && this.remainingMs() > 0) await this.#read(undefined);
      await this.#write(this.#decide());
      return true;
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      if (current && isConflict(error)) return this.#renew(false);
      this.#failed(error);
      return false;
    }
  }

  #decide(): Exclude<LeaseDecision, { action: "Lost" }> {
    const { clock, log, identity } = this.#options;
    const decision = this.#state.decide({ monotonicMs: clock.monotonic(), wallMs: clock.now() });
    if (decision.action === "Lost") throw new LeaseLostError(this.#withLastFailure(decision.reason));
    const { holder } = this.#state;
    if (holder && holder !== this.#lastHolder && holder !== identity) log.info({ holder }, "Saw a new leader");
    this.#lastHolder = holder;
    return decision;
  }

  async #write(decision: Exclude<LeaseDecision, { action: "Lost" }>): Promise<void> {
    if (decision.action === "Wait") return;
    const sentAtMs = this.#options.clock.monotonic();
    const timeoutMs = this.#timeoutMs();
    this.#state.claiming(decision);
    const lease =
      decision.action === "Create"
        ? await this.#client.create(decision.spec, { timeoutMs })
        : await this.#client.replace(decision.lease, { timeoutMs });
    this.#state.written(lease, { sentAtMs, answeredAtMs: this.#options.clock.monotonic() });
    [this.#lastFailure, this.#refusal] = [undefined, undefined];
    [this.#conflicts, this.#refusals] = [0, 0];
  }

  #withLastFailure(reason: string): string {
    const failure = this.#refusal ?? this.#lastFailure;
    return failure === undefined ? reason : `${reason}. Before, a request failed: ${failure}`;
  }

  async #read(signal: AbortSignal | undefined): Promise<void> {
    this.#news.clear();
    const lease = await this.#client.read({ timeoutMs: this.#timeoutMs(), signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    // What the watch brought meanwhile is newer than this answer.
    if (!this.#news.pending) this.#observe(lease);
  }

  /** What a watch that is being closed still brings is older than the record that this process wrote. */
  #heard(lease: Lease | undefined): void {
    if (this.#state.leading) return;
    this.#observe(lease);
    this.#news.raise();
  }

  #observe(lease: Lease | undefined): void {
    const nowMs = this.#options.clock.monotonic();
    if (lease === undefined) this.#state.observeAbsent(nowMs);
    else this.#state.observe(lease, nowMs);
  }

  /** Half the renew deadline, so that a second try fits in; a leader's requests end before its deadline (R20). */
  #timeoutMs(): number {
    const halfMs = this.#options.timing.renewMs / 2;
    return this.#state.leading ? Math.min(halfMs, this.remainingMs()) : halfMs;
  }

  /** Waits, jittered, but not longer than until the watch says something. Resolves with whether it did. */
  #pause(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#news.wait({ clock: this.#options.clock, ms: this.#jittered(ms), signal });
  }

  #jittered(ms: number): number {
    return ms * (1 + JITTER * this.#random());
  }

  /** Said once per kind of failure: the same one every two seconds would drown what else is said. */
  #failed(error: unknown): void {
    this.#refusals = isRefusal(error) ? this.#refusals + 1 : 0;
    this.#conflicts = isConflict(error) ? this.#conflicts + 1 : 0;
    if (isConflict(error) && this.#conflicts <= MOST_QUIET_CONFLICTS) return;
    const failure = messageOf(error);
    if (isRefusal(error)) this.#refusal = failure;
    if (failure === this.#lastFailure) return;
    this.#lastFailure = failure;
    this.#options.log.warn({ err: error, lease: this.#ref, leading: this.#state.leading }, "Lease request failed");
  }
}
