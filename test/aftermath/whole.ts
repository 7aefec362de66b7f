// Whether the suite ran as a whole. What needs all of it is skipped after a part of it, and its title then says why.
import { inject } from "vitest";

const { narrowedBy } = inject("run");

/** For `test.skipIf`. */
export const isPart = narrowedBy !== null;

/** The end of such a test's title. */
export const unlessWhole = isPart ? ` [skipped: needs the whole suite, and ${narrowedBy} narrowed the run]` : "";
