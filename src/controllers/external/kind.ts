// A kind that stands for one item in a cloud, as a declaration: what it is, and what its life has of its own. The order in which
// these members are called is the engine's (reconciler.ts, removal.ts) and nobody else's.
import type { Collection, Created, WritePermit } from "../../cloud/collection.ts";
import type { Facets } from "../../cloud/contract.ts";
import type { Operation } from "../../crds/common/status.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import type { CloudChange, Difference } from "./change.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Identity } from "./identity.ts";
import type { ListCache } from "./list-cache.ts";
import type { Observer } from "./observe.ts";
import type { Parent } from "./parent.ts";
import type { ExternalResource, Origin } from "./resource.ts";
import type { Scope, Shape } from "./scope.ts";

/** What a condition says; the message is stable and says what to do. */
export type Said = Omit<Verdict, "state">;

type Verb = Operation["verb"];

/** What one request changes. */
interface OneChange<Change> {
  readonly change: Change;
  readonly fields: readonly Difference[];
}

/** What to do about an item that is there. */
export type Plan<Change> =
  /** Nothing for now: Ready, in these words. `againMs`: when it is looked at again, where the drift interval is too long for that. */
  | ({ readonly do: "Keep"; readonly againMs?: number | undefined } & Said)
  /**
   * `verb`: what the operation is called from now on; that of the one under way where the change is a part of it. `further`: sent after it
   * in the same visit, each in a turn of its own, whatever the changes before it show.
   */
  | ({
      readonly do: "Change";
      readonly verb: Verb;
      readonly further?: readonly OneChange<Change>[];
    } & OneChange<Change>)
  /** The cloud is at it, or somebody else is. `pollAfterMs` where the time that it has taken so far says nothing. */
  | ({ readonly do: "Await"; readonly pollAfterMs?: number } & Said)
  /** Its creation has failed; `why` ends without a full stop. `again`: what it is not again; default: created. */
  | { readonly do: "Fail"; readonly why: string; readonly again?: "installed" }
  /** A person has to look. */
  | ({ readonly do: "Stall" } & Said);

/** The resource as a plan may see it: the status is the draft, which tells an operation that is under way. */
export type Declared<R extends ExternalResource> = Pick<R, "spec" | "metadata" | "status">;

/** What came of a change that was sent; `jobId`: of the job that carries it out, where the cloud has told it. */
export type Changed<Seen> = { readonly jobId?: string | undefined } &
  /** The cloud goes on by itself. */
  (
    | ({ readonly now: "Wait" } & Said)
    /** It may show at once: looked at in the same visit. The words are for where it does not show yet. */
    | ({ readonly now: "Look" } & Said)
    /** The answer tells what is there now. */
    | { readonly now: "Shown"; readonly seen: Seen }
  );

/** How far the cloud has come with what is under way. */
export interface Progress {
  /** The same for the same state; kept in the operation. */
  readonly progress?: string;
  /** What of it is news, for the condition's message and an event; left out where the plan's own words say it. */
  readonly told?: boolean;
  /** Why it has failed, where the item itself does not say so. */
  readonly failed?: string | undefined;
}

/** The kind's POST: one request, with the nonce where the cloud keeps it. */
export type Send = (nonce: string, permit: WritePermit) => Promise<Created>;

/** Sends a change that is none of the item's plan: one that has to come before another, or after all. */
export type SendFirst = <T>(change: CloudChange, request: (permit: WritePermit) => Promise<T>) => Promise<T>;

/** What a resource publishes when its item is as declared, and takes back when it goes. */
export interface Attachment<S extends Shape> {
  /**
   * `since`: monotonic; what was read before it is too old. `send`: for what the cloud has to make for it. Returns within how many ms
   * to look again, because what is published ends; undefined where drift is soon enough. Throws ReconcileError or CloudError where it
   * can't be published.
   */
  readonly publish: (
    scope: Scope<S>,
    seen: S["seen"],
    by: { readonly since: number; readonly send: SendFirst },
  ) => Promise<number | undefined>;
  readonly withdraw: (visit: Visit<S["resource"]>) => Promise<void>;
}

export interface ExternalKind<S extends Shape> {
  // What it is.

  /** In messages: one of it, such as "node pool". */
  readonly noun: string;
  readonly facet: S["facet"];
  readonly parent: Parent<S["resource"], S["place"]>;
  /** The name in the cloud. */
  readonly nameOf: (resource: S["resource"]) => string;
  /** Whether an item keeps its name for good, so that another name under a known id is another item. */
  readonly namesAreFixed: boolean;
  /** What is known by name alone and is there already: refused, until the user names its id; or adopted at once. */
  readonly namesake: "Refuse" | "Adopt";
  /** Whether a deletion that has not begun is asked for again in each visit, or once. */
  readonly removal: "Repeated" | "Once";
  /** As this resource deals with them; what they list is the same for all. Throws TerminalError where the facet lacks what it needs. */
  readonly items: (facet: Facets[S["facet"]], place: S["place"], visit: Visit<S["resource"]>) => Collection<S["item"]>;

  /** Where its lists are shared with other kinds, of these very items; default: lists of its own. */
  readonly listsIn?: (facet: Facets[S["facet"]], place: S["place"]) => ListCache<S["item"]>;

  // Its life.

  /** Before the journal is opened: throws what is missing for a create, else makes its POST. */
  readonly prepare: (scope: Scope<S>, observer: Observer) => Send | Promise<Send>;
  /** What its plan needs beside the item; reads no older than `since` (monotonic). */
  readonly see: (scope: Scope<S>, item: S["item"], since: number) => Promise<S["seen"]> | S["seen"];
  /** Pure. */
  readonly plan: (declared: Declared<S["resource"]>, seen: S["seen"], nowMs: number) => Plan<S["change"]>;
  /** One request. NotFound is the engine's to explain. */
  readonly change: (
    scope: Scope<S>,
    what: { readonly seen: S["seen"]; readonly change: S["change"] },
    permit: WritePermit,
  ) => Promise<Changed<S["seen"]>>;
  /** Drafts status and conditions from what is seen; `plan` is undefined while it is being deleted. */
  readonly describe: (visit: Visit<S["resource"]>, seen: S["seen"], plan: Plan<S["change"]> | undefined) => void;

  // Where it differs; each may be left out without harm.

  /** What a create of it makes of the item; default: Created. */
  readonly madeAs?: (resource: S["resource"]) => Exclude<Origin, "Adopted">;
  /**
   * By what else than its id the item is known in lists (`knownAs`), so that it may go on under another id; undefined where by nothing.
   * Asked where there is nothing by the id that is recorded.
   */
  readonly outlives?: (visit: Visit<S["resource"]>) => string | undefined;
  /** Where there is nothing by the id, nor under another: throws what is waited for where it may come back. */
  readonly assertGone?: (scope: Scope<S>) => Promise<void>;
  /** What the deletion of the resource asks of the cloud, and what is said of it; default: Delete. */
  readonly leaving?: (resource: S["resource"]) => Said & { readonly verb: Verb };
  /** While its create is under way; default: Creating. */
  readonly creating?: Said;
  /** For a cloud that has made it when it answers. */
  readonly asCreated?: (scope: Scope<S>, id: string) => S["item"];
  /** Before one that is there is recorded: throws where it is not the one that is meant. */
  readonly assertAdoptable?: (
    scope: Scope<S>,
    found: Extract<Identity<S["item"]>, { do: "Adopt" }>,
    isAnothers: (id: string) => boolean,
  ) => void;
  /** Conditions of what is gone from the cloud; may throw a TerminalError that says more of it. */
  readonly describeLoss?: (visit: Visit<S["resource"]>) => void;
  /**
   * Of a change that must not be forgotten once it was sent: drafts what the status has to say of it. Returns what is said meanwhile, and
   * the nonce of an operation before whose place it takes; undefined where the change needs no journal.
   */
  readonly journal?: (
    scope: Scope<S>,
    what: { readonly seen: S["seen"]; readonly change: S["change"] },
  ) => (Said & { readonly nonce?: string | undefined }) | undefined;
  readonly progress?: (scope: Scope<S>, seen: S["seen"]) => Promise<Progress> | Progress;
  readonly attachment?: Attachment<S>;
  /** In place of the engine's own staysInCloud; throws what the deletion waits for. */
  readonly staysInCloud?: (visit: Visit<S["resource"]>) => Promise<boolean>;
  /** Why the cloud has failed to delete it, in its words, or empty; undefined where it has not. */
  readonly removalFailed?: (item: S["item"]) => string | undefined;
  /** Before each request for deletion: makes room for it with what has to be sent first, or throws why it can't be. */
  readonly beforeRemoval?: (scope: Scope<S>, item: S["item"] | "Absent", send: SendFirst) => Promise<void>;
  /** Once it is gone by its id: throws what is left of it in the cloud, for which the resource waits. Asked again in each visit. */
  readonly afterRemoval?: (scope: Scope<S>) => Promise<void>;
}
