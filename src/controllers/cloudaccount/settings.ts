// What a session is opened with, and what its requests count by, as the account declares it.
import { optionsOf, tenantOf } from "../../cloud/blocks.ts";
import type { AccountSettings } from "../../cloud/contract.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { keyOf } from "../../runtime/cache/store.ts";

/** By what requests count together before the account is verified: a cloud limits whoever comes to one address. */
export function budgetKeyOf({ spec }: CloudAccount): string {
  const endpoint = URL.parse(spec.endpoint ?? "")?.href.replace(/\/+$/, "") ?? "";
  return [spec.provider, endpoint, spec.region ?? "", tenantOf(spec.provider, spec)].join(" ");
}

export function settingsOf(account: CloudAccount): AccountSettings {
  const { spec } = account;
  const { endpoint, region } = spec;
  const providerOptions = optionsOf(spec.provider, spec);
  const requestBudget = spec.requestBudget ?? {};
  return { account: keyOf(account.metadata), endpoint, region, tls: spec.tls, requestBudget, providerOptions };
}
