// Creating exactly once: journal, one POST, and what its answer means (design section 3).
import { CloudError, outcomeIsUnknown, type CloudErrorKind } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import { ChangedError } from "../lifecycle/visit.ts";
import { PROGRESS, taken } from "./identity.ts";
import { resultsOf, type Observer } from "./observe.ts";
import type { Origin } from "./resource.ts";
import type { Thing } from "./thing.ts";
import type { ExternalWork } from "./work.ts";

interface CreatorDeps {
  readonly clock: Clock;
  readonly settleWindowMs: number;
  readonly observer: Observer;
}

/** The kind's POST: one request that carries the nonce where the cloud keeps it. `id`: where the answer tells it. */
export type Send = (nonce: string, signal: AbortSignal) => Promise<{ readonly id: string | undefined }>;

/** A create under way. */
interface Attempt<T extends Thing> {
  readonly work: ExternalWork<T>;
  readonly send: Send;
  readonly operation: Operation;
}

const LOOK_AGAIN_MS = 1_000;

export class Creator {
  readonly #deps: CreatorDeps;
  /** Resources whose journal is on its way to the API server: between claim and journal no namesake may slip in. */
  readonly #claiming = new Map<string, string>();

  constructor(deps: CreatorDeps) {
    this.#deps = deps;
  }

  /** Opens a journal and sends once. Returns with the id recorded in the draft, or throws what happens next. */
  async create<T extends Thing>(work: ExternalWork<T>, send: Send): Promise<void> {
    const { visit } = work;
    using _turn = await work.reserveWrite(visit.signal);
    const release = this.#claim(work);
    const attempt = (visit.status.createAttempts ?? 0) + 1;
    const now = timestamp(this.#deps.clock);
    const nonce = `${visit.object.metadata.uid}-${attempt}`;
    const operation: Operation = { verb: "Create", nonce, startedAt: now, lastSentAt: now };
    visit.status.createAttempts = attempt;
    delete visit.status.externalId;
    delete visit.status.origin;
    try {
      await visit.journal(operation, creating(work));
    } finally {
      release();
    }
    await this.#send({ work, send, operation }, (error) => this.#refused(work, error));
  }

  /** Sends again with the same nonce, after the settle window has shown that the last send came to nothing. */
  async resend<T extends Thing>(work: ExternalWork<T>, last: Operation, send: Send): Promise<void> {
    using _turn = await work.reserveWrite(work.visit.signal);
    const operation = { ...last, lastSentAt: timestamp(this.#deps.clock) };
    await work.visit.journal(operation, creating(work));
    await this.#send({ work, send, operation }, (error) => this.#refusedAgain(work, operation, error));
  }

  async #send<T extends Thing>(attempt: Attempt<T>, refused: (error: unknown) => Promise<never>): Promise<void> {
    const { work, send, operation } = attempt;
    const { visit, name } = work;
    using limit = this.#sendLimit(visit.signal);
    const { id } = await send(operation.nonce, limit.signal)
      .catch((error: unknown) => (outcomeIsUnknown(error) ? unknownOutcome(work, error) : refused(error)))
      .finally(() => this.#deps.observer.noteWrite(work));
    visit.log.info({ externalId: id, cloudName: name }, `Created ${work.noun}`);
    if (id === undefined) await this.#findCreated(work, operation);
    else record(work, { id, name }, "Created");
  }

  /**
   * The settle window counts from the journal: nothing may be sent so late that its effect falls behind the window, be it for
   * want of a turn in the account's budget.
   */
  #sendLimit(stop: AbortSignal): { signal: AbortSignal } & Disposable {
    const late = new AbortController();
    const timer = this.#deps.clock.after(this.#deps.settleWindowMs / 2, () =>
      late.abort(new Error("Not answered in time")),
    );
    return { signal: AbortSignal.any([stop, late.signal]), [Symbol.dispose]: () => timer.cancel() };
  }

  /** The answer to a nonce's first send: anything certain closes the journal, a 409 included. */
  async #refused<T extends Thing>(work: ExternalWork<T>, error: unknown): Promise<never> {
    delete work.visit.status.operation;
    if (!isA(error, "AlreadyExists")) throw isA(error, "Rejected") ? createFailed(error) : error;
    const { byName } = await this.#deps.observer.afterWrite(work);
    throw new TerminalError(taken(work, byName.get(work.name) ?? []));
  }

  /** After an unknown outcome a 409 may mean our own earlier send: the journal stays open, and the lists decide. */
  async #refusedAgain<T extends Thing>(work: ExternalWork<T>, operation: Operation, error: unknown): Promise<never> {
    if (!isA(error, "AlreadyExists")) return this.#refused(work, error);
    work.visit.status.operation = { ...operation, progress: PROGRESS.Refused };
    throw lookAgain(`The name is taken, perhaps by an earlier try of this create; looking for the ${work.noun}`, error);
  }

  /** The id is in a list only. */
  async #findCreated<T extends Thing>(work: ExternalWork<T>, operation: Operation): Promise<void> {
    const { visit, things, name } = work;
    visit.status.operation = { ...operation, progress: PROGRESS.Created };
    const listing = await this.#deps.observer.afterWrite(work);
    const byName = listing.byName.get(name) ?? [];
    const [found, ...others] = resultsOf(visit.status.operation, { things, byName, listing });
    if (!found || others.length > 0) throw lookAgain(`Created; waiting for the ${work.noun} to show in the list`);
    record(work, found, "Created");
  }

  /** Claims the name once more, now without a gap to the journal. Returns how to release it. */
  #claim<T extends Thing>(work: ExternalWork<T>): () => void {
    work.assertMayCreate();
    const { uid } = work.visit.object.metadata;
    const claim = `${work.place} ${work.noun} ${work.name}`;
    if ((this.#claiming.get(claim) ?? uid) !== uid) {
      throw new ChangedError("Another resource is claiming the same name");
    }
    this.#claiming.set(claim, uid);
    return () => this.#claiming.delete(claim);
  }
}

/** Somebody has the name: the journal is closed, nothing of ours is there. */
export function abandon(
  { visit }: Pick<ExternalWork<Thing>, "visit">,
  why: { reason: string; message: string },
): never {
  delete visit.status.operation;
  throw new TerminalError(why);
}

/** Records in the draft which thing the resource stands for; the journal is closed. */
export function record({ visit }: Pick<ExternalWork<Thing>, "visit">, thing: Thing, origin: Origin): void {
  visit.status.externalId = thing.id;
  visit.status.cloudName = thing.name;
  visit.status.origin = origin;
  delete visit.status.operation;
}

function creating({ noun }: { noun: string }): Verdict {
  return { state: "Reconciling", reason: Reason.Creating, message: `Creating the ${noun}` };
}

/** Leaves the journal open; the frame keeps an abort of the visit to itself. */
function unknownOutcome({ visit, noun }: Pick<ExternalWork<Thing>, "visit" | "noun">, error: unknown): never {
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
