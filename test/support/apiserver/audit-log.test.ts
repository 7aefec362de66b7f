// Comparing what RBAC manifests grant with what an audit log shows.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { grantsIn, unused, usesBy } from "./audit-log.ts";

const MANIFEST = `
kind: ClusterRole
rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get, list]}
  - {apiGroups: [example.com], resources: [things/status], verbs: [patch]}
  - {apiGroups: [example.com], resources: [types], resourceNames: [one, two], verbs: [get, patch]}
---
kind: Namespace
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "yunfan-audit-"));
  await writeFile(path.join(folder, "manifest.yaml"), MANIFEST);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function event(verb: string, objectRef: object, { username = "me", decision = "allow" } = {}): string {
  const annotations = { "authorization.k8s.io/decision": decision };
  return JSON.stringify({ verb, requestURI: "/uri", user: { username }, objectRef, annotations });
}

async function usesIn(...events: string[]): ReturnType<typeof usesBy> {
  const logs = await mkdtemp(path.join(folder, "logs-"));
  await writeFile(path.join(logs, "audit.log"), `${events.join("\n")}\n`);
  return usesBy("me", logs, new Set(["example.com/types"]));
}

test("A right counts as used only with its verb, resource, subresource and name, and by that user", async () => {
  const uses = await usesIn(
    event("get", { resource: "secrets", name: "a" }),
    event("get", { resource: "secrets", name: "b" }),
    event("list", { resource: "secrets" }, { username: "me too" }),
    event("patch", { apiGroup: "example.com", resource: "things", name: "a" }),
    event("get", { apiGroup: "example.com", resource: "types", name: "one" }),
    event("patch", { apiGroup: "example.com", resource: "types", name: "three" }),
  );
  expect(unused(await grantsIn(path.join(folder, "manifest.yaml")), uses)).toEqual([
    "any verb on example.com/types two",
    "list /secrets",
    "patch example.com/things/status",
    "patch example.com/types",
  ]);
  expect(uses.filter(({ resource }) => resource === "/secrets")).toHaveLength(1);
});

test("A refused request is told from an allowed one of the same kind", async () => {
  const refused = event("get", { resource: "secrets" }, { decision: "forbid" });
  const uses = await usesIn(event("get", { resource: "secrets" }), refused);
  expect(uses.map(({ allowed }) => allowed)).toEqual([true, false]);
});
