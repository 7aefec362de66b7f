// docs/clouds/bcs-calls.md: every call of the API document of bcs-storage with the cases of the conformance suite that show it. A case
// names the calls that it covers at the end of its title; each runs in every dialect of the simulator.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { CALLS } from "../src/cloud/bcs/simulator/calls.ts";
import { DIALECT_NAMES } from "../src/cloud/bcs/simulator/dialect.ts";

const SUITE = "test/conformance/inventory.test.ts";
const CASES = ["records", "queries", "streams"].map((part) => `test/conformance/inventory-${part}.ts`);

/** The file's text. Throws where a call has no case. */
export async function renderBcsCalls(root: string): Promise<string> {
  const texts = await Promise.all(CASES.map((file) => readFile(path.join(root, file), "utf8")));
  const cases = texts.flatMap(casesIn);
  const rows = Object.entries(CALLS).map(([name, { method, path: template }], index) => {
    const number = index + 1;
    const shown = cases.filter(({ calls }) => calls.includes(number)).map(({ title }) => title);
    if (shown.length === 0) throw new Error(`No case shows call ${number}, ${name}`);
    return `| ${number} | ${method} \`${template}\` | ${shown.join("; ")} | ${DIALECT_NAMES.join(", ")} |`;
  });
  return [
    "# The 45 calls of bcs-storage, and what shows them",
    "",
    `Generated from [the conformance suite](../../${SUITE}) by \`npm run generate\`. Paths are below the store's prefix; \`:env\` is \`k8s\` or`,
    "`mesos`. What the dialects are: [TencentBCS](bcs.md).",
    "",
    "| call | request | cases | dialects |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function casesIn(text: string): readonly { title: string; calls: readonly number[] }[] {
  return [...text.matchAll(/title:\s+"([^"]+) \((calls? [\d, ]+)\)"/g)].map(([, title = "", calls = ""]) => ({
    title,
    calls: numbersIn(calls),
  }));
}

function numbersIn(text: string): readonly number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
