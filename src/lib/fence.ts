// The right to write. A leader holds it until its lease's local deadline; without election it is always held.
// Every transport, to Kubernetes and to the clouds, asks it at the moment a write goes out.

export interface Fence {
  /** Milliseconds of monotonic time for which writes may still start and must end; 0 or less: none; Infinity: no election. */
  remainingMs(): number;
}

/** For `--no-leader-elect`, tests and tools: writes are always allowed. */
export const openFence: Fence = { remainingMs: () => Number.POSITIVE_INFINITY };

/** A write was refused because this process may not write any more. It never reached the wire. */
export class FencedError extends Error {
  constructor() {
    super("The lease has expired: this process no longer writes");
    this.name = "FencedError";
  }
}

/** Throws FencedError when no write may start now. */
export function assertOpen(fence: Fence): void {
  if (fence.remainingMs() <= 0) throw new FencedError();
}
