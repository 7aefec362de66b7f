// How the engine changes an item, whatever its kind: once in a visit, after a look within its turn, and never on the word of a list
// alone.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goLive, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { LOOKED_AT, shownAs, toyIn, WAITED_FOR, type Toy } from "../../../test/support/operator/toy-kind.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { findCondition } from "../../runtime/conditions.ts";

let live: Live;

beforeAll(async () => {
  live = await goLive("engine");
});
afterAll(() => live[Symbol.asyncDispose]());

const DIFFERS = { item: { visibility: "Public" } } as const;
const NOT_FOUND = new CloudError("NotFound", { message: "There is no such thing" });

/** Condition Ready as it is stored. */
async function ready(object: RegistryProject): Promise<{ readonly reason: string; readonly message: string }> {
  return findCondition((await live.read(object)).status.conditions, "Ready")!;
}

const requested = ({ events }: Toy): readonly string[] =>
  events.filter(({ reason }) => reason === "Requested").map(({ note }) => note);

describe("changing", () => {
  it("comes after the turn and a read within it; what shows at once is Ready in the same visit", async () => {
    const toy = toyIn(live);
    const object = await toy.hold(DIFFERS);
    expect(await toy.timeline(object)).toEqual([
      "list",
      "see",
      "turn",
      "get 7",
      "see",
      "change",
      "get 7",
      "see",
      "end of turn",
      "describe Keep",
      "PATCH status",
    ]);
    expect(await ready(object)).toMatchObject({ reason: "Available" });
    expect(requested(toy)).toEqual(['Toy shop: spec.visibility from "Public" to "Private"']);
  });

  it("is not sent to another item that has the id since the list was read", async () => {
    const toy = toyIn(live);
    const status = { incarnation: "2026-01-01T00:00:00Z" };
    const object = await toy.hold({ item: { ...DIFFERS.item, ...status }, status });
    toy.cloud.onCall = (call) => {
      const ours = toy.cloud.there.get("7");
      if (call === "get 7" && ours) toy.cloud.there.set("7", { ...ours, incarnation: "2026-02-02T00:00:00Z" });
    };
    expect(await toy.timeline(object)).not.toContain("change");
    expect(await ready(object)).toMatchObject({ reason: "ObservationNotTrusted" });
  });

  it("that does not show yet is waited for, in the kind's words, and not sent twice in one visit", async () => {
    const toy = toyIn(live, () => ({ change: () => Promise.resolve(LOOKED_AT) }));
    const object = await toy.hold(DIFFERS);
    expect((await toy.timeline(object)).filter((call) => call === "turn")).toHaveLength(1);
    expect(await ready(object)).toMatchObject({ reason: "Updating", message: "It was changed; looking" });
    expect((await live.read(object)).status.operation).toMatchObject({ verb: "Update" });
    expect(requested(toy)).toHaveLength(1);
  });

  it("whose answer tells what is there is not looked at again", async () => {
    const toy = toyIn(live, () => ({
      change: (_scope, { seen, change }) => Promise.resolve(shownAs({ ...seen.item, visibility: change })),
    }));
    const object = await toy.hold(DIFFERS);
    expect((await toy.timeline(object)).filter((call) => call === "get 7")).toHaveLength(1);
    expect(await ready(object)).toMatchObject({ reason: "Available" });
    expect((await live.read(object)).status.visibility).toBe("Private");
  });

  it("that the cloud carries out by itself is waited for without a further look", async () => {
    const toy = toyIn(live, () => ({ change: () => Promise.resolve(WAITED_FOR) }));
    const object = await toy.hold(DIFFERS);
    const timeline = await toy.timeline(object);
    expect(timeline.slice(timeline.indexOf("turn"))).toEqual([
      "turn",
      "get 7",
      "see",
      "end of turn",
      "describe Await",
      "PATCH status",
    ]);
    expect(await ready(object)).toMatchObject({ reason: "Upgrading" });
  });

  it("is left alone where the read within the turn shows that somebody did it meanwhile", async () => {
    const toy = toyIn(live);
    const object = await toy.hold(DIFFERS);
    toy.cloud.onCall = (call) => {
      if (call === "turn") toy.cloud.there.set("7", { id: "7", name: "shop", visibility: "Private" });
    };
    expect(await toy.timeline(object)).not.toContain("change");
    expect(await ready(object)).toMatchObject({ reason: "Available" });
    expect(requested(toy)).toEqual([]);
  });

  it("does not happen to an item that is only observed", async () => {
    const toy = toyIn(live);
    const object = await toy.hold({ ...DIFFERS, spec: { managementPolicy: "Observe" } });
    expect(await toy.timeline(object)).not.toContain("turn");
    expect((await live.read(object)).status.visibility).toBe("Public");
  });
});

describe("what a list tells", () => {
  it("is looked at by id before anything bad is said", async () => {
    const toy = toyIn(live);
    const object = await toy.hold();
    toy.cloud.listed = [{ id: "7", name: "shop", visibility: "Private", state: "Broken" }];
    expect(await toy.timeline(object)).toEqual(["list", "see", "get 7", "see", "describe Keep", "PATCH status"]);
    expect(await ready(object)).toMatchObject({ reason: "Available" });
  });

  it("is what there is of a kind that no read shows by its id", async () => {
    const toy = toyIn(live, (_toy, { items }) => ({
      items: (...given) => {
        const { get: _get, ...collection } = items(...given);
        return collection;
      },
    }));
    const object = await toy.hold({ item: { state: "Busy" } });
    expect(await toy.timeline(object)).toEqual(["list", "see", "see", "describe Await", "PATCH status"]);
    expect(await ready(object)).toMatchObject({ reason: "Updating" });
  });

  it("is not trusted where its item is not found by its id, and nothing is sent", async () => {
    const toy = toyIn(live);
    const object = await toy.hold(DIFFERS);
    toy.cloud.listed = [...toy.cloud.there.values()];
    toy.cloud.there.clear();
    expect(await toy.timeline(object)).not.toContain("change");
    expect(await ready(object)).toMatchObject({
      reason: "ObservationNotTrusted",
      message: expect.stringMatching(/^Toy 7 was/),
    });
  });
});

describe("a change that finds nothing", () => {
  it("waits for what takes the place along, where that is gone", async () => {
    const toy = toyIn(live, () => ({ change: () => Promise.reject(NOT_FOUND) }));
    const object = await toy.hold(DIFFERS);
    toy.placeIsGone = true;
    await toy.visit(object);
    expect(await ready(object)).toMatchObject({ reason: "PlaceIsGone" });
    expect(requested(toy)).toEqual([]);
  });

  it("says that the list can't be right, where the place is there", async () => {
    const toy = toyIn(live, () => ({ change: () => Promise.reject(NOT_FOUND) }));
    const object = await toy.hold(DIFFERS);
    await toy.visit(object);
    expect(await ready(object)).toMatchObject({ reason: "ObservationNotTrusted" });
    expect(requested(toy)).toEqual([]);
  });
});
