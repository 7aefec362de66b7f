// The deletion of an application: what is in it holds it or goes with it, members are let go of first, and afterwards nothing that costs may
// be left, or it is named.
import { tellStatus } from "../../cloud/blocks.ts";
import type { Application } from "../../cloud/facets/applications.ts";
import { ManagedApplicationReason as Reason } from "../../crds/managedapplication/conditions.ts";
import type { ManagedApplication } from "../../crds/managedapplication/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { SendFirst } from "../external/kind.ts";
import { orphaning } from "../external/resource.ts";
import { applicationsIn, isSame, refOf, type ApplicationScope } from "./scope.ts";

/** Throws TerminalError NotEmpty where something is in it that is no member, and spec.contentsOnDelete is Refuse. */
export async function beforeRemoval(
  scope: ApplicationScope,
  item: Application | "Absent",
  send: SendFirst,
): Promise<void> {
  if (item === "Absent") return;
  const { visit, place } = scope;
  const { object, status } = visit;
  // What costs is known by it once the application is gone.
  tellStatus(place.account.spec.provider, status, item.told);
  const members = (object.spec.members ?? []).filter((member) => item.workloads.some((one) => isSame(one, member)));
  const contents = [
    ...item.servers.map(({ name }) => `server ${name}`),
    ...item.workloads.filter((one) => !members.some((member) => isSame(one, member))).map(refOf),
  ];
  if (object.spec.contentsOnDelete === "Refuse" && contents.length > 0) throw notEmpty(object, contents);
  if (!TAKES_ALONG.has(object.spec.contentsOnDelete)) return;
  const items = applicationsIn(scope);
  for (const member of members) {
    const fields = [{ field: "spec.members", before: refOf(member), after: undefined }];
    const change = { verb: "Update" as const, target: `application ${item.name}`, fields };
    await send(change, (permit) => items.detach(item, member, permit));
  }
}

const TAKES_ALONG: ReadonlySet<string> = new Set(["Workloads", "WorkloadsAndServices", "All"]);

function notEmpty(resource: ManagedApplication, contents: readonly string[]): TerminalError {
  const message =
    `In the application are still ${contents.join(", ")}. Set spec.contentsOnDelete to All, by which they go with it, or to Keep, by which ` +
    `they stay and servers cost on; or, to leave the application in the cloud, ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.NotEmpty, message });
}

interface ResidueDeps {
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, "event">;
  readonly settleWindowMs: number;
}

/** So many settle windows long the cloud may be at it: ten minutes by default, as long as balancers outlive their Services. */
const WINDOWS = 5;
const RESIDUE_POLL_MS = 2_000;

/**
 * Throws WaitingError while servers that go with it are there, TerminalError ResidueLeft where they stay; where they stay on purpose, an
 * event names them.
 */
export async function afterRemoval(
  { clock, events, settleWindowMs }: ResidueDeps,
  scope: ApplicationScope,
): Promise<void> {
  const { visit } = scope;
  const { object, status } = visit;
  const left = await applicationsIn(scope).left(visit.signal);
  if (left.length === 0) return;
  const names = left.join(", ");
  if (object.spec.contentsOnDelete !== "All") {
    const note = `Left in the cloud, where it costs on: ${names}`;
    events.event(object, { type: "Warning", reason: Reason.ResidueLeft, action: "Delete", note });
    return;
  }
  const since = status.operation?.startedAt ?? object.metadata.deletionTimestamp;
  if (since === undefined || clock.now() - Date.parse(since) < WINDOWS * settleWindowMs) {
    const message = `The application is gone, and the cloud is deleting ${listed(left)}`;
    throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: RESIDUE_POLL_MS });
  }
  const message =
    `The application is gone, and what belonged to it is not: ${names}. It costs on. Delete it in the cloud; it is looked for again at ` +
    `the drift interval; or, to let go of it, ${orphaning(object)}`;
  throw new TerminalError({ reason: Reason.ResidueLeft, message });
}
