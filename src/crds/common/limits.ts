// What the statuses of all kinds take at most, in characters.

/** Of a condition. */
export const LONGEST_MESSAGE = 32_768;

/** What clouds say in words, by member: what is longer is cut before it is written. */
export const LONGEST_WORDS = { cloudPhase: 253, version: 253, podCidr: 253, progress: 1024 } as const;
