// The account as the parent of what works with it directly.
import { optionsOf } from "../../cloud/blocks.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { refTo, type Parent, type Place } from "../external/parent.ts";
import { heldAt } from "../external/resource.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { accountKey, allowsNamespace, type Access, type AccountDirectory, type AccountUser } from "./accounts.ts";
import { isOfSameProject, isSameLocation, placeOf } from "./location.ts";

export interface AccountPlace extends Place {
  readonly account: CloudAccount;
}

/** "namespace/name" of the account that the resource works with. */
export function accountOf({ spec, metadata }: AccountUser): string {
  return accountKey(spec.accountRef, metadata.namespace);
}

/** The place of an account, or of something below it. */
export function placeBy(access: Access, key: string): AccountPlace {
  return {
    ...access,
    key,
    optionsOf: (spec) => optionsOf(access.account.spec.provider, spec),
    isHere: (location) => location === access.location || isSameLocation(access.account, location, access.location),
    isOfSameProject: (location) => isOfSameProject(location, access.location),
  };
}

export function accountParent<R extends AccountUser & Pick<Managed, "status">>(
  accounts: AccountDirectory,
): Parent<R, AccountPlace> {
  const find = (resource: R): CloudAccount | undefined => accounts.account(accountOf(resource));
  return {
    refOf: (resource) => refTo("CloudAccount", accountOf(resource)),
    accountOf,
    enter: (resource, facet, noun) => {
      const { access, facet: offered } = accounts.use(resource, facet, noun);
      return { place: placeBy(access, placeOf(access.location)), facet: offered };
    },
    placeOf: (resource) => {
      const account = find(resource);
      return account && accounts.placeOf(account, heldAt(resource));
    },
    mayUse: (resource) => {
      const account = find(resource);
      return account !== undefined && allowsNamespace(account, resource.metadata.namespace);
    },
    // What another account's user may see, this one's list need not show.
    siblingsAt: ({ account }) => [refTo("CloudAccount", `${account.metadata.namespace}/${account.metadata.name}`)],
    within: (_place, _signal, work) => work(),
    isGone: () => Promise.resolve(false),
  };
}
