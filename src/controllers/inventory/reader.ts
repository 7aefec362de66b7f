// A kind that asks an inventory, and holds nothing there: what an AlarmSource and an InventoryQuery declare and do alike.
import { CloudError } from "../../cloud/errors.ts";
import type { InventoryFacet } from "../../cloud/facets/inventory.ts";
import type { Kind } from "../../crds/kind.ts";
import type { AccountUser } from "../cloudaccount/accounts.ts";
import { accountOf } from "../cloudaccount/parent.ts";
import { controlled, type ControlledKind, type KindDeps } from "../controlled.ts";
import { refTo } from "../external/parent.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import type { Managed } from "../lifecycle/resource.ts";

/** One of what the facet is about, in messages. */
export const NOUN = "inventory";

/** `steps`: what a visit does. Its resources stand for nothing, so that there is nothing to finalize. */
export function inventoryReader<R extends Managed & AccountUser>(
  kind: Kind,
  steps: (deps: KindDeps<R>) => Pick<Steps<R>, "apply">,
): ControlledKind {
  return controlled<R>({
    kind,
    facet: "inventory",
    parentOf: (reader) => refTo("CloudAccount", accountOf(reader)),
    cloudName: undefined,
    needsParent: () => false,
    contentOf: undefined,
    publishes: false,
    holdsNothing: true,
    rules: [],
    steps(deps) {
      const reading = steps(deps);
      return { apply: (visit) => reading.apply(visit), finalize: () => Promise.resolve("Released") };
    },
  });
}

/**
 * Asks by the resource's account, which is verified anew where the inventory refuses its credentials; `location`: which inventory that is.
 * Throws what `ask` throws, and WaitingError AccountNotReady and the like.
 */
export async function askAs<R extends Managed & AccountUser, T>(
  { accounts, recheck }: Pick<KindDeps<R>, "accounts" | "recheck">,
  resource: R,
  ask: (facet: InventoryFacet, location: string) => Promise<T>,
): Promise<T> {
  const { facet, access } = accounts.use(resource, "inventory", NOUN);
  try {
    return await ask(facet, access.location);
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Unauthenticated") recheck(accountOf(resource));
    throw error;
  }
}
