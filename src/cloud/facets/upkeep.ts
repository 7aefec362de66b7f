// Changes that a cloud works out of its own block of a spec.
import type { WritePermit } from "../collection.ts";

/** One request by which an item, or what it holds, is made as the provider's block of its spec has it. */
export interface Upkeep {
  /** Of the spec; the values are shown to people. */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  /** One write; what it rests on is read again before it where it may have changed, and nothing is sent then. */
  readonly send: (permit: WritePermit) => Promise<void>;
}
