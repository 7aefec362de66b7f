// Leave to change a cloud. The engine's sender grants it (controllers/external/sender.ts) and that of inventories
// (controllers/inventorysink/sender.ts); layering lets nobody else of the product import this file, so that no change goes around what they
// ask.
import type { WritePermit } from "./collection.ts";

export function grantWrite(signal: AbortSignal): WritePermit {
  return { signal } as WritePermit;
}
