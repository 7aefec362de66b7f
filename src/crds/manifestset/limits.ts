// How much a ManifestSet takes and its status shows at most.

/** Objects of all sources together. */
export const MOST_OBJECTS = 1_000;
export const MOST_NOT_READY = 32;
export const MOST_WORKLOADS = 50;
export const MOST_WARNINGS = 10;
/** Of what may outlive its objects. */
export const MOST_RESIDUE = 256;
/** Of one object, in characters. */
export const LONGEST_MESSAGE = 1_024;
