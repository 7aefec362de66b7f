// The frame of a reconcile, against the real API server: what is said of a visit that came to its end, and of one that failed.
import { FINALIZER } from "./resource.ts";
import { ChangedError } from "./passing.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCreate } from "../../../test/support/environment/builders.ts";
import { failingFrame, frameOf, READY } from "../../../test/support/operator/lifecycle-harness.ts";
import { goLive, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { rejectionOf } from "../../../test/support/environment/rejection.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { KubeError } from "../../kube/errors.ts";
import { HeldError, ReconcileError, RetryableError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { FencedError } from "../../lib/fence.ts";
import { keyOf } from "../../runtime/cache/store.ts";

const GENERATION_OBSERVED = { observedGeneration: 1 };

let live: Live;

beforeAll(async () => {
  live = await goLive("frame");
});

afterAll(async () => {
  await live[Symbol.asyncDispose]();
});

const conditionsOf = async (object: RegistryProject) => (await live.read(object)).status.conditions;

describe("a visit that comes to its end", () => {
  it("says so in the status and looks for drift soon after the group's next tick", async () => {
    const object = await live.create();
    const { requeueAfterMs } = await frameOf(live).visit(object);
    expect(requeueAfterMs).toBeGreaterThan(0);
    expect(requeueAfterMs).toBeLessThanOrEqual(1.1 * 600_000);
    const { status } = await live.read(object);
    expect(status).toMatchObject({ observedGeneration: 1, phase: "Ready" });
    expect(status.conditions).toMatchObject([{ type: "Ready", status: "True", reason: "Available" }]);
  });

  it("R17: is no request and no event when it comes to the same again", async () => {
    const object = await live.create();
    const frame = frameOf(live);
    await frame.visit(object);
    await frame.clock.advance(600_000);
    expect(await live.requestsOf(() => frame.visit(object))).toEqual([]);
    expect(frame.events).toHaveLength(1);
  });

  it("R15: is seen by the next visit, though no watch has told of it", async () => {
    const object = await live.create();
    const frame = frameOf(live);
    await frame.visit(object);
    expect(frame.store.get(keyOf(object.metadata))?.status).toMatchObject(GENERATION_OBSERVED);
  });
});

describe("a visit that fails", () => {
  const described = { reason: "NotEmpty", message: "Empty it" };

  it.each([
    ["Stalled", "Warning", new TerminalError(described)],
    ["Reconciling", "Normal", new WaitingError({ ...described, pollAfterMs: 1000 })],
    ["Stalled", "Warning", new HeldError({ ...described, pollAfterMs: 1000 })],
    ["Reconciling", "Warning", new RetryableError(described)],
  ])("is %s with a %s event, and the class is thrown on", async (type, eventType, error) => {
    const object = await live.create();
    const frame = failingFrame(live, error);
    expect(await rejectionOf(frame.visit(object))).toBe(error);
    const at = { reason: "NotEmpty", message: "Empty it" };
    expect(await conditionsOf(object)).toMatchObject([
      { type: "Ready", status: "False", ...at },
      { type, status: "True", ...at },
    ]);
    const event = { type: eventType, reason: "NotEmpty", action: "Reconcile", note: "Empty it" };
    expect(frame.events).toEqual([event]);
  });

  it("R17: is no request and no event when it fails in the same way again", async () => {
    const object = await live.create();
    const frame = failingFrame(live, new TerminalError(described));
    await rejectionOf(frame.visit(object));
    expect(await live.requestsOf(() => rejectionOf(frame.visit(object)))).toEqual([]);
    expect(frame.events).toHaveLength(1);
  });

  it("has one event per change of Ready: failed, failed otherwise, ready, ready", async () => {
    const object = await live.create();
    const ends = [
      () => Promise.reject(new TerminalError(described)),
      () => Promise.reject(new TerminalError({ ...described, message: "Empty it: 2 images" })),
      () => Promise.reject(new TerminalError({ ...described, reason: "QuotaExceeded" })),
      () => Promise.resolve(READY),
      () => Promise.resolve(READY),
    ];
    const frame = frameOf(live, { apply: () => ends.shift()!() });
    while (ends.length > 0) await frame.visit(object).catch(() => undefined);
    expect(frame.events.map(({ reason }) => reason)).toEqual(["NotEmpty", "QuotaExceeded", "Available"]);
  });

  it("has no event when it fails as last time, though a journal said in between that a create is under way", async () => {
    const object = await live.create({ metadata: { finalizers: [FINALIZER] } });
    const frame = frameOf(live, {
      apply: async (visit) => {
        await visit.journal(openCreate(), { state: "Reconciling", reason: "Creating", message: "Creating" });
        delete visit.status.operation;
        throw new TerminalError(described);
      },
    });
    await rejectionOf(frame.visit(object));
    await rejectionOf(frame.visit(object));
    expect(frame.events.map(({ reason }) => reason)).toEqual(["NotEmpty"]);
  });

  it("gets its class from what the cloud said", async () => {
    const object = await live.create();
    const said = new CloudError("Throttled", { message: "Slow down", retryAfterMs: 7000 });
    const error = await rejectionOf(failingFrame(live, said).visit(object));
    expect(error).toBeInstanceOf(WaitingError);
    expect(error).toMatchObject({ reason: "Throttled", pollAfterMs: 7000, cause: said });
    expect(await conditionsOf(object)).toMatchObject([{ reason: "Throttled" }, { type: "Reconciling" }]);
  });

  it("R6: shows nothing of an exception that nobody foresaw but that there was one", async () => {
    const object = await live.create();
    const error = new TypeError("cannot read s3cr3t of undefined");
    expect(await rejectionOf(failingFrame(live, error).visit(object))).toBe(error);
    expect(await conditionsOf(object)).toMatchObject([{ reason: "InternalError" }, { type: "Reconciling" }]);
    expect(JSON.stringify((await live.read(object)).status)).not.toContain("s3cr3t");
  });

  it.each([
    ["the API server refused", new KubeError({ code: 409, reason: "Conflict" }, { method: "PATCH", path: "/" })],
    ["the lease is lost", new FencedError()],
    ["the resource changed meanwhile", new ChangedError("Changed")],
  ])("says nothing to the user when %s", async (_, error) => {
    const object = await live.create();
    const frame = failingFrame(live, error);
    expect(await rejectionOf(frame.visit(object))).toBe(error);
    expect(await live.read(object)).toEqual(object);
    expect(frame.events).toEqual([]);
  });

  it("R7: writes nothing when it was aborted, whatever the abort was turned into", async () => {
    const object = await live.create();
    const error = new CloudError("Unavailable", { message: "Aborted" });
    const frame = failingFrame(live, error);
    expect(await rejectionOf(frame.visit(object, AbortSignal.abort(new Error("deadline"))))).toBe(error);
    expect(await live.read(object)).toEqual(object);
  });

  it("is thrown on as what the API server said when its end can't be written, and has no event", async () => {
    const object = await live.create();
    const path = new RegExp(`${object.metadata.name}/status`);
    live.proxy.inject({ method: /PATCH/, path, action: "DropBefore" });
    const frame = failingFrame(live, new TerminalError(described));
    expect(await rejectionOf(frame.visit(object))).not.toBeInstanceOf(ReconcileError);
    expect(frame.events).toEqual([]);
    await rejectionOf(frame.visit(object));
    expect(frame.events).toHaveLength(1);
  });
});
