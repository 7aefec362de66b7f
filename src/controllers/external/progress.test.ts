// What is told of a long operation of the cloud, whatever the kind: how far it is, once for each step, and that a create has failed.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goLive, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { toyIn, type Toy } from "../../../test/support/operator/toy-kind.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { Progress } from "./kind.ts";

let live: Live;

beforeAll(async () => {
  live = await goLive("progress");
});
afterAll(() => live[Symbol.asyncDispose]());

const operation = (verb: "Create" | "Update") => ({ verb, nonce: "n-1", startedAt: "2026-01-01T00:00:00Z" });

/** A toy that the cloud is at; what is told of it next is in `now`. */
async function busy(verb: "Create" | "Update", first: Progress) {
  const told = { now: first };
  const toy = toyIn(live, () => ({ progress: () => told.now }));
  const object = await toy.hold({ item: { state: "Busy" }, status: { operation: operation(verb) } });
  await toy.visit(object);
  return { told, toy, object };
}

async function ready(object: RegistryProject): Promise<{ readonly reason: string; readonly message: string }> {
  return findCondition((await live.read(object)).status.conditions, "Ready")!;
}

const progressed = ({ events }: Toy): readonly string[] =>
  events.filter(({ reason }) => reason === "Progressing").map(({ note }) => note);

describe("progress that is told", () => {
  it("is in the message, in the operation and in one event for each step", async () => {
    const { told, toy, object } = await busy("Update", { progress: "1 of 2 steps done", told: true });
    expect(await ready(object)).toMatchObject({ reason: "Updating", message: "The cloud is at it. 1 of 2 steps done" });
    expect((await live.read(object)).status.operation).toMatchObject({ progress: "1 of 2 steps done" });
    await toy.visit(object);
    expect(progressed(toy)).toEqual(["1 of 2 steps done"]);
    told.now = { progress: "2 of 2 steps done", told: true };
    await toy.visit(object);
    expect(progressed(toy)).toEqual(["1 of 2 steps done", "2 of 2 steps done"]);
  });

  it("is in the operation alone where the plan's own words say it", async () => {
    const { toy, object } = await busy("Update", { progress: "1 of 2 nodes are active" });
    expect(await ready(object)).toMatchObject({ message: "The cloud is at it" });
    expect((await live.read(object)).status.operation).toMatchObject({ progress: "1 of 2 nodes are active" });
    expect(progressed(toy)).toEqual([]);
  });
});

describe("a job that has failed", () => {
  it("is CreateFailed while it was to make the item, in the job's words", async () => {
    const { object } = await busy("Create", { failed: "CreateToy failed at Paint" });
    expect(await ready(object)).toMatchObject({
      reason: "CreateFailed",
      message: expect.stringMatching(/^CreateToy failed at Paint\. .*Delete this resource/),
    });
  });

  it("says nothing of an item that was made long ago", async () => {
    const { object } = await busy("Update", { failed: "UpdateToy failed" });
    expect(await ready(object)).toMatchObject({ reason: "Updating" });
  });

  it("tells more of a failed create than the item does", async () => {
    const toy = toyIn(live, () => ({ progress: () => ({ failed: "CreateToy failed at Paint" }) }));
    const object = await toy.hold({ item: { state: "Broken" }, status: { operation: operation("Create") } });
    await toy.visit(object);
    expect((await ready(object)).message).toMatch(/^CreateToy failed at Paint\. /);
  });
});
