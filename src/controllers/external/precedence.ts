// One resource owns a name in a place of a cloud, and one an id: the oldest claims it (docs/protocol.md#one-owner).
import { Reason } from "../../crds/common/conditions.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { holdsSomething, type ExternalResource } from "./resource.ts";

/** What a resource lays claim to, for the cache's index; of no meaning beyond one place. */
export function claimsOf(resource: ExternalResource, name: string): readonly string[] {
  if (resource.spec.managementPolicy === "Observe") return [];
  const ids = new Set([resource.spec.externalId, resource.status.externalId]);
  ids.delete(undefined);
  // Who adopts by id creates nothing, and so needs no name.
  const names = resource.spec.externalId === undefined ? [`name/${name}`] : [];
  return [...names, ...[...ids].map(idClaim)];
}

interface PrecedenceDeps<R extends ExternalResource> {
  /** Resources of the kind, by their claims. */
  readonly claimants: (claim: string) => readonly R[];
  readonly isAt: (other: R, place: string) => boolean;
  /** "namespace/name" of the account behind it. */
  readonly accountOf: (resource: R) => string;
  /** Whether the account serves its namespace. Who may no longer use it claims nothing there, unless it holds something. */
  readonly mayUse: (other: R) => boolean;
  /** What two resources would share, in the message. */
  readonly noun: string;
}

/** Who of the resources of one kind goes first. */
export class Precedence<R extends ExternalResource> {
  readonly #deps: PrecedenceDeps<R>;

  constructor(deps: PrecedenceDeps<R>) {
    this.#deps = deps;
  }

  /**
   * Throws TerminalError NameConflict where another resource with a claim to the same name or id goes first. `namesAreOfAccount`: as
   * Collection has it.
   */
  assert(resource: R, at: { name: string; place: string; namesAreOfAccount?: boolean | undefined }): void {
    const claims = claimsOf(resource, at.name);
    const [names, ids] = [claims.filter(isName), claims.filter((claim) => !isName(claim))];
    const account = at.namesAreOfAccount ? this.#deps.accountOf(resource) : undefined;
    const owner = this.#ownerBefore(resource, ids, at) ?? this.#ownerBefore(resource, names, { ...at, account });
    if (!owner) return;
    const { noun } = this.#deps;
    // What lies in another namespace is not named to whoever may have no part in it.
    const isNear = owner.metadata.namespace === resource.metadata.namespace;
    const who = isNear ? `${resource.kind} ${keyOf(owner.metadata)}` : `A ${resource.kind} in another namespace`;
    const message =
      `${who} claims the same ${noun} and came first. Delete one of the two; deleting this one leaves the ${noun} alone. ` +
      `When the other one is gone, this one makes or adopts a ${noun} of its own`;
    throw new TerminalError({ reason: Reason.NameConflict, message });
  }

  /** Whether another resource with a claim to this id goes first: the thing is its to delete. */
  isAnothers(resource: R, id: string, place: string): boolean {
    return this.#ownerBefore(resource, [idClaim(id)], { place }) !== undefined;
  }

  #ownerBefore(resource: R, claims: readonly string[], at: Ring): R | undefined {
    const contenders = claims.flatMap((claim) => this.#deps.claimants(claim));
    return ownerBefore(
      resource,
      contenders.filter((other) => this.#competes(other, at)),
    );
  }

  #competes(other: R, { place, account }: Ring): boolean {
    const { isAt, mayUse, accountOf } = this.#deps;
    const isNear = isAt(other, place) && (account === undefined || account === accountOf(other));
    return isNear && (holdsSomething(other) || mayUse(other));
  }
}

/** Where those compete that claim the same. */
interface Ring {
  readonly place: string;
  /** "namespace/name"; undefined: of whatever account. */
  readonly account?: string | undefined;
}

function isName(claim: string): boolean {
  return claim.startsWith("name/");
}

function idClaim(id: string | undefined): string {
  return `id/${id}`;
}

/**
 * The contender that goes first, if it is not `resource` itself. Who holds something in the cloud goes before who does not:
 * a cache that shows a namesake late must not hand its name over. Then age counts, then the UID.
 */
export function ownerBefore<R extends ExternalResource>(resource: R, contenders: readonly R[]): R | undefined {
  const others = contenders.filter(({ metadata }) => metadata.uid !== resource.metadata.uid);
  const preceding = others.filter((other) => comparePrecedence(other, resource) < 0);
  return preceding.sort(comparePrecedence)[0];
}

function comparePrecedence(left: ExternalResource, right: ExternalResource): number {
  const holding = Number(holdsSomething(right)) - Number(holdsSomething(left));
  if (holding !== 0) return holding;
  const age = Date.parse(left.metadata.creationTimestamp) - Date.parse(right.metadata.creationTimestamp);
  return age !== 0
    ? age
    : Number(left.metadata.uid > right.metadata.uid) - Number(left.metadata.uid < right.metadata.uid);
}
