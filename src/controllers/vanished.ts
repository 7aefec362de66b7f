// Resources that vanished without our having let go of them: somebody has taken the finalizer off. Nothing else will know of what
// stays in the cloud, so it is told by its id: in the log, and by events on the account and on the resource.
import { Reason } from "../crds/common/conditions.ts";
import type { KubeObject } from "../kube/types.ts";
import type { Logger } from "../lib/log.ts";
import { listed } from "../lib/text.ts";
import { keyOf, type Store } from "../runtime/cache/store.ts";
import type { EventRecorder } from "../runtime/events.ts";
import { leavesCloudAlone, type ExternalResource } from "./external/resource.ts";
import type { Managed } from "./lifecycle/resource.ts";

interface VanishedDeps {
  readonly log: Logger;
  readonly events: Pick<EventRecorder, "event">;
  /** UIDs of resources that we have let go of, or are about to: their end is no news. */
  readonly releases: Pick<Set<string>, "delete">;
  /** Who waits for the lease tells nothing: the leader does. */
  readonly leads: () => boolean;
  /** The account that the resource works with, by whatever parents. */
  readonly accountOf: (resource: Managed) => KubeObject | undefined;
  /** Resources, as "Kind namespace/name", that need this one to let go of what they hold. */
  readonly holders: (resource: Managed) => readonly string[];
  /** Metadata of the Secrets that it published, by its UID. */
  readonly published: (uid: string) => readonly KubeObject[];
  readonly onLeft: () => void;
}

/** Watches the resources of one kind. */
export function tellVanished(store: Pick<Store<Managed>, "onChange">, deps: VanishedDeps): void {
  store.onChange(({ type, old }) => {
    if (type !== "Deleted" || deps.releases.delete(old.metadata.uid) || !deps.leads()) return;
    const left = leftBy(old, {
      holders: deps.holders(old),
      secrets: deps.published(old.metadata.uid).map(({ metadata }) => keyOf(metadata)),
    });
    if (left) tell(old, left, deps);
  });
}

interface Left {
  /** For people, without a full stop. */
  readonly why: readonly string[];
  /** For the log. */
  readonly fields: object;
}

/** What is left of a resource that nobody has let go of; undefined where that is nothing. Pure. */
function leftBy(
  resource: Managed,
  { holders, secrets }: { holders: readonly string[]; secrets: readonly string[] },
): Left | undefined {
  const { externalId, operation, location } = resource.status;
  const why = [
    ...inCloud(resource as ExternalResource),
    ...inTarget(resource),
    ...(secrets.length > 0 ? [`Secrets that it published stay, with credentials in them: ${listed(secrets)}`] : []),
    ...(holders.length > 0
      ? [`Without it nothing in the cloud is deleted for ${listed(holders)}: create it again`]
      : []),
  ];
  if (why.length === 0) return undefined;
  return { why, fields: { externalId, nonce: operation?.nonce, location, secrets, holders } };
}

function inCloud(resource: ExternalResource): readonly string[] {
  if (leavesCloudAlone(resource)) return [];
  const { externalId, cloudName, operation } = resource.status;
  if (externalId === undefined) return [unknownOutcome(operation?.nonce)];
  const name = cloudName === undefined || cloudName === externalId ? "" : ` (${cloudName})`;
  const ways = `A resource with spec.externalId: "${externalId}" takes it over again; or delete it there`;
  return [`${externalId}${name} stays in the cloud. ${ways}`];
}

/** Of a kind that makes objects in a target, and keeps a list of them. */
function inTarget({ status }: Managed): readonly string[] {
  const { inventory = [], targetId } = status as { inventory?: readonly { ref: string }[]; targetId?: string };
  if (inventory.length === 0) return [];
  const refs = listed(inventory.map(({ ref }) => ref));
  return [
    `${inventory.length} objects stay in ${targetId}: ${refs}. A set of the same name that adopts takes them over again`,
  ];
}

function unknownOutcome(nonce: string | undefined): string {
  return `What create ${nonce} may have made stays in the cloud: look for it`;
}

function tell(resource: Managed, { why, fields }: Left, { log, events, accountOf, onLeft }: VanishedDeps): void {
  const { kind, metadata } = resource;
  const { namespace, name, uid } = metadata;
  onLeft();
  log.warn({ kind, namespace, name, uid, ...fields }, "Vanished without having been released; what it held stays");
  const note = [`${kind} ${keyOf(metadata)} was deleted without Yunfan, its finalizer taken off`, ...why].join(". ");
  for (const regarding of new Set([accountOf(resource) ?? resource, resource])) {
    events.event(regarding, { type: "Warning", reason: Reason.OrphanedByHand, action: "Delete", note });
  }
}
