// Every choice, with each of its values, as a client sees it; the dialects' choices, and the page that explains them.
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { ChoiceName } from "./dialect.ts";
import { CHOICES, DIALECT_NAMES, DIALECTS, parseChoices } from "./dialect.ts";
import { accessProbes, recordProbes } from "./test-probes-records.ts";
import { streamProbes } from "./test-probes-streams.ts";
import type { Probes } from "./test-probes.ts";
import { startTestBed } from "./test-support.ts";

const PROBES: Probes = { ...accessProbes, ...recordProbes, ...streamProbes };

const NAMES = Object.keys(CHOICES) as ChoiceName[];

const SETTINGS = NAMES.flatMap((name) => CHOICES[name].map((value) => [name, value] as const));

describe("the choice", () => {
  test.each(SETTINGS)("%s=%s is what a client sees", async (name, value) => {
    const { dialect = "Reference", look, sees } = PROBES[name];
    const { client } = await startTestBed({ dialect, choices: parseChoices([`${name}=${value}`]) });
    expect(await look(client)).toEqual((sees as Record<string, unknown>)[value]);
  });

  test.each(NAMES)("%s looks different with each value", (name) => {
    const seen = Object.values(PROBES[name].sees).map((sight) => JSON.stringify(sight) ?? "nothing");
    expect(new Set(seen).size).toBe(CHOICES[name].length);
  });
});

test.each(["nothing=1", "toString=1", "times", "times=plain", ""])("no choice is %j", (setting) => {
  expect(() => parseChoices([setting])).toThrow(/^there is no choice|is one of/);
});

test("docs/clouds/bcs.md has a row for each choice, with what each dialect takes", async () => {
  const page = await readFile(new URL("../../../../docs/clouds/bcs.md", import.meta.url), "utf8");
  const rows = page.split("\n").flatMap((line) => /^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|/.exec(line) ?? []);
  for (const name of NAMES) {
    const at = rows.indexOf(name);
    const documented = rows.slice(at + 1, at + 4).map((cell) => cell.trim());
    expect([name, ...documented]).toEqual([name, ...DIALECT_NAMES.map((dialect) => DIALECTS[dialect][name])]);
  }
});
