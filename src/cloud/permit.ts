// Leave to change a cloud. Every method of a facet that changes something asks for one, and the engine's sender alone grants it
// (controllers/external/sender.ts; layering lets nobody else import `grantWrite`): no change goes around what the sender asks.

declare const granted: unique symbol;

/** For one change, which may take several requests. */
export interface WritePermit {
  readonly [granted]: true;
  /** Ends with the visit that was granted it. */
  readonly signal: AbortSignal;
}

export function grantWrite(signal: AbortSignal): WritePermit {
  return { signal } as WritePermit;
}
