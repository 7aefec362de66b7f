// The account as the parent of what works with it directly.
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { refTo, type Parent, type Place } from "../external/parent.ts";
import { accountKey, allowsNamespace, placeOf, type AccountDirectory, type AccountUser } from "./accounts.ts";

export interface AccountPlace extends Place {
  readonly account: CloudAccount;
}

/** "namespace/name" of the account that the resource works with. */
export function accountOf({ spec, metadata }: AccountUser): string {
  return accountKey(spec.accountRef, metadata.namespace);
}

export function accountParent<R extends AccountUser>(accounts: AccountDirectory): Parent<R, AccountPlace> {
  const find = (resource: R): CloudAccount | undefined => accounts.account(accountOf(resource));
  return {
    refOf: (resource) => refTo("CloudAccount", accountOf(resource)),
    accountOf,
    enter: (resource, facet, noun) => {
      const { access, facet: offered } = accounts.use(resource, facet, noun);
      return { place: { ...access, key: placeOf(access.account) }, facet: offered };
    },
    placeOf: (resource) => {
      const account = find(resource);
      return account && placeOf(account);
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
