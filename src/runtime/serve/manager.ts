// The life of the process (R22): HTTP, caches, election, controllers come up in this order and go down in the reverse one.
import { untilAborted } from "../../lib/abort.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { SYNC_LIMIT_MS } from "./health-checks.ts";
import { Group, type Runnable } from "./manager-group.ts";
import type { ReflectorStatus } from "../cache/reflector-status.ts";

export type { Runnable } from "./manager-group.ts";

interface ManagedServer {
  readonly name: string;
  start(): Promise<void>;
  /** Idempotent, and fine without a start. */
  stop(): Promise<void>;
}

/** Such as an Informer. */
export interface ManagedCache {
  readonly status: readonly Pick<ReflectorStatus, "kind" | "hasSynced">[];
  /** The first list is complete. */
  readonly synced: Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}

/** A rejection of `run` means that the lease is lost. */
export interface ManagedElection extends Runnable {
  /** Resolves once this process leads. */
  readonly elected: Promise<void>;
  /** Called last, after `run` has ended and unless the lease was lost or work is still under way. */
  release(): Promise<void>;
}

export interface ManagerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly servers: readonly ManagedServer[];
  readonly caches: readonly ManagedCache[];
  /** Resolves when enough of the caches is complete to begin; unset: when all are. */
  readonly cachesReady?: Promise<void> | undefined;
  /** Unset: this process leads from the start and as long as it lives. */
  readonly election?: ManagedElection | undefined;
  /** What writes. Rejects after its signal was aborted when it had to leave work behind. */
  readonly controllers: readonly Runnable[];
  readonly events: { close(timeoutMs: number): Promise<void> };
  /** How long controllers may take to end. */
  readonly graceMs?: number;
  /** This process leads, its caches are ready and its controllers run. */
  readonly onReady?: () => void;
}

const GRACE_MS = 30_000;
const EVENTS_FLUSH_MS = 2000;
/** For what ends at once unless something is wrong, or after one request. */
const STEP_MS = 6000;

export class Manager {
  readonly #options: ManagerOptions;
  readonly #failure = new AbortController();
  readonly #caches: Group;
  readonly #election: Group;
  readonly #controllers: Group;
  readonly #lost = new AbortController();
  /** False when a controller may still write although it has ended. */
  #drained = true;

  constructor(options: ManagerOptions) {
    this.#options = options;
    const { clock } = options;
    this.#caches = new Group({ clock, onFailure: (error) => this.#fail(error) });
    this.#election = new Group({
      clock,
      onFailure: (error) => {
        this.#lost.abort();
        this.#fail(error);
      },
    });
    this.#controllers = new Group({
      clock,
      onFailure: (error) => {
        this.#drained = false;
        this.#fail(error);
      },
    });
  }

  /**
   * Starts everything, waits for `stop` to be aborted, stops everything and resolves. When a part fails it stops the rest
   * in the same way, and when the lease is lost at once and without grace; then it rejects with the first error. Work that
   * does not end in time is such an error, and keeps the lease: it expires by itself, after the process. To be called once.
   */
  async run(stop: AbortSignal): Promise<void> {
    const halt = AbortSignal.any([stop, this.#failure.signal]);
    try {
      await this.#start(halt);
      await untilAborted(new Promise<never>(() => {}), halt);
    } catch (error) {
      if (!halt.aborted || error !== halt.reason) this.#fail(error);
    }
    await this.#stop();
    this.#failure.signal.throwIfAborted();
  }

  async #start(halt: AbortSignal): Promise<void> {
    const { servers, caches, election, controllers, onReady } = this.#options;
    for (const server of servers) await server.start();
    for (const cache of caches) {
      this.#caches.start({ name: kindsOf(cache).join(", "), run: (signal) => cache.run(signal) });
    }
    await this.#synced(halt);
    if (election) {
      this.#election.start(election);
      await untilAborted(election.elected, halt);
    }
    halt.throwIfAborted();
    for (const controller of controllers) this.#controllers.start(controller);
    onReady?.();
  }

  async #synced(halt: AbortSignal): Promise<void> {
    const { caches, clock, log } = this.#options;
    const ready = this.#options.cachesReady ?? Promise.all(caches.map((cache) => cache.synced)).then(() => undefined);
    const late = clock.after(SYNC_LIMIT_MS, () => {
      const kinds = caches.flatMap((cache) => kindsOf(cache, (status) => !status.hasSynced));
      log.error({ kinds }, "Caches were not complete after 2 min");
    });
    try {
      await untilAborted(ready, halt);
    } finally {
      late.cancel();
    }
  }

  async #stop(): Promise<void> {
    const { servers, events, log, graceMs = GRACE_MS } = this.#options;
    const hurry = this.#lost.signal;
    const busy = await this.#controllers.stop({ timeoutMs: graceMs, hurry });
    if (busy.length > 0 && !hurry.aborted) this.#fail(new Error(`Did not end in time: ${busy.join(", ")}`));
    if (!hurry.aborted) await events.close(EVENTS_FLUSH_MS);
    const hanging = await this.#caches.stop({ timeoutMs: STEP_MS, hurry });
    if (hanging.length > 0) log.warn({ caches: hanging }, "Caches did not stop");
    await Promise.all(servers.map((server) => server.stop()));
    const drained = this.#drained && busy.length === 0;
    await this.#release(drained);
  }

  async #release(drained: boolean): Promise<void> {
    const hurry = this.#lost.signal;
    const hanging = await this.#election.stop({ timeoutMs: STEP_MS, hurry });
    if (drained && hanging.length === 0 && !hurry.aborted) await this.#options.election?.release();
  }

  /** The first failure is what `run` rejects with; later ones are said here. */
  #fail(error: unknown): void {
    if (this.#failure.signal.aborted) this.#options.log.error({ err: error }, "Failed while stopping");
    this.#failure.abort(error);
  }
}

type CacheStatus = ManagedCache["status"][number];

function kindsOf(cache: ManagedCache, which: (status: CacheStatus) => boolean = () => true): string[] {
  return [...new Set(cache.status.filter(which).map(({ kind }) => kind))];
}
