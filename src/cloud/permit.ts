// Leave to change a cloud. The engine's sender alone grants it (controllers/external/sender.ts); layering lets nobody else of the
// product import this file, so that no change goes around what the sender asks.
import type { WritePermit } from "./collection.ts";

export function grantWrite(signal: AbortSignal): WritePermit {
  return { signal } as WritePermit;
}
