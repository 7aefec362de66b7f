// A token bucket whose rate gives way to "too many requests" and recovers. Pure: every method is told the time (monotonic ms).

/** How much may gather unused: as much as one second brings, and never less than one request. */
const BURST_MS = 1_000;
/** A rate never falls below this, or below its limit where that is lower. */
const FLOOR_PER_MINUTE = 6;
/** From nothing to the limit, in a straight line. */
const RECOVERY_MS = 600_000;
/** How long "too many requests" stops everything where the cloud does not say. */
const PAUSE_MS = 1_000;

const MINUTE_MS = 60_000;

export class AdaptiveRate {
  #limitPerMinute: number;
  #perMinute: number;
  #tokens: number;
  /** Up to when tokens and rate are counted; in the future while paused. */
  #countedToMs: number;
  #lastCutMs = Number.NEGATIVE_INFINITY;

  constructor(limitPerMinute: number, nowMs: number) {
    this.#limitPerMinute = limitPerMinute;
    this.#perMinute = limitPerMinute;
    this.#countedToMs = nowMs;
    this.#tokens = this.#burst();
  }

  /** Requests per minute that are allowed as of the last call. */
  get perMinute(): number {
    return this.#perMinute;
  }

  /** Another limit from now on. What was learned below the old one stays, as far as the new one allows. */
  limit(limitPerMinute: number, nowMs: number): void {
    this.#count(nowMs);
    const isWhole = this.#perMinute >= this.#limitPerMinute;
    this.#limitPerMinute = limitPerMinute;
    this.#perMinute = isWhole ? limitPerMinute : Math.min(this.#perMinute, limitPerMinute);
    this.#tokens = Math.min(this.#tokens, this.#burst());
  }

  /** Takes one request; false where none is allowed now. */
  take(nowMs: number): boolean {
    this.#count(nowMs);
    if (nowMs < this.#countedToMs || this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Undoes a `take` whose request was not sent. */
  giveBack(): void {
    this.#tokens += 1;
  }

  /** How long until `take` can succeed, in whole milliseconds; 0: now. */
  waitMs(nowMs: number): number {
    this.#count(nowMs);
    const missing = Math.max(1 - this.#tokens, 0);
    return Math.ceil(this.#countedToMs - nowMs + (missing * MINUTE_MS) / this.#perMinute);
  }

  /**
   * The cloud refused a request taken at `takenAtMs`: halves the rate and pauses. Requests that were under way together are
   * refused together, so only the first refusal after a cut cuts again; the others may prolong the pause.
   */
  throttle(refusal: { takenAtMs: number; retryAfterMs: number | undefined; nowMs: number }): void {
    this.#count(refusal.nowMs);
    if (refusal.takenAtMs >= this.#lastCutMs) {
      this.#perMinute = Math.max(this.#perMinute / 2, Math.min(FLOOR_PER_MINUTE, this.#limitPerMinute));
      this.#lastCutMs = refusal.nowMs;
    }
    this.#tokens = 0;
    this.#countedToMs = Math.max(this.#countedToMs, refusal.nowMs + (refusal.retryAfterMs ?? PAUSE_MS));
  }

  #count(nowMs: number): void {
    const passedMs = nowMs - this.#countedToMs;
    if (passedMs <= 0) return;
    this.#countedToMs = nowMs;
    this.#perMinute = Math.min(this.#perMinute + (this.#limitPerMinute * passedMs) / RECOVERY_MS, this.#limitPerMinute);
    this.#tokens = Math.min(this.#tokens + (this.#perMinute * passedMs) / MINUTE_MS, this.#burst());
  }

  #burst(): number {
    return Math.max((this.#perMinute * BURST_MS) / MINUTE_MS, 1);
  }
}
