// The one way out: every request that changes a cloud goes through here, and what is said of it afterwards comes from here
// (docs/protocol.md#changing).
import type { WritePermit } from "../../cloud/collection.ts";
import { grantWrite } from "../../cloud/permit.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { capitalized } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { isTrue } from "../../runtime/conditions.ts";
import type { Managed } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { CloudChange, Difference } from "./change.ts";
import { shownValue } from "./shown.ts";

export class Sender {
  readonly #events: Pick<EventRecorder, "event">;

  constructor({ events }: { events: Pick<EventRecorder, "event"> }) {
    this.#events = events;
  }

  /**
   * Sends it once. The fence is asked where each request leaves (cloud/http); whoever is to approve of changes is asked here. Throws
   * what `request` throws.
   */
  async send<T>(visit: Visit<Managed>, change: CloudChange, request: (permit: WritePermit) => Promise<T>): Promise<T> {
    const signal = change.until ? AbortSignal.any([visit.signal, change.until]) : visit.signal;
    const answer = await request(grantWrite(signal));
    this.#tell(visit, change);
    return answer;
  }

  /** After it was sent. A create is told by its creator, who learns the id, and by the resource's condition, which follows at once. */
  #tell({ object, status, log }: Visit<Managed>, { verb, target, fields }: CloudChange): void {
    if (verb === "Create") return;
    const drift = fields.length > 0 && isHealing(object);
    const what = fields.length === 0 ? REQUESTED[verb] : fields.map(textOf).join("; ");
    log.info({ externalId: status.externalId, target, what, drift }, `Requested ${verb.toLowerCase()}`);
    const note = `${capitalized(target)}: ${what}${drift ? ", to heal drift" : ""}`;
    this.#events.event(object, { type: "Normal", reason: Reason.Requested, action: verb, note });
  }
}

const REQUESTED: Readonly<Record<Exclude<Operation["verb"], "Create">, string>> = {
  Update: "a change was requested",
  Upgrade: "an upgrade was requested",
  ScaleOut: "more nodes were requested",
  Attach: "the joining of servers was requested",
  Remove: "the removal of nodes was requested",
  Hibernate: "hibernation was requested",
  Wake: "waking up was requested",
  Restart: "a restart was requested",
  Reset: "a reset, which erases its disks, was requested",
  Move: "a move into another cluster, which erases its disks, was requested",
  Detach: "its leaving the cluster was requested",
  Delete: "deletion was requested",
};

/** Nobody has changed the spec since it was last found to be in the cloud. */
function isHealing({ metadata, status }: Managed): boolean {
  return status.observedGeneration === metadata.generation && isTrue(status.conditions, "Ready");
}

function textOf({ field, before, after }: Difference): string {
  return `${field} from ${shownValue(field, before)} to ${shownValue(field, after)}`;
}
