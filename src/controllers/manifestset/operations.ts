// What a cloud does with objects beside having them as declared (ManifestChannel.operations): one thing a visit, journaled where the channel
// says so, and sent like every other change.
import { tellStatus, toldBy } from "../../cloud/blocks.ts";
import { outcomeIsUnknown } from "../../cloud/errors.ts";
import type { OperationSaid, OperationStep } from "../../cloud/facets/manifests.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { HeldError, WaitingError } from "../../lib/errors.ts";
import type { Said } from "../external/kind.ts";
import type { Sender } from "../external/sender.ts";
import { isHealthy, type Judged } from "./status.ts";
import type { Work } from "./work.ts";

interface OperatorDeps {
  readonly sender: Sender;
  readonly clock: Clock;
  readonly settleWindowMs: number;
}

/** What came of them in this visit. */
export interface Operated {
  readonly said: readonly OperationSaid[];
  /** Something is under way: to be thrown when the rest is said. */
  readonly waiting: WaitingError | undefined;
}

export const NOT_OPERATED: Operated = { said: [], waiting: undefined };

/** What was asked for shows at the next look. */
const SOON_MS = 1_000;
const WAIT_MS = 3_000;

export class Operator {
  readonly #deps: OperatorDeps;

  constructor(deps: OperatorDeps) {
    this.#deps = deps;
  }

  /** Throws CloudError, FencedError, and what Visit.persist throws. */
  async operate(work: Work, objects: readonly Judged[]): Promise<Operated> {
    const { place, visit } = work;
    const { channel, provider } = place;
    if (!channel.operations || provider === undefined) return NOT_OPERATED;
    const { clock, settleWindowMs } = this.#deps;
    const step = await channel.operations.next({
      objects: objects.flatMap((each) => {
        const { declared, outcome } = each;
        return outcome.state === "Applied"
          ? [{ key: declared.key, live: outcome.live, isHealthy: isHealthy(each) }]
          : [];
      }),
      told: toldBy(provider, visit.status),
      nowMs: clock.now(),
      settleWindowMs,
      signal: visit.signal,
    });
    if (step.do === "Send") return this.#send(work, step);
    tell(work, step.told);
    if (step.do === "Nothing") return { said: step.said, waiting: undefined };
    return { said: [], waiting: waitingFor(step.message, WAIT_MS) };
  }

  async #send(work: Work, step: Extract<OperationStep, { do: "Send" }>): Promise<Operated> {
    const { visit, place } = work;
    const { target, fields } = step;
    place.assertWritable();
    const asked = `${target}: ${fields.map(({ field }) => field).join(", ")} was asked for`;
    const before = place.provider === undefined ? {} : toldBy(place.provider, visit.status);
    if (JSON.stringify(step.told) !== JSON.stringify(before)) {
      tell(work, step.told);
      await visit.persist({ state: "Reconciling", reason: Reason.Applying, message: asked });
    }
    try {
      const change = { verb: "Update", target, fields } as const;
      tell(work, await this.#deps.sender.send(visit, change, step.send));
    } catch (error) {
      // It is known not to have been done: what was journaled of it must not be taken for a try.
      if (!outcomeIsUnknown(error)) tell(work, before);
      throw error;
    }
    return { said: [], waiting: waitingFor(asked, SOON_MS) };
  }
}

function tell({ visit, place }: Work, told: object): void {
  if (place.provider === undefined) return;
  tellStatus(place.provider, visit.status, Object.keys(told).length === 0 ? undefined : told);
}

function waitingFor(message: string, pollAfterMs: number): WaitingError {
  return new WaitingError({ reason: Reason.Applying, message, pollAfterMs });
}

const REASONS: Readonly<Record<OperationSaid["reason"], Said["reason"]>> = {
  Stopped: Reason.Stopped,
  RolledBack: Reason.RolledBack,
  RevisionNotFound: Reason.RevisionNotFound,
  UpdateIgnored: Reason.UpdateIgnored,
};

/** The first of them that spoils so much, of all alike. */
export function saidTo(said: readonly OperationSaid[], spoils: OperationSaid["spoils"]): Said | undefined {
  const [first, ...others] = said.filter((each) => each.spoils === spoils);
  if (first === undefined) return undefined;
  const more = others.length === 0 ? "" : `; and ${others.length} more`;
  return { reason: REASONS[first.reason], message: `${first.message}${more}` };
}

/** Throws WaitingError where something is under way, HeldError where a person has to correct what is asked. */
export function assertOperated({ said, waiting }: Operated, pollAfterMs: number): void {
  if (waiting) throw waiting;
  const held = saidTo(said, "Ready");
  if (held) throw new HeldError({ ...held, pollAfterMs });
}
