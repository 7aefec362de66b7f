// Who is visited when something changes (R13): a Secret wakes its accounts, a parent what hangs on it, a child that goes a parent that
// waits for it, and whoever gives up a claim its rivals in the same place.
import { BY_SECRET } from "../controllers/cloudaccount/accounts.ts";
import type { ControlledKind } from "../controllers/controlled.ts";
import { keyIn, kindIn, refTo, type ParentKind } from "../controllers/external/parent.ts";
import { heldAt } from "../controllers/external/resource.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import { isDeleting, type Managed } from "../controllers/lifecycle/resource.ts";
import { sourceKey } from "../controllers/manifestset/labelled.ts";
import { OWNER_ANNOTATION } from "../controllers/publishing/secrets.ts";
import type { KubeObject } from "../kube/types.ts";
import { enqueueOnChange, exceptOwnUpdates, type Informer } from "../runtime/cache/informer.ts";
import { keyOf, type Change } from "../runtime/cache/store.ts";
import type { Controller } from "../runtime/queue/controller.ts";
import { BY_SOURCE, type Informers } from "./informers.ts";

type Target = Pick<Controller, "enqueue">;

interface Wiring {
  readonly informers: Pick<Informers, "kinds" | "credentials" | "published" | "sources">;
  /** By kind. */
  readonly controllers: ReadonlyMap<string, Target>;
  /**
   * The key of the place that a parent (external/parent.ts refTo) leads to; undefined where that can't be told. `held`: the location of what
   * a resource in it holds, as AccountDirectory.placeOf has it.
   */
  readonly placeAt: (parent: string, held?: string) => string | undefined;
}

/** A kind with its cache and its controller. */
interface Wired {
  readonly controlled: ControlledKind;
  readonly informer: Informer<Managed>;
  readonly target: Target;
}

export function wireWatches({ informers, controllers, placeAt }: Wiring): void {
  const wired = new Map(
    controlledKinds.flatMap((controlled): [string, Wired][] => {
      const { kind } = controlled.kind.type;
      const [informer, target] = [informers.kinds.get(kind), controllers.get(kind)];
      return informer && target ? [[kind, { controlled, informer, target }]] : [];
    }),
  );
  for (const one of wired.values()) {
    enqueueOnChange(one.informer, { target: one.target, when: exceptOwnUpdates });
    wireRivals(one, placeAt);
    wireParents(one, wired);
    wireChildren(one, wired);
    wireSources(one, informers.sources);
    if (!one.controlled.publishes) continue;
    const isLost = ({ type }: Change<KubeObject>): boolean => type !== "Added";
    enqueueOnChange(informers.published, { target: one.target, when: isLost, keysOf: ownersOf });
  }
  const accounts = wired.get("CloudAccount");
  if (!accounts) return;
  enqueueOnChange(informers.credentials, {
    target: accounts.target,
    keysOf: ({ metadata }) => keysOfAll(accounts.informer.store.byIndex(BY_SECRET, keyOf(metadata))),
  });
}

/** What a resource reads has changed, or has come or gone. */
function wireSources({ controlled, informer, target }: Wired, sources: Informers["sources"]): void {
  if (!controlled.reads) return;
  for (const [kind, source] of sources) {
    enqueueOnChange(source, {
      target,
      keysOf: ({ metadata }) => keysOfAll(informer.store.byIndex(BY_SOURCE, sourceKey(kind, keyOf(metadata)))),
    });
  }
}

/** A child that is gone wakes a parent that is being deleted: it may have waited for that. */
function wireParents({ controlled, informer }: Wired, wired: ReadonlyMap<string, Wired>): void {
  for (const [kind, parents] of wired) {
    if (!parents.controlled.childrenSee) continue;
    enqueueOnChange(informer, {
      target: parents.target,
      when: ({ type }) => type === "Deleted",
      keysOf: (child) => {
        const refs = [controlled.parentOf(child), ...(controlled.alsoIn?.(child) ?? [])].filter(
          (ref) => ref !== undefined,
        );
        const named = refs.filter((ref) => kindIn(ref) === kind);
        const there = named.flatMap((ref) => parents.informer.store.get(keyIn(ref)) ?? []);
        return keysOfAll(there.filter((parent) => isDeleting(parent)));
      },
    });
  }
}

/** What children see of a parent has changed: all that hang on it are visited, and what hangs on those. */
function wireChildren({ controlled, informer }: Wired, wired: ReadonlyMap<string, Wired>): void {
  const { childrenSee, kind } = controlled;
  if (!childrenSee) return;
  const concerns = (change: Change<Managed>): boolean =>
    change.type !== "Updated" || childrenSee(change.old) !== childrenSee(change.new);
  for (const { controlled: child, target } of wired.values()) {
    const keysOf = ({ metadata }: KubeObject): readonly string[] =>
      below([refTo(kind.type.kind as ParentKind, keyOf(metadata))], child, wired);
    enqueueOnChange(informer, { target, when: concerns, keysOf });
  }
}

/** Keys of the resources of a kind that hang on one of these, or on what hangs on it. */
function below(parents: readonly string[], kind: ControlledKind, wired: ReadonlyMap<string, Wired>): readonly string[] {
  if (parents.length === 0) return [];
  const own = wired.get(kind.kind.type.kind)?.informer.store;
  const direct = own ? parents.flatMap((parent) => keysOfAll(own.byIndex("parent", parent))) : [];
  const between = [...wired.values()].filter(({ controlled }) => controlled.childrenSee);
  const next = between.flatMap(({ controlled, informer }) =>
    parents.flatMap((parent) =>
      keysOfAll(informer.store.byIndex("parent", parent)).map((key) =>
        refTo(controlled.kind.type.kind as ParentKind, key),
      ),
    ),
  );
  return [...direct, ...below(next, kind, wired)];
}

/**
 * Resources of which one goes first: who gives up a claim wakes those who wait for it. Claims compete within one place; a place
 * that can't be told may be any.
 */
function wireRivals({ controlled, informer, target }: Wired, placeAt: Wiring["placeAt"]): void {
  if (!controlled.cloudName) return;
  const { store } = informer;
  const claimsOf = (claimant: Managed): readonly string[] => store.indexValues("claim", claimant);
  const placeOf = (claimant: Managed): string | undefined => {
    const parent = controlled.parentOf(claimant);
    return parent === undefined ? undefined : placeAt(parent, heldAt(claimant));
  };
  const rivalsOf = (claimant: Managed): readonly Managed[] => {
    const rivals = claimsOf(claimant).flatMap((claim) => store.byIndex("claim", claim));
    const place = placeOf(claimant);
    return place === undefined ? rivals : rivals.filter((rival) => (placeOf(rival) ?? place) === place);
  };
  enqueueOnChange(informer, {
    target,
    when: (change) => givesUp(change, claimsOf),
    keysOf: (claimant) => keysOfAll(rivalsOf(claimant)),
  });
}

function givesUp(change: Change<Managed>, claimsOf: (claimant: Managed) => readonly string[]): boolean {
  if (change.type === "Added") return false;
  const kept = change.new ? claimsOf(change.new) : [];
  return claimsOf(change.old).some((claim) => !kept.includes(claim));
}

function keysOfAll(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => keyOf(metadata));
}

function ownersOf({ metadata }: KubeObject): readonly string[] {
  const owner = metadata.annotations?.[OWNER_ANNOTATION];
  return owner === undefined ? [] : [owner];
}
