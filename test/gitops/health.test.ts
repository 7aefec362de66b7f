// Our health checks on the engine of Argo CD, beside the real kstatus, on every state that a resource can be in.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { HEALTH_CHECK, judge, type Judgement } from "../support/environment/status-check.ts";
import { expectedHealth, expectedKstatus, type Recorded } from "../support/environment/status-rules.ts";

const ARGOCD = path.dirname(HEALTH_CHECK);

/** The program may have to be built. */
const TIMEOUT_MS = 600_000;

interface State {
  readonly metadata?: object;
  readonly observedGeneration?: number;
  /** Those that are True, and Ready as it is. */
  readonly ready?: "True" | "False" | "Unknown";
  readonly other?: "Reconciling" | "Stalled";
}

function resource({ metadata, observedGeneration = 2, ready, other }: State): Recorded {
  const conditions = [
    ...(ready ? [{ type: "Ready", status: ready, reason: "Because", message: "Do this" }] : []),
    ...(other ? [{ type: other, status: "True", reason: "Because", message: "Do this" }] : []),
  ];
  return {
    kind: "ManagedCluster",
    metadata: { name: "production", namespace: "fleet", generation: 2, ...metadata },
    status: { observedGeneration, ...(conditions.length > 0 && { conditions }) },
  };
}

async function judged(object: object, healthCheck?: string): Promise<Judgement> {
  const judgements = [];
  for await (const { judgement } of judge([JSON.stringify(object)], healthCheck)) judgements.push(judgement);
  expect(judgements).toHaveLength(1);
  return judgements[0]!;
}

const PAUSED = { annotations: { "yunfan.dev/paused": "true" } };
const RESUMED = { annotations: { "yunfan.dev/paused": "false" } };
const DELETING = { deletionTimestamp: "2026-01-01T00:00:00Z" };

/** docs/how-to/argocd.md shows the last lines: where the two differ. */
const CASES: readonly [string, State, string, string][] = [
  ["new", { observedGeneration: -1 }, "InProgress", "Progressing"],
  ["changed since it was Ready", { observedGeneration: 1, ready: "True" }, "InProgress", "Progressing"],
  [
    "changed since it was Stalled",
    { observedGeneration: 1, ready: "False", other: "Stalled" },
    "InProgress",
    "Progressing",
  ],
  ["on its way", { ready: "False", other: "Reconciling" }, "InProgress", "Progressing"],
  ["waiting for a person", { ready: "False", other: "Stalled" }, "Failed", "Degraded"],
  ["as declared", { ready: "True" }, "Current", "Healthy"],
  ["no longer paused", { metadata: RESUMED, ready: "True" }, "Current", "Healthy"],
  ["being deleted", { metadata: DELETING, ready: "False", other: "Reconciling" }, "Terminating", "Progressing"],
  ["held while being deleted", { metadata: DELETING, ready: "False", other: "Stalled" }, "Terminating", "Progressing"],
  ["paused", { metadata: PAUSED, ready: "True" }, "Current", "Suspended"],
  ["paused while it was Stalled", { metadata: PAUSED, ready: "False", other: "Stalled" }, "Failed", "Suspended"],
  ["paused before the first visit", { metadata: PAUSED, observedGeneration: -1 }, "InProgress", "Suspended"],
  ["paused while being deleted", { metadata: { ...PAUSED, ...DELETING }, ready: "True" }, "Terminating", "Progressing"],
];

describe("A resource that is", { timeout: TIMEOUT_MS }, () => {
  test.each(CASES)("%s", async (_, state, kstatus, health) => {
    const object = resource(state);
    expect(await judged({ apiVersion: "yunfan.dev/v1alpha1", ...object })).toMatchObject({ kstatus, health });
    expect({ kstatus: expectedKstatus(object), health: expectedHealth(object) }).toEqual({ kstatus, health });
  });
});

describe("The message", { timeout: TIMEOUT_MS }, () => {
  test("is that of Ready, with its reason", async () => {
    const { healthMessage } = await judged(resource({ ready: "False", other: "Reconciling" }));
    expect(healthMessage).toBe("Because: Do this");
  });

  test("of what is paused says how to go on", async () => {
    const { healthMessage } = await judged(resource({ metadata: PAUSED, ready: "True" }));
    expect(healthMessage).toBe("Paused: Remove the annotation yunfan.dev/paused to go on");
  });
});

describe("The checks find fault with", { timeout: TIMEOUT_MS }, () => {
  test("a status without conditions, which kstatus takes for done", async () => {
    const bare = resource({});
    expect(await judged(bare)).toMatchObject({ kstatus: "Current", health: "Progressing" });
    expect(expectedKstatus(bare)).toBe("InProgress");
  });

  test("a line that is no resource", async () => {
    expect((await judged({ status: [] })).error).toMatch(/Kind/);
  });
});

test("An Application is as healthy as it says itself", { timeout: TIMEOUT_MS }, async () => {
  const check = path.join(ARGOCD, "application-health.lua");
  const application = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name: "fleet" } };
  const healthy = { ...application, status: { health: { status: "Healthy" } } };
  const degraded = { ...application, status: { health: { status: "Degraded", message: "Stalled" } } };
  expect(await judged(application, check)).toMatchObject({ health: "Progressing" });
  expect(await judged(healthy, check)).toMatchObject({ health: "Healthy", healthMessage: "" });
  expect(await judged(degraded, check)).toMatchObject({ health: "Degraded", healthMessage: "Stalled" });
});

test("argocd-cm.yaml holds the checks where Argo CD looks for them", async () => {
  const read = (name: string): Promise<string> => readFile(path.join(ARGOCD, name), "utf8");
  const { data } = parse(await read("argocd-cm.yaml")) as { data: Record<string, string> };
  expect(parse(data["resource.customizations"]!)).toEqual({
    "yunfan.dev/*": { "health.lua": await read("health.lua") },
  });
  expect(data["resource.customizations.health.argoproj.io_Application"]).toBe(await read("application-health.lua"));
});
