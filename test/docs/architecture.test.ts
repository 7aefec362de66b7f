// What docs/architecture.md promises a newcomer: two steps lead from the reason of a condition to the code that said it.
import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { readVocabulary } from "../../scripts/reasons.ts";
import { brokenPromises, ROOT, runSteps, stepsOf } from "./shell.ts";

const SECTION = "From kubectl describe to the code";

it("The two steps show what the page says they show", async () => {
  const steps = (await stepsOf("docs/architecture.md")).filter(({ section }) => section === SECTION);
  expect(steps).toHaveLength(2);
  const shown = await runSteps(steps, { cwd: ROOT, env: process.env });
  expect(shown.every(({ promised }) => promised !== "")).toBe(true);
  expect(shown.flatMap(brokenPromises)).toEqual([]);
});

it("Every reason that a condition may have is found by the first step", async () => {
  const { common, kinds } = await readVocabulary(ROOT);
  const reasons = new Set([...common, ...kinds.flatMap(({ reasons: own }) => own)]);
  const files = await Array.fromAsync(glob("src/{controllers,runtime,cli}/**/*.ts", { cwd: ROOT }));
  const texts = await Promise.all(
    files.filter((file) => !file.endsWith(".test.ts")).map((file) => readFile(path.join(ROOT, file), "utf8")),
  );
  const stated = new Set(texts.flatMap((text) => [...text.matchAll(/\bReason\.(\w+)/g)].map(([, reason]) => reason)));
  expect(reasons.size).toBeGreaterThan(50);
  expect([...reasons].filter((reason) => !stated.has(reason))).toEqual([]);
});
