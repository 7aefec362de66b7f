// vitest setupFile of the suite: notes that a file ran, for test/aftermath.
import { appendFileSync } from "node:fs";
import { beforeAll, expect, inject } from "vitest";

beforeAll(() => {
  appendFileSync(inject("run").marks, `${expect.getState().testPath}\n`);
});
