// Following what the cloud is at: how far it is, in status and events, and what a failed create says.
import type { Item } from "../../cloud/collection.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { capitalized } from "../../lib/text.ts";
import { TerminalError, type WaitingError } from "../../lib/errors.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ExternalKind, Progress, Said } from "./kind.ts";
import type { Shape } from "./scope.ts";
import type { Operations } from "./operation.ts";
import type { ExternalResource } from "./resource.ts";
import type { ItemScope, Scope } from "./scope.ts";

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
    const { operations } = this.#deps;
    const { operation } = visit.status;
    const { failed, ...progress } = (await this.#kind.progress?.(scope, seen)) ?? {};
    if (failed !== undefined && operation?.verb === "Create") return createFailed(scope, { why: failed });
    return operations.waiting(visit, operation ? this.#noted(visit, said, progress) : said);
  }

  /** Notes it in the operation that is under way. Returns what is said with it. */
  #noted<What extends Said>(visit: Visit<ExternalResource>, said: What, { progress, told = false }: Progress): What {
    if (progress === undefined) return said;
    if (told && progress !== visit.status.operation?.progress) this.#tell(visit, progress);
    this.#deps.operations.note(visit, progress);
    return told ? { ...said, message: `${said.message}. ${progress}` } : said;
  }

  /** What to throw of an item whose creation has failed half-way; the job may know more than the item. */
  async failed(scope: Scope<S>, seen: S["seen"], plan: Failure): Promise<TerminalError> {
    const { failed = plan.why } = (await this.#kind.progress?.(scope, seen)) ?? {};
    return createFailed(scope, { ...plan, why: failed });
  }

  #tell(visit: Visit<ExternalResource>, note: string): void {
    const action = visit.status.operation?.verb ?? "Reconcile";
    this.#deps.events.event(visit.object, { type: "Normal", reason: Reason.Progressing, action, note });
    visit.log.info({ progress: note }, "Progressed");
  }
}

interface Failure {
  readonly why: string;
  readonly again?: string;
}

function createFailed({ noun, visit }: ItemScope<Item>, { why, again = "created" }: Failure): TerminalError {
  const message =
    `${why}. ${capitalized(noun)} ${visit.status.externalId} stays as the cloud left it and nothing is ${again} again. ` +
    "Delete this resource to remove it, then create it anew";
  return new TerminalError({ reason: Reason.CreateFailed, message });
}
