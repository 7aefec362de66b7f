// What has to hold before a cluster is created, and the POST that creates it.
import { optionsOf } from "../../cloud/blocks.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { assertPossible } from "../cloudaccount/accounts.ts";
import type { Send } from "../external/kind.ts";
import type { Observer } from "../external/observe.ts";
import type { ClusterScope } from "./scope.ts";

const NO_NETWORK = { vpcId: undefined, subnetId: undefined, podCidr: undefined, serviceCidr: undefined };
const DOUBT_POLL_MS = 5_000;

/** A refusal that the quota foretells costs no write and says what to do. Throws as assertQuota does. */
export async function prepareCluster(scope: ClusterScope, observer: Observer): Promise<Send> {
  const { visit, facet, place, name } = scope;
  const { spec } = visit.object;
  const { version, description = "", network } = spec;
  const options = optionsOf(place.account.spec.provider, spec);
  const request = { name, version, description, network: { ...NO_NETWORK, ...network }, options };
  assertPossible(facet.check?.(request));
  await assertQuota(scope, observer);
  return (nonce, permit) => facet.create({ ...request, nonce }, permit);
}

/**
 * Throws TerminalError QuotaExceeded where there is no room, and WaitingError ObservationNotTrusted where the cloud counts more
 * clusters than it lists: what it does not show may be the very one that is about to be created.
 */
async function assertQuota(scope: ClusterScope, observer: Observer): Promise<void> {
  const { visit, facet } = scope;
  const quota = await facet.quota?.(visit.signal);
  if (!quota) return;
  const { limit, used } = quota;
  const type = "QuotaAvailable";
  if (used >= limit) {
    const message = `${used} of ${limit} clusters are in use. Raise the quota in the cloud, or delete a cluster`;
    visit.state({ type, status: "False", reason: Reason.QuotaExceeded, message });
    throw new TerminalError({ reason: Reason.QuotaExceeded, message });
  }
  const listed = await countListed(scope, observer, used);
  if (used > listed) {
    const message = `The cloud counts ${used} clusters and lists ${listed}. Nothing is created until the two agree; looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS });
  }
  visit.state({ type, status: "True", reason: Reason.QuotaAvailable, message: "There was room when it was created" });
}

/** A list from before the count lacks what was made in between, such as by another resource: then a newer one counts. */
async function countListed(scope: ClusterScope, observer: Observer, atLeast: number): Promise<number> {
  const listed = (await scope.lists.observe(Number.NEGATIVE_INFINITY, scope.visit.signal)).byId.size;
  return listed < atLeast ? (await observer.afterWrite(scope)).byId.size : listed;
}
