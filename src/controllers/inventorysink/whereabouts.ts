// Whether the store that the account reaches now is the one that the records of a sink are in. Between two visits the account may come to
// reach another one, so that each request of the worker asks as well.
import { InventorySinkReason as Reason } from "../../crds/inventorysink/conditions.ts";
import type { InventorySink } from "../../crds/inventorysink/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Access } from "../cloudaccount/accounts.ts";
import { placeBy } from "../cloudaccount/parent.ts";
import { orphaning } from "../external/resource.ts";

/** `location`: where the records are; undefined where there are none yet. Throws TerminalError AccountMoved. */
export function assertHere(sink: InventorySink, location: string | undefined, access: Access): void {
  if (location === undefined || placeBy(access, "").isHere(location)) return;
  const message =
    `Its records are in ${location}, but the account reaches ${access.location} now. Point the account back, or make another CloudAccount and ` +
    `sink; to leave the records there, ${orphaning(sink)}`;
  throw new TerminalError({ reason: Reason.AccountMoved, message });
}
