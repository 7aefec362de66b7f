// What the block of a ManagedNamespace asks for beside its quota (1.12): the security policy, and who may enter.
import type { WritePermit } from "../collection.ts";
import type { Namespace } from "../facets/namespaces.ts";
import type { Upkeep } from "../facets/upkeep.ts";
import type { NamespaceFacts, NamespaceOptions } from "./blocks-namespace.ts";

type Setting =
  | { readonly operation: "SetSecurityPolicy"; readonly body: { readonly psp: string } }
  | { readonly operation: "SetUsers"; readonly body: { readonly user_ids: readonly { readonly id: string }[] } };

interface Wanted {
  /** Undefined: left as it is. */
  readonly psp: NamespaceOptions["psp"];
  /** Empty: everybody; undefined: left as they are. */
  readonly users: readonly string[] | undefined;
}

/** Each by a call of its own. Pure. */
export function settingsOf(
  { told }: Namespace,
  { psp, users }: Wanted,
  set: (setting: Setting, permit: WritePermit) => Promise<void>,
): readonly Upkeep[] {
  const there: NamespaceFacts = told;
  const steps: Upkeep[] = [];
  if (psp !== undefined && psp !== there.psp) {
    steps.push({
      field: "spec.easystack.psp",
      before: there.psp,
      after: psp,
      send: (permit) => set({ operation: "SetSecurityPolicy", body: { psp } }, permit),
    });
  }
  if (users !== undefined && !isSameSet(users, there.users)) {
    steps.push({
      field: users.length === 0 ? "spec.easystack.access" : "spec.easystack.users",
      before: there.users,
      after: users,
      send: (permit) => set({ operation: "SetUsers", body: { user_ids: users.map((id) => ({ id })) } }, permit),
    });
  }
  return steps;
}

/** As the cloud takes them: an empty list opens the namespace to everybody. `own`: the account's user. */
export function usersFor({ access, users = [] }: NamespaceOptions, own: string | undefined): readonly string[] {
  if (access !== "ListedUsers") return [];
  return [...new Set([...users, ...(own === undefined ? [] : [own])])].toSorted();
}

/** What was not told is no set. */
function isSameSet(wanted: readonly string[], there: readonly string[] | undefined): boolean {
  return there !== undefined && new Set(wanted).symmetricDifference(new Set(there)).size === 0;
}
