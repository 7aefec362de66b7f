// What every create of every facet is journaled with.

/** A create that was journaled: what a thing in the cloud must show to count as its result. */
export interface CreateAttempt {
  readonly nonce: string;
  /** When the journal was opened, by our clock. */
  readonly startedAtMs: number;
}
