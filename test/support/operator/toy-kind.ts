// A kind that a test makes up, in the engine that all kinds share: its resources are RegistryProjects on the real API server, its
// items are in memory, and all that is asked of either is in one list, in order.
import type { Created } from "../../../src/cloud/collection.ts";
import type { CloudSession } from "../../../src/cloud/contract.ts";
import { CloudError } from "../../../src/cloud/errors.ts";
import type { Changed, ExternalKind, Plan } from "../../../src/controllers/external/kind.ts";
import type { Shape } from "../../../src/controllers/external/scope.ts";
import type { Parent, Place } from "../../../src/controllers/external/parent.ts";
import { claimsOf } from "../../../src/controllers/external/precedence.ts";
import { ExternalReconciler } from "../../../src/controllers/external/reconciler.ts";
import { cloudNameOf } from "../../../src/controllers/external/resource.ts";
import type { Steps } from "../../../src/controllers/lifecycle/reconciler.ts";
import { FINALIZER } from "../../../src/controllers/lifecycle/resource.ts";
import type { RegistryProject } from "../../../src/crds/registryproject/schema.ts";
import { WaitingError } from "../../../src/lib/errors.ts";
import { PROJECTS, unaborted, type Live } from "../apiserver/live-projects.ts";
import { called, gone, memoryCloud, readableOf, type MemoryCloud, type MemoryItem } from "../clouds/memory.ts";
import { rejectionOf } from "../environment/rejection.ts";
import { frameOf, sharedParts, type Frame } from "./lifecycle-harness.ts";

type Visibility = "Private" | "Public";

export interface ToyItem extends MemoryItem {
  readonly visibility: Visibility;
  /** "Busy": the cloud is at it. "Broken": its creation has failed. */
  readonly state?: "Busy" | "Broken";
}

export interface ToyShape extends Shape {
  readonly resource: RegistryProject;
  readonly item: ToyItem;
  readonly place: Place;
  readonly facet: "registry";
  readonly seen: { readonly item: ToyItem };
  readonly change: Visibility;
}

type ToyKind = ExternalKind<ToyShape>;

export interface Toy extends Pick<Frame, "events" | "clock" | "store"> {
  readonly cloud: MemoryCloud<ToyItem>;
  /** Accounts whose credentials were to be verified anew. */
  readonly rechecked: string[];
  /** The place is gone from the cloud, and all that was in it. */
  placeIsGone: boolean;
  /** Thrown by whoever enters. */
  obstacle: Error | undefined;
  /** One visit, so long after the last that no list serves both. Resolves with what it threw, or undefined. */
  readonly visit: (object: RegistryProject) => Promise<unknown>;
  /** One visit: what was asked of API server and cloud meanwhile, and which of the kind's members were called, in order. */
  readonly timeline: (object: RegistryProject) => Promise<readonly string[]>;
  /** A resource that stands for the item "7", which is there as it declares, but for what is given. */
  readonly hold: (held?: Held) => Promise<RegistryProject>;
  /** Somebody deletes it. */
  readonly remove: (object: RegistryProject) => Promise<void>;
}

interface Held {
  readonly item?: Partial<ToyItem>;
  readonly spec?: Record<string, unknown>;
  readonly status?: object;
}

/** Longer than any list is fresh. */
const BETWEEN_VISITS_MS = 6_000;

/** A kind without hooks that changes its items by "Look"; `members` win, and those that are undefined are left out. */
export function toyIn(live: Live, members: (toy: Toy, kind: ToyKind) => Partial<ToyKind> = () => ({})): Toy {
  const parts = sharedParts({
    parent: () => [ACCOUNT],
    claim: (resource) => claimsOf(resource, cloudNameOf(resource)),
  });
  const cloud = memoryCloud<ToyItem>();
  const toy: Toy = {
    ...parts,
    cloud,
    rechecked: [],
    placeIsGone: false,
    obstacle: undefined,
    visit: async (object) => {
      await parts.clock.advance(BETWEEN_VISITS_MS);
      return rejectionOf(frame.visit(object));
    },
    timeline: async (object) => {
      cloud.calls.length = 0;
      const newRequests = requestsSince(live);
      const { onCall } = cloud;
      cloud.onCall = (call) => {
        cloud.calls.splice(-1, 0, ...newRequests());
        onCall(call);
      };
      await toy.visit(object);
      cloud.onCall = onCall;
      return [...cloud.calls, ...newRequests()];
    },
    hold: async ({ item, spec, status } = {}) => {
      const created = await live.create({
        metadata: { finalizers: [FINALIZER] },
        spec: { cloudName: "shop", ...spec },
      });
      const { visibility } = created.spec;
      cloud.there.set("7", { id: "7", name: "shop", visibility, ...item });
      const known = { externalId: "7", cloudName: "shop", origin: "Created", ...status };
      return live.change(created, { status: known }, "status");
    },
    remove: (object) => live.others.delete(PROJECTS, object.metadata),
  };
  const kind = kindOf(toy);
  const reconciler = new ExternalReconciler<ToyShape>(
    { ...kind, ...members(toy, kind) },
    {
      ...parts,
      settleWindowMs: 10_000,
      stop: unaborted,
      events: { event: (_, description) => void parts.events.push(description) },
      recheck: (account) => void toy.rechecked.push(account),
    },
  );
  const steps: Steps<RegistryProject> = {
    apply: (visit) => reconciler.apply(visit),
    finalize: (visit) => reconciler.finalize(visit),
  };
  const frame = frameOf(live, steps, parts);
  return toy;
}

/** What may come of a change. */
export const LOOKED_AT: Changed<never> = { now: "Look", reason: "Updating", message: "It was changed; looking" };
export const WAITED_FOR: Changed<never> = { now: "Wait", reason: "Upgrading", message: "The cloud is upgrading it" };

export function shownAs(item: ToyItem): Changed<ToyShape["seen"]> {
  return { now: "Shown", seen: { item } };
}

const ACCOUNT = "CloudAccount default/toy";
const AS_DECLARED = { do: "Keep", reason: "Available", message: "As declared" } as const;

function kindOf(toy: Toy): ToyKind {
  const { cloud } = toy;
  const note = (call: string): void => called(cloud, call);
  const items = readableOf(cloud);
  return {
    noun: "toy",
    facet: "registry",
    parent: parentOf(toy),
    nameOf: cloudNameOf,
    namesAreFixed: true,
    namesake: "Refuse",
    removal: "Repeated",
    items: () => items,
    prepare: ({ name, visit }) => {
      note("prepare");
      const { visibility } = visit.object.spec;
      return async (nonce): Promise<Created> => {
        await Promise.resolve();
        note("create");
        const id = `${cloud.there.size + 1}`;
        cloud.there.set(id, { id, name, visibility, mark: nonce });
        return { id };
      };
    },
    see: (_scope, item) => {
      note("see");
      return { item };
    },
    plan: ({ spec, status }, { item }): Plan<Visibility> => {
      if (item.state === "Busy") return { do: "Await", reason: "Updating", message: "The cloud is at it" };
      if (item.state === "Broken" && status.operation?.verb === "Create") return { do: "Fail", why: "It broke" };
      if (item.state === "Broken") return { do: "Stall", reason: "ToyBroken", message: "It is broken. Mend it" };
      if (item.visibility === spec.visibility || spec.managementPolicy === "Observe") return AS_DECLARED;
      const fields = [{ field: "spec.visibility", before: item.visibility, after: spec.visibility }];
      return { do: "Change", verb: "Update", change: spec.visibility, fields };
    },
    change: async (_scope, { seen, change }) => {
      await Promise.resolve();
      note("change");
      const present = cloud.there.get(seen.item.id);
      if (!present) throw gone(seen.item.id);
      cloud.there.set(present.id, { ...present, visibility: change });
      return LOOKED_AT;
    },
    describe: ({ status }, { item }, plan) => {
      note(`describe ${plan?.do ?? "leaving"}`);
      status.visibility = item.visibility;
    },
  };
}

function parentOf(toy: Toy): Parent<RegistryProject, Place> {
  const { cloud } = toy;
  const turn = (): Disposable => {
    called(cloud, "turn");
    return { [Symbol.dispose]: () => called(cloud, "end of turn") };
  };
  const session: CloudSession = {
    verify: () => Promise.resolve(),
    locate: () => Promise.resolve({ endpoint: "https://toy.example" }),
    reserveWrite: async () => {
      await Promise.resolve();
      return turn();
    },
    close: () => Promise.resolve(),
  };
  const place: Place = {
    session,
    key: "toy",
    location: "CtyunCCI,https://toy.example",
    isHere: () => false,
    isOfSameProject: () => false,
    optionsOf: () => ({}),
    isConfirmed: () => true,
    confirm: () => undefined,
    allows: () => true,
    assertStays: () => undefined,
  };
  const isGone = (error: unknown): boolean =>
    error instanceof CloudError && error.kind === "NotFound" && toy.placeIsGone;
  return {
    refOf: () => ACCOUNT,
    accountOf: () => "default/toy",
    enter: () => {
      if (toy.obstacle) throw toy.obstacle;
      // Its items are not of the facet.
      return { place, facet: undefined as never };
    },
    placeOf: () => "toy",
    mayUse: () => true,
    siblingsAt: () => [ACCOUNT],
    within: async (_place, _signal, work) => {
      try {
        return await work();
      } catch (error) {
        if (!isGone(error)) throw error;
        throw new WaitingError({ reason: "PlaceIsGone", message: "The place is gone", pollAfterMs: 1_000 });
      }
    },
    isGone: (_place, error) => Promise.resolve(isGone(error)),
  };
}

/** What the API server was asked for since the last look, as "GET resource": the resource, its status, or what it lies in. */
function requestsSince({ proxy }: Live): () => readonly string[] {
  let seen = proxy.requests.length;
  return () => {
    const requests = proxy.requests.slice(seen);
    seen += requests.length;
    return requests.map(({ method, path }) => `${method} ${subjectOf(path)}`);
  };
}

function subjectOf(path: string): string {
  if (!path.includes("/registryprojects/")) return "surroundings";
  return path.includes("/status") ? "status" : "resource";
}
