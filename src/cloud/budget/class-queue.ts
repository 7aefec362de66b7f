// Who waits for requests of one class of an account, in which order, and who has left meanwhile to be called when it is their turn.
import type { Clock, Timer } from "../../lib/clock.ts";
import { AdaptiveRate } from "./rate.ts";
import { Turns } from "./fair-queue.ts";

export type BudgetClass = "reads" | "writes";

/** The right to send one request. */
export interface Permit {
  /** The cloud answered that these are too many: slows down everyone who comes after. */
  throttled(retryAfterMs: number | undefined): void;
}

/** Of which account, and which requests. */
export interface Labels {
  readonly account: string;
  readonly class: BudgetClass;
}

/** Whoever can come back waits no longer than this in person, and a longer wait is told. */
const PATIENCE_MS = 5_000;
/** Once somebody has waited so long, the budget is too small for what is asked of it. */
const LATE_MS = 60_000;
/** How long a turn is kept for whom was called: a visit begins with reads, which may wait for turns of their own. */
const KEPT_MS = 60_000;

const MINUTE_MS = 60_000;

/** Not the requester's turn for some time: nothing was sent, its place is kept, and it is called. */
export class TurnAwaitedError extends Error {
  readonly labels: Labels;

  constructor(labels: Labels) {
    super(`Waiting for a turn among the ${labels.class} of account ${labels.account}`);
    this.name = "TurnAwaitedError";
    this.labels = labels;
  }
}

interface QueueOptions {
  readonly labels: Labels;
  readonly limitPerMinute: number;
  readonly clock: Clock;
  readonly told: {
    /** How long somebody had waited who is served now. */
    readonly waited: (labels: Labels, seconds: number) => void;
    readonly limit: (labels: Labels, perMinute: number) => void;
    /** `isLate` has changed. */
    readonly late: () => void;
  };
}

interface Turn {
  readonly permit: Permit;
  readonly waitedMs: number;
}

interface Waiter {
  readonly key: string;
  readonly sinceMs: number;
  serve: (turn: Turn) => void;
}

/** On whose behalf, and until when. */
export interface Claim {
  readonly key: string;
  readonly signal: AbortSignal;
}

export class ClassQueue {
  readonly #options: QueueOptions;
  readonly #rate: AdaptiveRate;
  readonly #turns = new Turns<Waiter>();
  /** In the order in which they came. */
  readonly #waiters = new Set<Waiter>();
  /** By key: those who have left, and how they are called. */
  readonly #away = new Map<string, { readonly waiter: Waiter; readonly onTurn: () => void }>();
  /** By key: turns that came while they were away. */
  readonly #kept = new Map<string, Turn & { readonly expiry: Timer }>();
  #timer: Timer | undefined;
  #isLate = false;

  constructor(options: QueueOptions) {
    const { labels, limitPerMinute, clock, told } = options;
    this.#options = options;
    this.#rate = new AdaptiveRate(limitPerMinute, clock.monotonic());
    told.limit(labels, limitPerMinute);
  }

  /** Whether somebody has waited for a minute or more. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Resolves when it is its turn; rejects with the signal's reason. `onLong` is called once, after PATIENCE_MS, and waited for. */
  async acquire({ key, signal }: Claim, onLong?: () => Promise<void>): Promise<Permit> {
    signal.throwIfAborted();
    let told: Promise<void> | undefined;
    const tell = onLong && ((): void => void (told = onLong()));
    const timer = tell && this.#options.clock.after(PATIENCE_MS, tell);
    try {
      return this.#use(await this.#turnOf(this.#join(key), signal));
    } finally {
      timer?.cancel();
      await told;
    }
  }

  /**
   * As `acquire`, for whom can come back: where it would take longer than PATIENCE_MS, it rejects with TurnAwaitedError and keeps the
   * place. `onTurn` is called when the turn has come, which the next claim of the key within KEPT_MS gets.
   */
  async claim({ key, signal }: Claim, onTurn: () => void): Promise<Permit> {
    signal.throwIfAborted();
    const kept = this.#takeKept(key);
    if (kept) return this.#use(kept);
    const waiter = this.#away.get(key)?.waiter ?? this.#join(key);
    this.#away.delete(key);
    if (this.#expectedMs() > PATIENCE_MS) throw this.#leave(waiter, onTurn);
    const leaving = new AbortController();
    const timer = this.#options.clock.after(PATIENCE_MS, () => leaving.abort(this.#leave(waiter, onTurn)));
    try {
      return this.#use(await this.#turnOf(waiter, signal, leaving.signal));
    } finally {
      timer.cancel();
    }
  }

  limit(perMinute: number): void {
    this.#rate.limit(perMinute, this.#options.clock.monotonic());
    this.#serve();
  }

  /** A turn that was not used goes to whom is next. */
  giveBack(): void {
    this.#rate.giveBack();
    this.#serve();
  }

  /** Sends away whoever left: they are called, and find that this queue is theirs no more. Who waits in person is served. */
  retire(): void {
    for (const key of this.#kept.keys()) this.#takeKept(key);
    for (const { waiter, onTurn } of this.#away.values()) {
      this.#withdraw(waiter);
      onTurn();
    }
    this.#away.clear();
    this.#serve();
  }

  /** In person; `left` ends that, and leaves the place. */
  #turnOf(waiter: Waiter, signal: AbortSignal, left?: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener("abort", onAbort);
        left?.removeEventListener("abort", onLeft);
      };
      const onAbort = (): void => {
        end();
        this.#withdraw(waiter);
        this.#serve();
        reject(signal.reason as Error);
      };
      const onLeft = (): void => {
        end();
        reject(left?.reason as Error);
      };
      waiter.serve = (turn) => {
        end();
        resolve(turn);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      left?.addEventListener("abort", onLeft, { once: true });
      this.#serve();
    });
  }

  #leave(waiter: Waiter, onTurn: () => void): TurnAwaitedError {
    this.#away.set(waiter.key, { waiter, onTurn });
    waiter.serve = (turn) => this.#keep(waiter.key, turn);
    this.#serve();
    return new TurnAwaitedError(this.#options.labels);
  }

  #join(key: string): Waiter {
    const waiter: Waiter = { key, sinceMs: this.#options.clock.monotonic(), serve: () => undefined };
    this.#turns.add(key, waiter);
    this.#waiters.add(waiter);
    return waiter;
  }

  #withdraw(waiter: Waiter): void {
    this.#turns.remove(waiter.key, waiter);
    this.#waiters.delete(waiter);
  }

  #use({ permit, waitedMs }: Turn): Permit {
    this.#options.told.waited(this.#options.labels, waitedMs / 1000);
    return permit;
  }

  #keep(key: string, turn: Turn): void {
    const away = this.#away.get(key);
    this.#away.delete(key);
    const expiry = this.#options.clock.after(KEPT_MS, () => {
      this.#kept.delete(key);
      this.giveBack();
    });
    this.#kept.set(key, { ...turn, expiry });
    away?.onTurn();
  }

  #takeKept(key: string): Turn | undefined {
    const kept = this.#kept.get(key);
    kept?.expiry.cancel();
    this.#kept.delete(key);
    return kept;
  }

  /** At most how long the last of those who wait will, as far as can be told. */
  #expectedMs(): number {
    const before = Math.max(this.#waiters.size - 1, 0);
    return this.#rate.waitMs(this.#options.clock.monotonic()) + (before * MINUTE_MS) / this.#rate.perMinute;
  }

  /** Serves whom the rate allows, and sets a timer only where somebody still waits: an idle budget holds no timer. */
  #serve(): void {
    const { clock, told, labels } = this.#options;
    this.#timer?.cancel();
    const nowMs = clock.monotonic();
    while (!this.#turns.isEmpty && this.#rate.take(nowMs)) this.#serveNext(nowMs);
    told.limit(labels, this.#rate.perMinute);
    const lateInMs = this.#lateInMs(nowMs);
    this.#tellLate(lateInMs <= 0);
    if (this.#turns.isEmpty) return;
    const nextMs = this.#rate.waitMs(nowMs);
    this.#timer = clock.after(lateInMs > 0 ? Math.min(nextMs, lateInMs) : nextMs, () => this.#serve());
  }

  #serveNext(nowMs: number): void {
    const waiter = this.#turns.next();
    if (waiter === undefined) return;
    this.#waiters.delete(waiter);
    const permit: Permit = { throttled: (retryAfterMs) => this.#throttle(nowMs, retryAfterMs) };
    waiter.serve({ permit, waitedMs: nowMs - waiter.sinceMs });
  }

  #throttle(takenAtMs: number, retryAfterMs: number | undefined): void {
    this.#rate.throttle({ takenAtMs, retryAfterMs, nowMs: this.#options.clock.monotonic() });
    this.#serve();
  }

  /** Until the one who came first has waited for LATE_MS. */
  #lateInMs(nowMs: number): number {
    for (const { sinceMs } of this.#waiters) return sinceMs + LATE_MS - nowMs;
    return Number.POSITIVE_INFINITY;
  }

  #tellLate(isLate: boolean): void {
    if (isLate === this.#isLate) return;
    this.#isLate = isLate;
    this.#options.told.late();
  }
}
