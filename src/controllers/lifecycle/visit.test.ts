// What a visit persists, against the real API server: finalizer, conditions, journal, pause.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCreate } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { goLive, PROJECTS, unaborted, type Live } from "../../../test/support/apiserver/live-projects.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { WaitingError } from "../../lib/errors.ts";
import { createLogger } from "../../lib/log.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import { ANNOTATIONS, FINALIZER } from "./resource.ts";
import { ChangedError } from "./passing.ts";
import { Visit } from "./visit.ts";

const READY: Verdict = { state: "Ready", reason: "Available", message: "As declared" };
const CREATING: Verdict = { state: "Reconciling", reason: "Creating", message: "Creating the project" };
const log = createLogger({ level: "silent" });

let live: Live;

beforeAll(async () => {
  live = await goLive("visit");
});

afterAll(async () => {
  await live[Symbol.asyncDispose]();
});

/** A visit to the object as it was read, and what the cache was told of. */
function visitTo(object: RegistryProject, clock = new FakeClock()) {
  const absorbed: RegistryProject[] = [];
  const { client } = live;
  const absorb = (answer: RegistryProject) => void absorbed.push(answer);
  const deps = {
    client,
    type: PROJECTS,
    clock,
    onNamespaceDeletion: "Hold" as const,
    absorb,
    forget: () => undefined,
    beside: () => [],
    releases: new Set<string>(),
  };
  return { absorbed, clock, visit: new Visit(deps, { object, signal: unaborted, log }) };
}

const operationOf = (object: RegistryProject) => openCreate({ nonce: `${object.metadata.uid}-1` });

describe("holdFinalizer", () => {
  it("R16: has persisted the finalizer when it returns, and sees the object as it is now", async () => {
    const object = await live.create();
    const { visit, absorbed } = visitTo(object);
    await visit.holdFinalizer();
    const stored = await live.read(object);
    expect(stored.metadata.finalizers).toEqual([FINALIZER]);
    expect(visit.object).toEqual(stored);
    expect(absorbed).toEqual([stored]);
  });

  it("R16: rejects when the object changed since it was read, and holds nothing", async () => {
    const object = await live.create();
    await live.change(object, { spec: { visibility: "Public" } });
    await expect(visitTo(object).visit.holdFinalizer()).rejects.toBeInstanceOf(ChangedError);
    expect((await live.read(object)).metadata.finalizers).toBeUndefined();
  });
});

describe("conclude", () => {
  it("cuts the words of a cloud that has no end of them, so that the id beside them is not lost", async () => {
    const { visit } = visitTo(await live.create());
    visit.status.externalId = "7";
    visit.status.operation = { ...operationOf(visit.object), progress: "云帆🚢".repeat(1000) };
    await visit.conclude({ state: "Reconciling", reason: "Creating", message: "云帆🚢".repeat(20_000) });
    const { externalId, operation, conditions } = (await live.read(visit.object)).status;
    expect(externalId).toBe("7");
    expect(operation?.progress).toMatch(/^(?:云帆🚢)+…$/u);
    expect(conditions?.[0]?.message).toMatch(/^(?:云帆🚢)+云?…$/u);
    expect(await live.requestsOf(() => visit.conclude(READY))).toHaveLength(1);
  });

  it("writes draft, conditions, phase and what it has observed in one request", async () => {
    const object = await live.create({ metadata: { annotations: { [ANNOTATIONS.reconcileAt]: "monday" } } });
    const { visit, absorbed } = visitTo(object);
    visit.status.externalId = "7";
    visit.state({ type: "UpToDate", status: "True", reason: "InSync", message: "As declared" });
    const requests = await live.requestsOf(() => visit.conclude(READY));
    const stored = await live.read(object);
    expect(requests).toEqual([`PATCH ${object.metadata.name}/status`]);
    const at = { observedGeneration: 1, lastTransitionTime: "2026-01-01T00:00:00Z" };
    expect(stored.status).toEqual({
      observedGeneration: 1,
      externalId: "7",
      phase: "Ready",
      lastHandledReconcileAt: "monday",
      conditions: [
        { type: "Ready", status: "True", reason: "Available", message: "As declared", ...at },
        { type: "UpToDate", status: "True", reason: "InSync", message: "As declared", ...at },
      ],
    });
    expect(visit.object).toEqual(stored);
    expect(absorbed).toEqual([stored]);
  });

  it("R17: is no request when a later visit comes to the same", async () => {
    const object = await live.create();
    const { visit, clock } = visitTo(object);
    await visit.conclude(READY);
    await clock.advance(60_000);
    const later = visitTo(await live.read(object), clock);
    expect(await live.requestsOf(() => later.visit.conclude(READY))).toEqual([]);
    expect(later.absorbed).toEqual([]);
  });

  it("keeps the time of transition of what did not change and drops what a good end does not state any more", async () => {
    const object = await live.create();
    const { visit, clock } = visitTo(object);
    visit.state({ type: "UpToDate", status: "True", reason: "InSync", message: "As declared" });
    await visit.conclude(CREATING);
    await clock.advance(60_000);
    await visitTo(await live.read(object), clock).visit.conclude({ ...CREATING, reason: "Throttled" });
    const { conditions } = (await live.read(object)).status;
    expect(conditions?.map(({ type }) => type)).toEqual(["Ready", "Reconciling", "UpToDate"]);
    expect(conditions).toMatchObject([{ reason: "Throttled", lastTransitionTime: "2026-01-01T00:00:00Z" }, {}, {}]);
    await visitTo(await live.read(object), clock).visit.conclude(READY);
    expect((await live.read(object)).status.conditions?.map(({ type }) => type)).toEqual(["Ready"]);
  });

  it("says Deleting as the phase of what is being deleted", async () => {
    const object = await live.create({ metadata: { finalizers: [FINALIZER] } });
    await live.others.delete(PROJECTS, object.metadata);
    await visitTo(await live.read(object)).visit.conclude({ ...CREATING, reason: "Deleting" });
    expect((await live.read(object)).status.phase).toBe("Deleting");
  });
});

/** As a resource is when its journal is opened. */
const HELD = { metadata: { finalizers: [FINALIZER] } };

describe("journal", () => {
  it("has persisted the operation when it returns, and has not observed the generation yet", async () => {
    const object = await live.create(HELD);
    const { visit, absorbed } = visitTo(object);
    const operation = operationOf(object);
    await visit.journal(operation, CREATING);
    const stored = await live.read(object);
    expect(stored.status).toMatchObject({ operation, observedGeneration: -1, phase: "Reconciling" });
    expect(stored.status.conditions).toMatchObject([{ type: "Ready", status: "False", reason: "Creating" }, {}]);
    expect(visit.object).toEqual(stored);
    expect(absorbed).toEqual([stored]);
  });

  it("reads live and writes under that version, though the cache lags behind in what does not matter", async () => {
    const object = await live.create(HELD);
    await live.change(object, { metadata: { labels: { team: "shop" } } });
    const { name } = object.metadata;
    const { visit } = visitTo(object);
    const requests = await live.requestsOf(() => visit.journal(operationOf(object), CREATING));
    expect(requests).toEqual([`GET ${name}`, `PATCH ${name}/status`]);
    expect(visit.object.metadata.labels).toEqual({ team: "shop" });
  });

  it.each([
    ["the spec was edited", { spec: { visibility: "Public" } }, undefined],
    ["an id was recorded", { status: { externalId: "7" } }, "status" as const],
    ["another journal was opened", { status: { operation: openCreate() } }, "status" as const],
  ])("does not count and writes nothing when %s meanwhile", async (_, patch, subresource) => {
    const object = await live.create(HELD);
    const changed = await live.change(object, patch, subresource);
    const { visit, absorbed } = visitTo(object);
    await expect(visit.journal(operationOf(object), CREATING)).rejects.toBeInstanceOf(WaitingError);
    expect(await live.read(object)).toEqual(changed);
    // The next visit has to see what this one saw.
    expect(absorbed).toEqual([changed]);
  });

  it("does not count when another process sent the same create again meanwhile", async () => {
    const created = await live.create(HELD);
    const operation = operationOf(created);
    const object = await live.change(created, { status: { operation } }, "status");
    const resent = await live.change(
      object,
      { status: { operation: { lastSentAt: "2026-01-01T00:05:00Z" } } },
      "status",
    );
    const mine = { ...operation, lastSentAt: "2026-01-01T00:06:00Z" };
    await expect(visitTo(object).visit.journal(mine, CREATING)).rejects.toBeInstanceOf(WaitingError);
    expect(await live.read(object)).toEqual(resent);
  });

  it("does not count when the deletion was asked for meanwhile", async () => {
    const object = await live.create({ metadata: { finalizers: [FINALIZER] } });
    await live.others.delete(PROJECTS, object.metadata);
    await expect(visitTo(object).visit.journal(operationOf(object), CREATING)).rejects.toBeInstanceOf(WaitingError);
    expect((await live.read(object)).status.operation).toBeUndefined();
  });

  it("does not count for a namesake created in the meantime", async () => {
    const object = await live.create();
    await live.others.delete(PROJECTS, object.metadata);
    const namesake = await live.create({ metadata: { ...HELD.metadata, name: object.metadata.name } });
    await expect(visitTo(object).visit.journal(operationOf(object), CREATING)).rejects.toBeInstanceOf(WaitingError);
    expect(await live.read(namesake)).toEqual(namesake);
  });

  it("fails when the object changes between the live read and the write", async () => {
    const object = await live.create(HELD);
    live.proxy.onWrite = async ({ path }, phase) => {
      if (phase === "before" && path.includes(object.metadata.name)) {
        await live.change(object, { spec: { visibility: "Public" } });
      }
      return undefined;
    };
    await expect(visitTo(object).visit.journal(operationOf(object), CREATING)).rejects.toHaveProperty("code", 409);
    live.proxy.onWrite = undefined;
    expect((await live.read(object)).status.operation).toBeUndefined();
  });

  it("fails when its answer is lost; the next visit finds it open", async () => {
    const object = await live.create(HELD);
    const path = new RegExp(`${object.metadata.name}/status`);
    live.proxy.inject({ method: /PATCH/, path, action: "DropAfter" });
    const operation = operationOf(object);
    await expect(visitTo(object).visit.journal(operation, CREATING)).rejects.toThrow("no answer");
    const found = await live.read(object);
    expect(found.status.operation).toEqual(operation);
    await expect(visitTo(object).visit.journal(operation, CREATING)).rejects.toBeInstanceOf(WaitingError);
  });

  it.each([
    ["without the operation", {}],
    ["with another nonce", { operation: openCreate({ nonce: "somebody-else" }) }],
    ["with another time of sending", { operation: openCreate({ lastSentAt: "2025-01-01T00:00:00Z" }) }],
  ])("does not count when the server answers %s", async (_, status) => {
    const object = await live.create(HELD);
    const body = JSON.stringify({ ...object, status: { ...object.status, ...status } });
    const path = new RegExp(`${object.metadata.name}/status`);
    const headers = { "content-type": "application/json" };
    live.proxy.inject({ method: /PATCH/, path, action: "Answer", status: 200, headers, body });
    const { visit, absorbed } = visitTo(object);
    await expect(visit.journal(openCreate(), CREATING)).rejects.toBeInstanceOf(WaitingError);
    expect(absorbed).toEqual([]);
  });
});

describe("concludePaused", () => {
  it("keeps every condition and all else but the phase as it was, and adds why nothing happens", async () => {
    const object = await live.create(HELD);
    const { visit, clock } = visitTo(object);
    visit.status.externalId = "7";
    await visit.conclude(READY);
    const annotations = { [ANNOTATIONS.paused]: "true", [ANNOTATIONS.reconcileAt]: "monday" };
    const paused = await live.change(object, { metadata: { annotations }, spec: { visibility: "Public" } });
    await clock.advance(60_000);
    await visitTo(paused, clock).visit.concludePaused();
    const { status } = await live.read(object);
    const conditions = [...paused.status.conditions!, expect.anything()];
    expect(status).toEqual({ ...paused.status, phase: "Paused", conditions });
    expect(status.conditions?.at(-1)).toMatchObject({ type: "Paused", status: "True", reason: "Paused" });
    expect(status.conditions?.at(-1)?.message).toContain(ANNOTATIONS.paused);
  });

  it("R17: is no request when that stands there already", async () => {
    const object = await live.create(HELD);
    const { visit, clock } = visitTo(object);
    await visit.concludePaused();
    await clock.advance(60_000);
    const later = visitTo(await live.read(object), clock);
    expect(await live.requestsOf(() => later.visit.concludePaused())).toEqual([]);
  });

  it("is forgotten by the first visit after the pause", async () => {
    const object = await live.create(HELD);
    await visitTo(object).visit.concludePaused();
    await visitTo(await live.read(object)).visit.conclude(READY);
    expect((await live.read(object)).status.conditions?.map(({ type }) => type)).toEqual(["Ready"]);
  });
});
