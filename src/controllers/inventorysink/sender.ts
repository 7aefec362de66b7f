// The one way out to a store: every request of a sink that changes something there goes through here, and asks for the right to write
// before it does. What is reported has no visit of a resource behind it, so that the engine's sender (controllers/external/sender.ts)
// can't serve: docs/decisions/0016-inventory.md.
import { withRequester } from "../../cloud/budget/budget.ts";
import type { WritePermit } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { InventoryFacet } from "../../cloud/facets/inventory.ts";
import { grantWrite } from "../../cloud/permit.ts";
import { assertOpen, FencedError, type Fence } from "../../lib/fence.ts";

/** What is written, as metrics tell it. */
export type WriteClass = "records" | "events" | "alarms" | "metrics" | "watch";

export interface StoreDeps {
  /** "InventorySink/namespace/name": in whose name requests queue for the account's budget. */
  readonly requester: string;
  readonly fence: Fence;
  /** The store as the sink may use it at this moment; throws WaitingError AccountNotReady and the like. */
  readonly facet: () => InventoryFacet;
  /** Told of each write. */
  readonly onWrite: (write: WriteClass, result: "Success" | CloudError["kind"]) => void;
}

export class Store {
  readonly #deps: StoreDeps;

  constructor(deps: StoreDeps) {
    this.#deps = deps;
  }

  /** Asks something of the store, in the sink's name. Throws what `request` throws. */
  async read<T>(request: (facet: InventoryFacet) => Promise<T>): Promise<T> {
    const { requester, facet } = this.#deps;
    return withRequester({ key: requester }, () => request(facet()));
  }

  /** Sends one change. Throws FencedError where this process may not write any more, and what `request` throws. */
  async write<T>(
    write: WriteClass,
    signal: AbortSignal,
    request: (facet: InventoryFacet, permit: WritePermit) => Promise<T>,
  ): Promise<T> {
    const { requester, fence, facet, onWrite } = this.#deps;
    assertOpen(fence);
    signal.throwIfAborted();
    try {
      const answer = await withRequester({ key: requester }, () => request(facet(), grantWrite(signal)));
      onWrite(write, "Success");
      return answer;
    } catch (error) {
      if (error instanceof CloudError) onWrite(write, error.kind);
      else if (!(error instanceof FencedError) && !signal.aborted) onWrite(write, "Unavailable");
      throw error;
    }
  }
}
