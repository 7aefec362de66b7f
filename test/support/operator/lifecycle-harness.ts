// The frame of a reconcile over steps that a test makes up, with the real cache and the real API server around it.
import type { RegistryProject } from "../../../src/crds/registryproject/schema.ts";
import { LifecycleReconciler, type Steps } from "../../../src/controllers/lifecycle/reconciler.ts";
import type { Awaited } from "../../../src/controllers/lifecycle/lookout.ts";
import { createLogger } from "../../../src/lib/log.ts";
import type { Result } from "../../../src/runtime/queue/controller.ts";
import type { EventDescription } from "../../../src/runtime/events.ts";
import { keyOf, Store, type StoreOptions } from "../../../src/runtime/cache/store.ts";
import { FakeClock } from "../clock/fake-clock.ts";
import { type Live, PROJECTS, unaborted } from "../apiserver/live-projects.ts";

export const READY = { state: "Ready", reason: "Available", message: "As declared" } as const;

export interface Frame {
  /** Reads the object into the cache, as a watch would, and reconciles it. */
  visit(object: RegistryProject, signal?: AbortSignal): Promise<Result>;
  readonly events: EventDescription[];
  readonly clock: FakeClock;
  readonly store: Store<RegistryProject>;
  /** What the last visit came to wait for. */
  readonly awaited: () => readonly Awaited[];
  /** UIDs of those whose finalizer it has taken off, or may have. */
  readonly releases: ReadonlySet<string>;
}

/** What a frame shares with its steps. */
type Shared = Pick<Frame, "events" | "clock" | "store">;

export function sharedParts(indexes: StoreOptions<RegistryProject>["indexes"] = {}): Shared {
  const store = new Store<RegistryProject>({
    indexes,
    onHandlerError: (error) => {
      throw error;
    },
  });
  return { events: [], clock: new FakeClock(), store };
}

/** Steps come to READY and "Released" unless told otherwise. */
export function frameOf(live: Live, steps: Partial<Steps<RegistryProject>> = {}, shared = sharedParts()): Frame {
  const { clock, events, store } = shared;
  const releases = new Set<string>();
  let awaited: readonly Awaited[] = [];
  const log = createLogger({ level: "silent" });
  const deps = {
    client: live.client,
    type: PROJECTS,
    clock,
    onNamespaceDeletion: "Hold" as const,
    absorb: (object: RegistryProject) => store.absorb(object),
    releases,
    lookout: { set: (_name: string, waiter: { awaited: readonly Awaited[] }) => void (awaited = waiter.awaited) },
    wake: () => undefined,
    forget: (object: RegistryProject) => store.remove(object),
    beside: () => [],
    get: (key: string) => store.get(key),
    events: { event: (_: unknown, description: EventDescription) => void events.push(description) },
    random: () => 0.5,
    driftGroup: () => "default/ctyun",
  };
  const apply = () => Promise.resolve(READY);
  const finalize = () => Promise.resolve("Released" as const);
  const reconciler = new LifecycleReconciler(deps, { apply, finalize, ...steps });
  return {
    events,
    clock,
    store,
    releases,
    awaited: () => awaited,
    async visit(object, signal = unaborted) {
      const found = await live.find(object);
      if (found) store.absorb(found);
      const { namespace, name } = object.metadata;
      return reconciler.reconcile({ key: keyOf(object.metadata), namespace, name, signal, log });
    },
  };
}

/** Whatever step is taken fails with this. */
export function failingFrame(live: Live, error: Error): Frame {
  const fail = async (): Promise<never> => {
    await Promise.resolve();
    throw error;
  };
  return frameOf(live, { apply: fail, finalize: fail });
}
