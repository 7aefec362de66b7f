// After all other tests: the rights in manifests/rbac.yaml are what the operator needed, no more and no less.
import path from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { type Grant, grantsIn, unused, type Use, usesBy } from "../support/apiserver/audit-log.ts";
import { ranSoFar } from "../support/vitest/run-record.ts";
import { isPart, unlessWhole } from "./whole.ts";

/** Tests that are to be refused come as somebody else. */
const OPERATOR = "system:serviceaccount:yunfan-system:yunfan";

/** For a log of many requests on a busy machine. */
const TIMEOUT_MS = 120_000;

/** Each with why no run can be made to use it. */
const RARE: Readonly<Record<string, string>> = {
  "get yunfan.dev/inventoryqueries": "read live where a status meets a conflict, which few of its writes do",
  "list /events": "where an API server streams no lists; the pinned one does",
};

let grants: readonly Grant[];
let uses: readonly Use[];

beforeAll(async () => {
  grants = await grantsIn(path.resolve("manifests/rbac.yaml"));
  const named = new Set(grants.filter(({ names }) => names !== undefined).map(({ resource }) => resource));
  uses = await usesBy(OPERATOR, inject("run").auditLogs, named);
}, TIMEOUT_MS);

test.skipIf(isPart)(`Every file of the suite ran${unlessWhole}`, async () => {
  const run = inject("run");
  const ran = await ranSoFar(run);
  expect(run.suite.length).toBeGreaterThan(0);
  expect(run.suite.filter((file) => !ran.has(file))).toEqual([]);
});

test.skipIf(isPart)(`Every right that the operator has was used${unlessWhole}`, () => {
  expect(uses.length).toBeGreaterThan(0);
  expect(unused(grants, uses).filter((right) => !(right in RARE))).toEqual([]);
});

test("No request of the operator was refused for want of a right", () => {
  expect(uses.filter(({ allowed }) => !allowed).map(({ example }) => example)).toEqual([]);
});
