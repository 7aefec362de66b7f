// What every record of the simulated CCE has.
import type { Identified } from "../../simulation/store.ts";

/** Times are ISO 8601; each wire format shows them in its own way. */
export interface Entity extends Identified {
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
