// Creating exactly once: journal, one POST, and what its answer means (design section 3).
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { CloudError, outcomeIsUnknown, type CloudErrorKind } from "../../cloud/errors.ts";
import type { RegistryProject as Project } from "../../cloud/registry.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { cloudOf } from "../cloudaccount/directory.ts";
import { keyOf } from "../../runtime/store.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { ChangedError } from "../lifecycle/visit.ts";
import type { Accounts, Work } from "./context.ts";
import { resultsOf, type Observer } from "./observe.ts";
import { cloudNameOf, PROGRESS, taken } from "./plan.ts";

interface CreatorDeps {
  readonly clock: Clock;
  readonly settleWindowMs: number;
  readonly accounts: Accounts;
  readonly observer: Observer;
}

type Origin = "Created" | "Adopted";

const CREATING: Verdict = { state: "Reconciling", reason: Reason.Creating, message: "Creating the project" };
const LOOK_AGAIN_MS = 1_000;
const ACCOUNT_POLL_MS = 30_000;

export class Creator {
  readonly #deps: CreatorDeps;
  /** Resources whose journal is on its way to the API server: between claim and journal no namesake may slip in. */
  readonly #claiming = new Map<string, string>();

  constructor(deps: CreatorDeps) {
    this.#deps = deps;
  }

  /** Opens a journal and sends once. Returns with the id recorded in the draft, or throws what happens next. */
  async create(work: Work): Promise<void> {
    const { visit } = work;
    const release = this.#claim(work);
    const attempt = (visit.status.createAttempts ?? 0) + 1;
    const now = timestamp(this.#deps.clock);
    const nonce = `${visit.object.metadata.uid}-${attempt}`;
    const operation: Operation = { verb: "Create", nonce, startedAt: now, lastSentAt: now };
    visit.status.createAttempts = attempt;
    delete visit.status.externalId;
    delete visit.status.origin;
    try {
      await visit.journal(operation, CREATING);
    } finally {
      release();
    }
    await this.#send(work, operation, (error) => this.#refused(work, error));
  }

  /** Sends again with the same nonce, after the settle window has shown that the last send came to nothing. */
  async resend(work: Work, last: Operation): Promise<void> {
    const operation = { ...last, lastSentAt: timestamp(this.#deps.clock) };
    await work.visit.journal(operation, CREATING);
    await this.#send(work, operation, (error) => this.#refusedAgain(work, operation, error));
  }

  /** Somebody has the name: the journal is closed, nothing of ours is there. */
  abandon({ visit }: Work, why: { reason: string; message: string }): never {
    delete visit.status.operation;
    throw new TerminalError(why);
  }

  async #send(work: Work, operation: Operation, refused: (error: unknown) => Promise<never>): Promise<void> {
    const { visit, registry } = work;
    const { visibility } = visit.object.spec;
    const project = { name: cloudNameOf(visit.object), visibility, nonce: operation.nonce };
    using limit = this.#sendLimit(visit.signal);
    const { id } = await registry
      .createProject(project, limit.signal)
      .catch((error: unknown) => (outcomeIsUnknown(error) ? this.#unknownOutcome(visit, error) : refused(error)))
      .finally(() => this.#deps.observer.noteWrite(visit.object));
    visit.log.info({ externalId: id, cloudName: project.name }, "Created project");
    if (id === undefined) await this.#findCreated(work, operation);
    else record(work, { id, name: project.name }, "Created");
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

  /** Leaves the journal open; the frame keeps an abort of the visit to itself. */
  #unknownOutcome({ signal }: Work["visit"], error: unknown): never {
    if (signal.aborted) throw error;
    const what = error instanceof CloudError ? error.message : "The create was not answered in time";
    throw lookAgain(`${what}. Its outcome is unknown; looking for the project before it is sent again`, error);
  }

  /** The answer to a nonce's first send: anything certain closes the journal, a 409 included. */
  async #refused(work: Work, error: unknown): Promise<never> {
    delete work.visit.status.operation;
    if (!isA(error, "AlreadyExists")) throw isA(error, "Rejected") ? createFailed(error) : error;
    const { byName } = await this.#deps.observer.afterWrite(work);
    throw new TerminalError(taken(byName.get(cloudNameOf(work.visit.object)) ?? []));
  }

  /** After an unknown outcome a 409 may mean our own earlier send: the journal stays open, and the lists decide. */
  async #refusedAgain(work: Work, operation: Operation, error: unknown): Promise<never> {
    if (!isA(error, "AlreadyExists")) return this.#refused(work, error);
    work.visit.status.operation = { ...operation, progress: PROGRESS.Refused };
    throw lookAgain("The name is taken, perhaps by an earlier try of this create; looking for the project", error);
  }

  /** The id is in a list only. */
  async #findCreated(work: Work, operation: Operation): Promise<void> {
    const { visit, registry } = work;
    visit.status.operation = { ...operation, progress: PROGRESS.Created };
    const listing = await this.#deps.observer.afterWrite(work);
    const projects = listing.byName.get(cloudNameOf(visit.object)) ?? [];
    const [found, ...others] = resultsOf(visit.status.operation, { registry, projects, listing });
    if (!found || others.length > 0) throw lookAgain("Created; waiting for the project to show in the list");
    record(work, found, "Created");
  }

  /** Claims the name once more, now without a gap to the journal. Returns how to release it. */
  #claim(work: Work): () => void {
    this.#deps.accounts.assertClaim(work);
    assertStays(work);
    const { uid } = work.visit.object.metadata;
    const claim = scopedName(work);
    if ((this.#claiming.get(claim) ?? uid) !== uid) {
      throw new ChangedError("Another resource is claiming the same name");
    }
    this.#claiming.set(claim, uid);
    return () => this.#claiming.delete(claim);
  }
}

/** Records in the draft which project the resource stands for; the journal is closed. */
export function record({ visit }: Pick<Work, "visit">, project: Pick<Project, "id" | "name">, origin: Origin): void {
  visit.status.externalId = project.id;
  visit.status.cloudName = project.name;
  visit.status.origin = origin;
  delete visit.status.operation;
}

function scopedName({ access, visit }: Work): string {
  return `${cloudOf(access.account)} ${cloudNameOf(visit.object)}`;
}

/** An account on its way out lets its users delete what they hold, and nothing else. */
function assertStays({ access }: Work): void {
  if (!isDeleting(access.account)) return;
  const message = `CloudAccount ${keyOf(access.account.metadata)} is being deleted: nothing new is made with it`;
  throw new WaitingError({ reason: Reason.AccountNotReady, message, pollAfterMs: ACCOUNT_POLL_MS });
}

function isA(error: unknown, kind: CloudErrorKind): error is CloudError {
  return error instanceof CloudError && error.kind === kind;
}

function createFailed(cause: CloudError): TerminalError {
  const message = `${cause.message}. Nothing was made. Correct the spec, or set it up in a new resource`;
  return new TerminalError({ reason: Reason.CreateFailed, message, cause });
}

function lookAgain(message: string, cause?: unknown): WaitingError {
  return new WaitingError({ reason: Reason.Creating, message, pollAfterMs: LOOK_AGAIN_MS, cause });
}
