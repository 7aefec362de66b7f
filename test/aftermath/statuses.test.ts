// After all other tests: every status that a stand ever saw, judged by the real kstatus and by our health check on Argo CD's engine.
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, expect, inject, test } from "vitest";
import { controlledKinds } from "../../src/controllers/kinds.ts";
import { flawsOf } from "../support/environment/invariants.ts";
import { judge, type Judgement } from "../support/environment/status-check.ts";
import { expectedHealth, expectedKstatus } from "../support/environment/status-rules.ts";
import type { Resource } from "../support/environment/status-watch.ts";
import { isPart, unlessWhole } from "./whole.ts";

/** The program may have to be built. */
const TIMEOUT_MS = 600_000;

/** How many faults of a kind are shown. */
const SHOWN = 10;

/** What was wrong, and with which version. */
const faults = { engines: [] as string[], kstatus: [] as string[], health: [] as string[], conditions: [] as string[] };
/** How often each judgement was passed. */
const seen = new Map<string, number>();

beforeAll(async () => {
  for await (const { line, judgement } of judge(recorded())) take(JSON.parse(line) as Resource, judgement);
}, TIMEOUT_MS);

async function* recorded(): AsyncGenerator<string> {
  const { statuses } = inject("run");
  for (const file of await readdir(statuses)) {
    yield* createInterface({ input: createReadStream(path.join(statuses, file)) });
  }
}

function take(resource: Resource, { kstatus, health, error }: Judgement): void {
  const { kind, metadata, status } = resource;
  const version = `${kind} ${metadata.namespace}/${metadata.name} ${JSON.stringify({ metadata, status })}`;
  for (const verdict of [`${kind} ${kstatus}`, health]) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  if (error !== undefined) return void faults.engines.push(`${error}: ${version}`);
  const expected = { kstatus: expectedKstatus(resource), health: expectedHealth(resource) };
  if (kstatus !== expected.kstatus) faults.kstatus.push(`${kstatus} instead of ${expected.kstatus}: ${version}`);
  if (health !== expected.health) faults.health.push(`${health} instead of ${expected.health}: ${version}`);
  faults.conditions.push(...flawsOf(resource).map((what) => `${what}: ${version}`));
}

test("kstatus and the health check take every version", () => {
  expect(faults.engines.slice(0, SHOWN)).toEqual([]);
});

test("kstatus says of every version what its conditions say", () => {
  expect(faults.kstatus.slice(0, SHOWN)).toEqual([]);
});

test("The health check agrees with kstatus on every version, but for what is paused or being deleted", () => {
  expect(faults.health.slice(0, SHOWN)).toEqual([]);
});

test("Ready, Reconciling and Stalled keep the rules of kstatus in every version", () => {
  expect(faults.conditions.slice(0, SHOWN)).toEqual([]);
});

test.skipIf(isPart)(`Every kind was seen in every state, and something was paused${unlessWhole}`, () => {
  const wanted = [
    ...controlledKinds.flatMap(({ kind: { type }, holdsNothing = false }) => {
      const states = ["Current", "Failed", "InProgress", ...(holdsNothing ? [] : ["Terminating"])];
      return states.map((state) => `${type.kind} ${state}`);
    }),
    "Suspended",
  ];
  expect(wanted.filter((verdict) => !seen.has(verdict))).toEqual([]);
});
