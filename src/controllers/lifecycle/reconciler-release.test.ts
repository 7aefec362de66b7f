// The frame of a reconcile, against the real API server: whom it leaves alone, what a pause holds, and how it lets go.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { failingFrame, type Frame, frameOf } from "../../../test/support/operator/lifecycle-harness.ts";
import { goLive, PROJECTS, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { rejectionOf } from "../../../test/support/environment/rejection.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import { ANNOTATIONS, FINALIZER } from "./resource.ts";

let live: Live;

beforeAll(async () => {
  live = await goLive("release");
});

afterAll(async () => {
  await live[Symbol.asyncDispose]();
});

/** No step is to be taken. */
function untouchable(): Frame {
  return failingFrame(live, new Error("This step was not to be taken"));
}

async function createDeleting(
  finalizer = FINALIZER,
  annotations: Record<string, string> = {},
): Promise<RegistryProject> {
  const object = await live.create({ metadata: { finalizers: [finalizer], annotations } });
  await live.others.delete(PROJECTS, object.metadata);
  return live.read(object);
}

describe("whom the frame leaves alone", () => {
  it("R16: an object that is gone, or that was deleted before it was ever applied", async () => {
    const object = await live.create();
    await live.others.delete(PROJECTS, object.metadata);
    const frame = untouchable();
    expect(await live.requestsOf(() => frame.visit(object))).toEqual([]);
    expect(await live.find(object)).toBeUndefined();
  });

  it("R16: an object being deleted that only somebody else's finalizer holds", async () => {
    const object = await createDeleting("example.dev/keep");
    const frame = untouchable();
    expect(await live.requestsOf(() => frame.visit(object))).toEqual([]);
    expect(await live.read(object)).toEqual(object);
    expect(frame.events).toEqual([]);
  });
});

describe("a pause", () => {
  const annotations = { [ANNOTATIONS.paused]: "true" };

  it("holds the steps, keeps the conditions and comes back by itself only when something changes", async () => {
    const created = await live.create({ metadata: { annotations } });
    const conditions = [condition({ reason: "NotEmpty", status: "False" })];
    const object = await live.change(created, { status: { conditions } }, "status");
    const frame = untouchable();
    expect(await frame.visit(object)).toEqual({});
    expect((await live.read(object)).status.conditions).toEqual([
      ...conditions,
      expect.objectContaining({ type: "Paused" }),
    ]);
    expect(frame.events).toEqual([]);
  });

  it("holds the deletion too", async () => {
    const object = await createDeleting(FINALIZER, annotations);
    expect(await untouchable().visit(object)).toEqual({});
    expect((await live.read(object)).metadata.finalizers).toEqual([FINALIZER]);
  });

  it("ends with the annotation, and the deletion goes on", async () => {
    const object = await createDeleting(FINALIZER, annotations);
    const frame = frameOf(live);
    await frame.visit(object);
    await live.change(object, { metadata: { annotations: { [ANNOTATIONS.paused]: null } } });
    await frame.visit(object);
    expect(await live.find(object)).toBeUndefined();
  });
});

describe("a deletion", () => {
  it("R16: takes the finalizer off after the clean-up, and writes nothing else", async () => {
    const object = await createDeleting();
    const { name } = object.metadata;
    let duringCleanUp: readonly string[] | undefined;
    const frame = frameOf(live, {
      finalize: async () => {
        duringCleanUp = (await live.read(object)).metadata.finalizers;
        return "Released";
      },
    });
    expect(await live.requestsOf(() => frame.visit(object))).toEqual([`PATCH ${name}`]);
    expect(duringCleanUp).toEqual([FINALIZER]);
    expect(await live.find(object)).toBeUndefined();
  });

  it("R15: is over for the cache too, though no watch has told of it", async () => {
    const object = await createDeleting();
    let cleanUps = 0;
    const finalize = () => {
      cleanUps += 1;
      return Promise.resolve("Released" as const);
    };
    const frame = frameOf(live, { finalize });
    await frame.visit(object);
    expect(await live.requestsOf(() => frame.visit(object))).toEqual([]);
    expect(cleanUps).toBe(1);
  });

  it("R16: keeps the finalizer while the clean-up fails, and says why", async () => {
    const object = await createDeleting();
    const frame = failingFrame(live, new TerminalError({ reason: "NotEmpty", message: "Empty it" }));
    await rejectionOf(frame.visit(object));
    const stored = await live.read(object);
    expect(stored.metadata.finalizers).toEqual([FINALIZER]);
    expect(stored.status).toMatchObject({ phase: "Deleting" });
    expect(stored.status.conditions).toMatchObject([{ reason: "NotEmpty" }, { type: "Stalled" }]);
    expect(frame.events).toMatchObject([{ action: "Delete", reason: "NotEmpty" }]);
  });

  it("is ours to the cache also where the answer is lost, and is not where the server refuses it", async () => {
    const lost = await createDeleting();
    const frame = frameOf(live);
    live.proxy.inject({ method: /PATCH/, path: new RegExp(lost.metadata.name), action: "DropAfter" });
    await rejectionOf(frame.visit(lost));
    expect(await live.find(lost)).toBeUndefined();
    const refused = await createDeleting();
    live.proxy.inject({ method: /PATCH/, path: new RegExp(refused.metadata.name), action: "Answer", status: 403 });
    await rejectionOf(frame.visit(refused));
    expect([...frame.releases]).toEqual([lost.metadata.uid]);
  });

  it("R16: is repeated when the finalizer could not be taken off", async () => {
    const object = await createDeleting();
    let cleanUps = 0;
    const frame = frameOf(live, {
      finalize: () => {
        cleanUps += 1;
        return Promise.resolve("Released");
      },
    });
    live.proxy.inject({ method: /PATCH/, path: new RegExp(object.metadata.name), action: "DropBefore" });
    await rejectionOf(frame.visit(object));
    await frame.visit(object);
    expect(cleanUps).toBe(2);
    expect(await live.find(object)).toBeUndefined();
  });

  it("R16: applies nothing any more", async () => {
    const object = await createDeleting();
    await frameOf(live, { apply: () => Promise.reject(new Error("not to be applied")) }).visit(object);
    expect(await live.find(object)).toBeUndefined();
  });
});
