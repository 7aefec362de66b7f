// Creating exactly once: journal, one POST, and what its answer means (design section 3).
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { CloudError, outcomeIsUnknown } from "../../cloud/errors.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { cloudOf } from "../cloudaccount/directory.ts";
import type { Accounts, Work } from "./context.ts";
import type { Observer } from "./observe.ts";
import { cloudNameOf, CREATED, taken } from "./plan.ts";

interface CreatorDeps {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly observer: Observer;
}

const CREATING: Verdict = { state: "Reconciling", reason: Reason.Creating, message: "Creating the project" };
const LOOK_AGAIN_MS = 1_000;

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

  async #send(work: Work, operation: Operation, onRefusal: (error: unknown) => Promise<undefined>): Promise<void> {
    const { visit, registry } = work;
    const { visibility } = visit.object.spec;
    const project = { name: cloudNameOf(visit.object), visibility, nonce: operation.nonce };
    const created = await registry
      .createProject(project, visit.signal)
      .catch((error: unknown) => onRefusal(error))
      .finally(() => this.#deps.observer.noteWrite(visit.object));
    if (!created) return;
    visit.log.info({ externalId: created.id, cloudName: project.name }, "Created project");
    if (created.id === undefined) await this.#findCreated(work, operation);
    else recordCreated(work, created.id);
  }

  /** The answer to a nonce's first send: anything certain closes the journal, a 409 included. */
  async #refused(work: Work, error: unknown): Promise<never> {
    if (outcomeIsUnknown(error)) throw unknownOutcome(error);
    delete work.visit.status.operation;
    if (isTaken(error)) throw await this.#alreadyExists(work);
    throw error;
  }

  /** After an unknown outcome a 409 may mean our own earlier send: the mark tells. */
  async #refusedAgain(work: Work, operation: Operation, error: unknown): Promise<undefined> {
    if (outcomeIsUnknown(error)) throw unknownOutcome(error);
    if (!isTaken(error)) {
      delete work.visit.status.operation;
      throw error;
    }
    if (await this.#adoptMarked(work, operation)) return undefined;
    delete work.visit.status.operation;
    throw await this.#alreadyExists(work);
  }

  async #findCreated(work: Work, operation: Operation): Promise<void> {
    work.visit.status.operation = { ...operation, progress: CREATED };
    if (await this.#adoptMarked(work, operation)) return;
    const message = "Created; waiting for the project to show in the list";
    throw new WaitingError({ reason: Reason.Creating, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  async #adoptMarked(work: Work, operation: Operation): Promise<boolean> {
    const { visit, registry } = work;
    const { byName, clockSkewMs } = await this.#deps.observer.afterWrite(work);
    const attempt = { nonce: operation.nonce, startedAtMs: Date.parse(operation.startedAt) };
    const named = byName.get(cloudNameOf(visit.object)) ?? [];
    const [found, ...others] = named.filter((project) => registry.bearsMark(project, attempt, clockSkewMs));
    if (!found || others.length > 0) return false;
    recordCreated(work, found.id);
    return true;
  }

  async #alreadyExists(work: Work): Promise<TerminalError> {
    const { byName } = await this.#deps.observer.afterWrite(work);
    return new TerminalError(taken(byName.get(cloudNameOf(work.visit.object)) ?? []));
  }

  /** Claims the name once more, now without a gap to the journal. Returns how to release it. */
  #claim(work: Work): () => void {
    this.#deps.accounts.assertClaim(work);
    const { uid } = work.visit.object.metadata;
    const claim = scopedName(work);
    if ((this.#claiming.get(claim) ?? uid) !== uid) {
      const message = "Another resource is claiming the same name";
      throw new WaitingError({ reason: Reason.Changed, message, pollAfterMs: LOOK_AGAIN_MS });
    }
    this.#claiming.set(claim, uid);
    return () => this.#claiming.delete(claim);
  }
}

/** Records in the draft that the project is ours by our own create; the journal is closed. */
export function recordCreated({ visit }: Pick<Work, "visit">, id: string): void {
  visit.status.externalId = id;
  visit.status.cloudName = cloudNameOf(visit.object);
  visit.status.origin = "Created";
  delete visit.status.operation;
}

function scopedName({ access, visit }: Work): string {
  return `${cloudOf(access.account)} ${cloudNameOf(visit.object)}`;
}

function isTaken(error: unknown): boolean {
  return error instanceof CloudError && error.kind === "AlreadyExists";
}

function unknownOutcome(error: unknown): unknown {
  if (!(error instanceof CloudError)) return error;
  const message = `${error.message}. The outcome of the create is unknown; looking for the project before anything is sent again`;
  return new WaitingError({ reason: Reason.Creating, message, pollAfterMs: LOOK_AGAIN_MS, cause: error });
}
