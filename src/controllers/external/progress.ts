// Following what the cloud is at: how far it is, in status and events, and what a failed create says.
import { Reason } from "../../crds/common/conditions.ts";
import { TerminalError, type WaitingError } from "../../lib/errors.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ExternalKind, Said, Shape } from "./kind.ts";
import type { Operations } from "./operation.ts";
import type { ExternalResource } from "./resource.ts";
import type { Scope } from "./scope.ts";

interface FollowerDeps {
  readonly operations: Operations;
  readonly events: Pick<EventRecorder, "event">;
}

export class Follower<S extends Shape> {
  readonly #kind: Pick<ExternalKind<S>, "progress">;
  readonly #deps: FollowerDeps;

  constructor(kind: Pick<ExternalKind<S>, "progress">, deps: FollowerDeps) {
    this.#kind = kind;
    this.#deps = deps;
  }

  /** What to throw while the cloud is at it; CreateFailed where it has failed at making the item. */
  async awaited(
    scope: Scope<S>,
    seen: S["seen"],
    said: Said & { readonly pollAfterMs?: number },
  ): Promise<WaitingError | TerminalError> {
    const { visit } = scope;
    const { operation } = visit.status;
    const { progress, told = false, failed } = (await this.#kind.progress?.(scope, seen)) ?? {};
    if (failed !== undefined && operation?.verb === "Create") return createFailed(failed);
    if (progress === undefined || !operation) return this.#deps.operations.waiting(visit, said);
    if (told && progress !== operation.progress) this.#tell(visit, progress);
    this.#deps.operations.note(visit, progress);
    return this.#deps.operations.waiting(visit, told ? { ...said, message: `${said.message}. ${progress}` } : said);
  }

  /** What to throw of an item whose creation has failed half-way; the job may know more than the item. */
  async failed(scope: Scope<S>, seen: S["seen"], why: string): Promise<TerminalError> {
    const { failed = why } = (await this.#kind.progress?.(scope, seen)) ?? {};
    return createFailed(failed);
  }

  #tell(visit: Visit<ExternalResource>, note: string): void {
    const action = visit.status.operation?.verb ?? "Reconcile";
    this.#deps.events.event(visit.object, { type: "Normal", reason: Reason.Progressing, action, note });
    visit.log.info({ progress: note }, "Progressed");
  }
}

function createFailed(why: string): TerminalError {
  const message =
    `${why}. It stays as the cloud left it and nothing is created again. ` +
    "Delete this resource to remove it, then create it anew";
  return new TerminalError({ reason: Reason.CreateFailed, message });
}
