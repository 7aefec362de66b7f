// Deleting a resource whose create is still open: what it made is awaited, because a late POST would be an orphan.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goLive, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { toyIn, type Toy } from "../../../test/support/operator/toy-kind.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { findCondition } from "../../runtime/conditions.ts";

let live: Live;

beforeAll(async () => {
  live = await goLive("outcome");
});
afterAll(() => live[Symbol.asyncDispose]());

const OPEN = { verb: "Create", nonce: "n-1", startedAt: "2026-01-01T00:00:00Z", lastSentAt: "2026-01-01T00:00:00Z" };
const made = (id: string) => ({ id, name: "shop", visibility: "Private", mark: "n-1" }) as const;

async function ready(object: RegistryProject): Promise<{ readonly reason: string; readonly message: string }> {
  return findCondition((await live.read(object)).status.conditions, "Ready")!;
}

/** With an open create of which the cloud shows nothing yet. */
async function deleting(toy: Toy): Promise<RegistryProject> {
  const object = await toy.hold({ status: { externalId: null, origin: null, operation: OPEN } });
  toy.cloud.there.clear();
  await toy.remove(object);
  return object;
}

describe("a deletion with an open create", () => {
  it("waits until the settle window has shown what it made, and says how to let go", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    expect(await toy.timeline(object)).not.toContain("remove 7");
    const message = expect.stringMatching(/outcome of a create is unknown.*force-orphan: "n-1"/);
    expect(await ready(object)).toMatchObject({ reason: "Deleting", message });
    expect((await live.read(object)).status.operation).toMatchObject({ nonce: "n-1" });
  });

  it("lets go where nothing shows after the window", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    await toy.clock.advance(20_000);
    const timeline = await toy.timeline(object);
    expect(timeline.at(-1)).toBe("PATCH resource");
    expect(timeline.filter((call) => call.startsWith("remove"))).toEqual([]);
    expect(await live.find(object)).toBeUndefined();
  });

  it("deletes what the create made, which it knows by its mark", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.cloud.there.set("7", made("7"));
    toy.cloud.there.set("8", { ...made("8"), mark: "n-2" });
    expect(await toy.timeline(object)).toContain("remove 7");
    expect(toy.cloud.calls).not.toContain("remove 8");
    expect((await live.read(object)).status).toMatchObject({ externalId: "7", operation: { verb: "Delete" } });
  });

  it("does not forget what one list leaves out beside another of that name", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    await toy.clock.advance(20_000);
    const theirs = { ...made("8"), mark: "n-2" };
    toy.cloud.there.set("7", made("7"));
    toy.cloud.there.set("8", theirs);
    toy.cloud.listed = [theirs];
    toy.cloud.onCall = (call) => {
      if (call === "list" && toy.cloud.calls.filter((one) => one === "list").length > 1) toy.cloud.listed = undefined;
    };
    await toy.visit(object);
    expect(await live.find(object)).toBeDefined();
    expect(await toy.timeline(object)).toContain("remove 7");
    expect(toy.cloud.calls).not.toContain("remove 8");
  });

  it.each([
    ["at that time", Date.parse(OPEN.startedAt) + 3_000],
    ["at a time that the cloud does not tell", undefined],
  ])(
    "is held by one of the name that shows no mark and was made %s, and goes when that is gone",
    async (_, createdAtMs) => {
      const toy = toyIn(live);
      const object = await deleting(toy);
      await toy.clock.advance(20_000);
      toy.cloud.there.set("7", { id: "7", name: "shop", visibility: "Private", ...(createdAtMs && { createdAtMs }) });
      expect((await toy.timeline(object)).join()).not.toContain("remove");
      const message = expect.stringMatching(/toy 7 named shop .* no mark.*Delete it in the cloud.*force-orphan: "n-1"/);
      expect(await ready(object)).toMatchObject({ reason: "DeletionHeld", message });
      toy.cloud.there.clear();
      await toy.visit(object);
      expect(await live.find(object)).toBeUndefined();
    },
  );

  it.each([
    ["is of another create, by its mark", { mark: "n-2", createdAtMs: Date.parse(OPEN.startedAt) }],
    ["was there before", { createdAtMs: Date.parse(OPEN.startedAt) - 60_000 }],
    ["came long after", { createdAtMs: Date.parse(OPEN.startedAt) + 60_000 }],
    ["is somebody else's", { mine: false }],
  ])("lets go where what has the name %s", async (_, shown) => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    await toy.clock.advance(20_000);
    toy.cloud.there.set("7", { id: "7", name: "shop", visibility: "Private", ...shown });
    expect((await toy.timeline(object)).join()).not.toContain("remove");
    expect(await live.find(object)).toBeUndefined();
  });

  it("deletes none of two that one create made: which is ours alone can't be told", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.cloud.there.set("7", made("7"));
    toy.cloud.there.set("8", made("8"));
    expect((await toy.timeline(object)).join()).not.toContain("remove");
    expect(await ready(object)).toMatchObject({ reason: "CreatedTwice", message: expect.stringContaining("7 and 8") });
  });

  it("lets go where the place is gone, which has taken along whatever was made in it", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.placeIsGone = true;
    toy.cloud.onCall = () => {
      throw new CloudError("NotFound", { message: "There is no such place" });
    };
    await toy.visit(object);
    expect(await live.find(object)).toBeUndefined();
  });

  it("does not let go where the place is there and the list fails", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.cloud.onCall = () => {
      throw new CloudError("NotFound", { message: "There is no such thing" });
    };
    await toy.visit(object);
    expect(await ready(object)).toMatchObject({ reason: "NotFoundInCloud" });
  });
});
