// What the API server refuses, against the real one with a policy of its owners: said where it can be said, and tried more and
// more seldom. What passes by itself is not said at first.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sharedControlPlane } from "../../../test/support/apiserver/controlplane.ts";
import { goLive, PROJECTS, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { refuse, type Policy } from "../../../test/support/apiserver/policies.ts";
import { openCreate } from "../../../test/support/environment/builders.ts";
import { rejectionOf } from "../../../test/support/environment/rejection.ts";
import { failingFrame, type Frame, frameOf, READY } from "../../../test/support/operator/lifecycle-harness.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { KubeError } from "../../kube/errors.ts";
import { ReconcileError, RefusedError, RetryableError, TerminalError } from "../../lib/errors.ts";
import { outcomeOfError } from "../../runtime/queue/controller-outcome.ts";
import { ANNOTATIONS, FINALIZER } from "./resource.ts";
import { ChangedError } from "./passing.ts";

const HELD = { metadata: { finalizers: [FINALIZER] } };

let live: Live;
let policy: Policy | undefined;

beforeEach(async () => {
  live = await goLive("refused");
});
afterEach(async () => {
  await policy?.lift();
  policy = undefined;
  await live[Symbol.asyncDispose]();
});

async function refusing(resource: string, unless?: string): Promise<string> {
  const { kubectl } = sharedControlPlane();
  policy = await refuse({ kubectl, namespace: live.namespace, resources: [resource], ...(unless && { unless }) });
  return policy.words;
}

async function deleted(authored = HELD): Promise<RegistryProject> {
  const object = await live.create(authored);
  await live.others.delete(PROJECTS, object.metadata);
  return live.read(object);
}

/** Stalled with the policy's words, by one event; a second visit says nothing new, and both are retried with a growing delay. */
async function expectSaid(frame: Frame, object: RegistryProject, words: string): Promise<void> {
  const error = await rejectionOf(frame.visit(object));
  expect(error).toBeInstanceOf(RefusedError);
  expect(outcomeOfError(error)).toMatchObject({ kind: "Retry", retryAfterMs: undefined });
  const said = { reason: "RequestRefused", message: expect.stringContaining(words) };
  const stored = await live.read(object);
  expect(stored.status.conditions).toMatchObject([
    { type: "Ready", status: "False", ...said },
    { type: "Stalled", status: "True", ...said },
  ]);
  expect(await rejectionOf(frame.visit(object))).toBeInstanceOf(RefusedError);
  expect(await live.read(object)).toEqual(stored);
  expect(frame.events).toMatchObject([{ type: "Warning", reason: "RequestRefused" }]);
  expect(frame.events[0]?.note).toContain(words);
}

const holding = () =>
  frameOf(live, {
    apply: async (visit) => {
      await visit.holdFinalizer();
      return READY;
    },
  });

describe("a policy that refuses", () => {
  it("R16: the finalizer: nothing is done, and the resource says why until the policy is gone", async () => {
    const words = await refusing("registryprojects");
    const object = await live.create();
    const frame = holding();
    await expectSaid(frame, object, words);
    expect((await live.read(object)).metadata.finalizers).toBeUndefined();
    await policy?.lift();
    await frame.visit(object);
    expect((await live.read(object)).status.conditions).toMatchObject([{ type: "Ready", status: "True" }]);
  });

  it("R16: taking the finalizer off: it stays, and the resource that is being deleted says why", async () => {
    const object = await deleted();
    const frame = frameOf(live);
    await expectSaid(frame, object, await refusing("registryprojects"));
    expect((await live.read(object)).metadata.finalizers).toEqual([FINALIZER]);
    await policy?.lift();
    await frame.visit(object);
    expect(await live.find(object)).toBeUndefined();
  });

  it("a journal: nothing says that a create is under way", async () => {
    const object = await live.create(HELD);
    const frame = frameOf(live, {
      apply: async (visit) => {
        visit.status.createAttempts = 1;
        await visit.journal(openCreate(), { state: "Reconciling", reason: "Creating", message: "Creating" });
        throw new Error("Not to be sent without its journal");
      },
    });
    await expectSaid(frame, object, await refusing("registryprojects/status", "!has(object.status.operation)"));
    const { status } = await live.read(object);
    expect([status.operation, status.createAttempts]).toEqual([undefined, undefined]);
  });

  it("a status for its contents: the rest is said", async () => {
    const object = await live.create(HELD);
    const frame = frameOf(live, {
      apply: (visit) => {
        visit.status.externalId = "7";
        return Promise.resolve(READY);
      },
    });
    await refusing("registryprojects/status", "!has(object.status.externalId)");
    expect(await rejectionOf(frame.visit(object))).toBeInstanceOf(RefusedError);
    const { status } = await live.read(object);
    expect(status.externalId).toBeUndefined();
    expect(status.conditions).toMatchObject([{ reason: "RequestRefused" }, { type: "Stalled" }]);
    expect(frame.events).toHaveLength(1);
  });

  it.each([
    ["of a good end", () => Promise.resolve(READY)],
    ["of a bad end", () => Promise.reject(new TerminalError({ reason: "NotEmpty", message: "Empty it" }))],
  ])("every status, %s: an event says it, each time, and it is retried with a growing delay", async (_, apply) => {
    const object = await live.create(HELD);
    const frame = frameOf(live, { apply });
    const words = await refusing("registryprojects/status");
    for (const times of [1, 2]) {
      expect(await rejectionOf(frame.visit(object))).toBeInstanceOf(RefusedError);
      expect(frame.events).toHaveLength(times);
      expect(frame.events.at(-1)).toMatchObject({ type: "Warning", reason: "RequestRefused" });
      expect(frame.events.at(-1)?.note).toContain(words);
    }
    expect((await live.read(object)).status.conditions).toBeUndefined();
  });

  it("the status of a pause: an event says it", async () => {
    const object = await live.create({ metadata: { annotations: { [ANNOTATIONS.paused]: "true" } } });
    const frame = frameOf(live);
    await refusing("registryprojects/status");
    const requests = await live.requestsOf(() => rejectionOf(frame.visit(object)));
    expect(requests).toEqual([`PATCH ${object.metadata.name}/status`]);
    expect(frame.events).toMatchObject([{ type: "Warning", reason: "RequestRefused" }]);
  });
});

describe("what passes by itself", () => {
  const quiet = (error: unknown): boolean => !(error instanceof ReconcileError) || error instanceof ChangedError;

  /** How many visits in a row end without a word, and the first that says something. */
  async function untilSaid(frame: Frame, object: RegistryProject): Promise<{ visits: number; error: unknown }> {
    for (let visits = 0; visits < 20; visits++) {
      const error = await rejectionOf(frame.visit(object));
      if (!quiet(error)) return { visits, error };
      expect(frame.events).toEqual([]);
    }
    throw new Error("It never said anything");
  }

  it("is not said five times in a row, and then it is: a resource that changes whenever it is worked on", async () => {
    const object = await live.create();
    const frame = failingFrame(live, new ChangedError("The resource changed while it was being worked on"));
    const { visits, error } = await untilSaid(frame, object);
    expect(visits).toBe(5);
    expect(error).toBeInstanceOf(RetryableError);
    expect((await live.read(object)).status.conditions).toMatchObject([
      { type: "Ready", status: "False", reason: "Changed" },
      { type: "Reconciling", status: "True", reason: "Changed" },
    ]);
    expect(frame.events).toMatchObject([{ type: "Warning", reason: "Changed" }]);
    // Having been said is no reason to begin anew with quick looks.
    expect(await rejectionOf(frame.visit(object))).toBeInstanceOf(RetryableError);
    expect(frame.events).toHaveLength(1);
  });

  it("is not said five times in a row, and then it is: a webhook that does not answer", async () => {
    const object = await live.create();
    const body = JSON.stringify({ kind: "Status", message: 'failed calling webhook "owners.example.dev"' });
    const path = new RegExp(`${object.metadata.name}\\?`);
    live.proxy.inject({ method: /PATCH/, path, action: "Answer", status: 500, body, times: 0 });
    const frame = holding();
    const { visits, error } = await untilSaid(frame, object);
    expect([visits, error instanceof RefusedError]).toEqual([5, false]);
    const said = { reason: "RequestFailed", message: expect.stringContaining("owners.example.dev") };
    expect((await live.read(object)).status.conditions).toMatchObject([said, { type: "Reconciling" }]);
  });

  it("is told by an event where it is the status that meets a conflict for ever", async () => {
    const object = await live.create();
    const path = new RegExp(`${object.metadata.name}/status`);
    live.proxy.inject({ method: /PATCH/, path, action: "Answer", status: 409, times: 0 });
    const { visits } = await untilSaid(frameOf(live), object);
    expect(visits).toBe(5);
    const failing = failingFrame(live, new TerminalError({ reason: "NotEmpty", message: "Empty it" }));
    expect((await untilSaid(failing, object)).visits).toBe(5);
    expect(failing.events).toMatchObject([{ type: "Warning", reason: "Changed" }]);
  });

  it("is forgotten by a visit that meets nothing of it", async () => {
    const object = await live.create();
    const ends: (Error | undefined)[] = [1, 2, 3, 4, 5].map(() => new ChangedError("Changed"));
    const frame = frameOf(live, {
      apply: () => {
        const end = ends.shift();
        return end ? Promise.reject(end) : Promise.resolve(READY);
      },
    });
    for (let visit = 1; visit <= 5; visit++) await rejectionOf(frame.visit(object));
    await frame.visit(object);
    ends.push(new KubeError({ code: 503 }, { method: "GET", path: "/" }), new ChangedError("Changed"));
    for (let visit = 1; visit <= 2; visit++) expect(await rejectionOf(frame.visit(object))).toSatisfy(quiet);
    expect(frame.events.map(({ reason }) => reason)).toEqual(["Available"]);
  });

  it("an id that was recorded is not taken back when the resource has changed before its journal", async () => {
    const created = await live.create(HELD);
    const object = await live.change(created, { status: { externalId: "lost" } }, "status");
    const frame = frameOf(live, {
      apply: async (visit) => {
        await live.change(object, { spec: { visibility: "Public" } });
        delete visit.status.externalId;
        await visit.journal(openCreate(), { state: "Reconciling", reason: "Creating", message: "Creating" });
        throw new Error("Not to be sent without its journal");
      },
    });
    expect(await rejectionOf(frame.visit(object))).toBeInstanceOf(ChangedError);
    const { status } = await live.read(object);
    expect([status.externalId, status.operation]).toEqual(["lost", undefined]);
  });
});
