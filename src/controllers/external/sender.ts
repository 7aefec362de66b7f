// The one way out: every request that changes a cloud goes through here, and what is said of it afterwards comes from here.
import { grantWrite, type WritePermit } from "../../cloud/permit.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { capitalized } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { isTrue } from "../../runtime/conditions.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Difference } from "./kind.ts";
import type { ExternalResource } from "./resource.ts";

/** What a request is to change. */
export interface CloudChange {
  readonly verb: Operation["verb"];
  /** In messages, such as "node pool workers". */
  readonly target: string;
  /** None where the whole target is made or goes. */
  readonly fields: readonly Difference[];
  /** Ends the request before the visit ends. */
  readonly until?: AbortSignal;
}

/** One value in a message; a list or an object may be long. */
const LONGEST_VALUE = 80;

export class Sender {
  readonly #events: Pick<EventRecorder, "event">;

  constructor({ events }: { events: Pick<EventRecorder, "event"> }) {
    this.#events = events;
  }

  /**
   * Sends it once. The fence is asked where each request leaves (cloud/http); whoever is to approve of changes is asked here. Throws
   * what `request` throws.
   */
  async send<T>(
    visit: Visit<ExternalResource>,
    change: CloudChange,
    request: (permit: WritePermit) => Promise<T>,
  ): Promise<T> {
    const signal = change.until ? AbortSignal.any([visit.signal, change.until]) : visit.signal;
    const answer = await request(grantWrite(signal));
    this.#tell(visit, change);
    return answer;
  }

  /** After it was sent. A create is told by its creator, who learns the id, and by the resource's condition, which follows at once. */
  #tell({ object, status, log }: Visit<ExternalResource>, { verb, target, fields }: CloudChange): void {
    if (verb === "Create") return;
    const drift = fields.length > 0 && isHealing(object);
    log.info({ externalId: status.externalId, target, fields, drift }, `Requested ${verb.toLowerCase()}`);
    const what = fields.length === 0 ? REQUESTED[verb] : fields.map(textOf).join("; ");
    const note = `${capitalized(target)}: ${what}${drift ? ", to heal drift" : ""}`;
    this.#events.event(object, { type: "Normal", reason: Reason.Requested, action: verb, note });
  }
}

const REQUESTED: Readonly<Record<Exclude<Operation["verb"], "Create">, string>> = {
  Update: "a change was requested",
  Hibernate: "hibernation was requested",
  Wake: "waking up was requested",
  Delete: "deletion was requested",
};

/** Nobody has changed the spec since it was last found to be in the cloud. */
function isHealing({ metadata, status }: ExternalResource): boolean {
  return status.observedGeneration === metadata.generation && isTrue(status.conditions, "Ready");
}

function textOf({ field, before, after }: Difference): string {
  return `${field} from ${valueText(before)} to ${valueText(after)}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
