// Creating exactly once: journal, one POST, and what its answer means (docs/protocol.md#creating-exactly-once).
import type { Created, Item } from "../../cloud/collection.ts";
import { CloudError, outcomeIsUnknown, type CloudErrorKind } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import { ChangedError } from "../lifecycle/passing.ts";
import { PROGRESS, taken } from "./identity.ts";
import type { Send } from "./kind.ts";
import { resultsOf, type Observer } from "./observe.ts";
import type { Origin } from "./resource.ts";
import type { ItemScope } from "./scope.ts";
import { createdAtOf } from "./whereabouts.ts";
import type { Sender } from "./sender.ts";

interface CreatorDeps {
  readonly clock: Clock;
  readonly settleWindowMs: number;
  readonly observer: Observer;
  readonly sender: Sender;
}

/** A create under way. */
interface Attempt<T extends Item> {
  readonly scope: ItemScope<T>;
  readonly send: Send;
  readonly operation: Operation;
}

/** What a create came to; `item` where it was read at once. */
export interface Made<T extends Item> extends Created {
  readonly item?: T;
}

const LOOK_AGAIN_MS = 1_000;

export class Creator {
  readonly #deps: CreatorDeps;
  /** Resources whose journal is on its way to the API server: between claim and journal no namesake may slip in. */
  readonly #claiming = new Map<string, string>();

  constructor(deps: CreatorDeps) {
    this.#deps = deps;
  }

  /** Opens a journal and sends once. Returns the answer with the id recorded in the draft, or throws what happens next. */
  async create<T extends Item>(scope: ItemScope<T>, send: Send): Promise<Made<T>> {
    const { visit } = scope;
    using _turn = await scope.place.session.reserveWrite(visit.signal);
    if (await scope.items.isTaken?.(scope.name, visit.signal)) throw await this.#takenNow(scope);
    const release = this.#claim(scope);
    const attempt = (visit.status.createAttempts ?? 0) + 1;
    const now = timestamp(this.#deps.clock);
    const nonce = `${visit.object.metadata.uid}-${attempt}`;
    const operation: Operation = { verb: "Create", nonce, startedAt: now, lastSentAt: now };
    visit.status.createAttempts = attempt;
    visit.status.location = scope.place.location;
    delete visit.status.externalId;
    delete visit.status.createdAt;
    delete visit.status.incarnation;
    delete visit.status.origin;
    try {
      await visit.journal(operation, creating(scope));
    } finally {
      release();
    }
    return await this.#send({ scope, send, operation }, (error) => this.#refused(scope, error));
  }

  /** Sends again with the same nonce, after the settle window has shown that the last send came to nothing. */
  async resend<T extends Item>(scope: ItemScope<T>, last: Operation, send: Send): Promise<Made<T>> {
    using _turn = await scope.place.session.reserveWrite(scope.visit.signal);
    const operation = { ...last, lastSentAt: timestamp(this.#deps.clock) };
    await scope.visit.journal(operation, creating(scope));
    return await this.#send({ scope, send, operation }, (error) => this.#refusedAgain(scope, operation, error));
  }

  async #send<T extends Item>(attempt: Attempt<T>, refused: (error: unknown) => Promise<never>): Promise<Made<T>> {
    const { scope, send, operation } = attempt;
    const { visit, name, noun } = scope;
    using limit = this.#sendLimit();
    const created = await this.#deps.sender
      .send(visit, { verb: "Create", target: `${noun} ${name}`, fields: [], until: limit.signal }, (permit) =>
        send(operation.nonce, permit),
      )
      .catch((error: unknown) => (outcomeIsUnknown(error) ? unknownOutcome(scope, error) : refused(error)))
      .finally(() => this.#deps.observer.noteWrite(scope));
    visit.log.info({ externalId: created.id, cloudName: name }, `Created ${noun}`);
    if (scope.items.idsAreNames) return { ...created, item: await this.#readCreated(scope, operation) };
    if (created.id === undefined) await this.#findCreated(scope, operation, created.jobId);
    else record(scope, { id: created.id, name }, scope.madeAs);
    return created;
  }

  /**
   * The settle window counts from the journal: nothing may be sent so late that its effect falls behind the window, be it for
   * want of a turn in the account's budget.
   */
  #sendLimit(): { signal: AbortSignal } & Disposable {
    const late = new AbortController();
    const timer = this.#deps.clock.after(this.#deps.settleWindowMs / 2, () =>
      late.abort(new Error("Not answered in time")),
    );
    return { signal: late.signal, [Symbol.dispose]: () => timer.cancel() };
  }

  /** The answer to a nonce's first send: anything certain closes the journal, a 409 included. */
  async #refused<T extends Item>(scope: ItemScope<T>, error: unknown): Promise<never> {
    delete scope.visit.status.operation;
    if (!isA(error, "AlreadyExists")) throw isA(error, "Rejected") ? createFailed(error) : error;
    throw await this.#takenNow(scope);
  }

  /** By a list of now: those before may be from before it was there, and only a list tells whose it is. */
  async #takenNow<T extends Item>(scope: ItemScope<T>): Promise<TerminalError> {
    const { byName } = await this.#deps.observer.afterWrite(scope);
    return new TerminalError(taken(scope, byName.get(scope.name) ?? []));
  }

  /** After an unknown outcome a 409 may mean our own earlier send: the journal stays open, and the lists decide. */
  async #refusedAgain<T extends Item>(scope: ItemScope<T>, operation: Operation, error: unknown): Promise<never> {
    if (!isA(error, "AlreadyExists")) return this.#refused(scope, error);
    scope.visit.status.operation = { ...operation, progress: PROGRESS.Refused };
    throw lookAgain(
      `The name is taken, perhaps by an earlier try of this create; looking for the ${scope.noun}`,
      error,
    );
  }

  /** Which of those that may get its name it is, a read tells. */
  async #readCreated<T extends Item>(scope: ItemScope<T>, operation: Operation): Promise<T> {
    const { visit, items, noun, name } = scope;
    visit.status.operation = { ...operation, progress: PROGRESS.Created };
    const item = (await items.get?.(items.idOf?.(name) ?? name, visit.signal)) ?? "Absent";
    if (item === "Absent" || item.mine === false) throw lookAgain(`Created; waiting for the ${noun} to show`);
    record(scope, item, scope.madeAs);
    return item;
  }

  /** The id is in a list only. */
  async #findCreated<T extends Item>(scope: ItemScope<T>, operation: Operation, jobId?: string): Promise<void> {
    const { visit, items, name } = scope;
    visit.status.operation = { ...operation, progress: PROGRESS.Created, ...(jobId !== undefined && { id: jobId }) };
    const listing = await this.#deps.observer.afterWrite(scope);
    const byName = listing.byName.get(name) ?? [];
    const [found, ...others] = resultsOf(visit.status.operation, { items, byName, listing });
    if (!found || others.length > 0) throw lookAgain(`Created; waiting for the ${scope.noun} to show in the list`);
    record(scope, found, scope.madeAs);
  }

  /** Claims the name once more, now without a gap to the journal. Returns how to release it. */
  #claim<T extends Item>(scope: ItemScope<T>): () => void {
    scope.assertMayCreate();
    const { uid } = scope.visit.object.metadata;
    const claim = `${scope.place.key} ${scope.noun} ${scope.name}`;
    if ((this.#claiming.get(claim) ?? uid) !== uid) {
      throw new ChangedError("Another resource is claiming the same name");
    }
    this.#claiming.set(claim, uid);
    return () => this.#claiming.delete(claim);
  }
}

/** Somebody has the name: the journal is closed, nothing of ours is there. */
export function abandon({ visit }: Pick<ItemScope<Item>, "visit">, why: { reason: string; message: string }): never {
  delete visit.status.operation;
  throw new TerminalError(why);
}

/** Records in the draft which item the resource stands for; the journal is closed. */
export function record({ visit, place }: Pick<ItemScope<Item>, "visit" | "place">, item: Item, origin: Origin): void {
  visit.status.externalId = item.id;
  visit.status.location = place.location;
  visit.status.createdAt = createdAtOf(item);
  visit.status.incarnation = item.incarnation;
  visit.status.cloudName = item.name;
  visit.status.origin = origin;
  delete visit.status.operation;
}

/** The item goes on under another id. */
export function follow({ visit, place }: Pick<ItemScope<Item>, "visit" | "place">, item: Item): void {
  visit.status.externalId = item.id;
  visit.status.location = place.location;
  visit.status.cloudName = item.name;
}

function creating({ noun }: { noun: string }): Verdict {
  return { state: "Reconciling", reason: Reason.Creating, message: `Creating the ${noun}` };
}

/** Leaves the journal open; the frame keeps an abort of the visit to itself. */
function unknownOutcome({ visit, noun }: Pick<ItemScope<Item>, "visit" | "noun">, error: unknown): never {
  if (visit.signal.aborted) throw error;
  const what = error instanceof CloudError ? error.message : "The create was not answered in time";
  throw lookAgain(`${what}. Its outcome is unknown; looking for the ${noun} before it is sent again`, error);
}

function isA(error: unknown, kind: CloudErrorKind): error is CloudError {
  return error instanceof CloudError && error.kind === kind;
}

function createFailed(cause: CloudError): TerminalError {
  const advice = cause.advice ?? "Correct the spec, or set it up in a new resource";
  const message = `${cause.message}. Nothing was made. ${advice}`;
  return new TerminalError({ reason: Reason.CreateFailed, message, cause });
}

function lookAgain(message: string, cause?: unknown): WaitingError {
  return new WaitingError({ reason: Reason.Creating, message, pollAfterMs: LOOK_AGAIN_MS, cause });
}
