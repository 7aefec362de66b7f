// The order in which the engine reconciles whatever kind, on the real API server: what comes before what, what is written once in a
// visit, and what is never said on the word of a list alone.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readableOf } from "../../../test/support/clouds/memory.ts";
import { goLive, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { toyIn } from "../../../test/support/operator/toy-kind.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";

let live: Live;

beforeAll(async () => {
  live = await goLive("engine");
});
afterAll(() => live[Symbol.asyncDispose]());

/** Condition Ready as it is stored. */
async function ready(object: RegistryProject): Promise<{ readonly reason: string; readonly message: string }> {
  return findCondition((await live.read(object)).status.conditions, "Ready")!;
}

describe("creating", () => {
  it("comes after the finalizer and two lists, and its POST right after the journal, within one turn", async () => {
    const toy = toyIn(live);
    const object = await live.create();
    expect(await toy.timeline(object)).toEqual([
      "PATCH resource",
      "list",
      "list",
      "prepare",
      "turn",
      "GET resource",
      "PATCH status",
      "create",
      "end of turn",
      "PATCH status",
    ]);
    expect((await live.read(object)).status).toMatchObject({ externalId: "1", operation: { verb: "Create" } });
    expect(await ready(object)).toMatchObject({ reason: "Creating", message: "The cloud is creating the toy" });
    expect(toy.events.map(({ reason }) => reason)).toEqual(["Creating"]);
  });

  it("says it in the kind's own words where it has any", async () => {
    const toy = toyIn(live, () => ({ creating: { reason: "Installing", message: "The cloud is installing it" } }));
    const object = await live.create();
    await toy.visit(object);
    expect(await ready(object)).toMatchObject({ reason: "Installing", message: "The cloud is installing it" });
  });

  it("is over at once in a cloud that has made it when it answers: seen, described and published in the same visit", async () => {
    const toy = toyIn(live, ({ cloud }) => ({
      asCreated: ({ name }, id) => ({ id, name, visibility: "Private" }),
      attachment: {
        publish: () => Promise.resolve(void cloud.calls.push("publish")),
        withdraw: () => Promise.resolve(),
      },
    }));
    const object = await live.create();
    const timeline = await toy.timeline(object);
    expect(timeline.slice(timeline.indexOf("create"))).toEqual([
      "create",
      "end of turn",
      "see",
      "describe Keep",
      "publish",
      "PATCH status",
    ]);
    expect(await ready(object)).toMatchObject({ reason: "Available" });
  });

  it("says whose the name is that came into use after the lists were read", async () => {
    const toy = toyIn(live, ({ cloud, clock }) => ({
      items: () => ({
        ...readableOf(cloud),
        isTaken: async (name) => {
          cloud.there.set("9", { id: "9", name, visibility: "Private" });
          await clock.advance(1);
          return true;
        },
      }),
    }));
    const object = await live.create();
    expect(await toy.timeline(object)).not.toContain("create");
    expect(await ready(object)).toMatchObject({
      reason: "AlreadyExists",
      message: expect.stringContaining('set spec.externalId to "9"'),
    });
  });

  it("that has failed half-way is told from an item that broke later", async () => {
    const operation = { verb: "Create", nonce: "n-1", startedAt: "2026-01-01T00:00:00Z" };
    const toy = toyIn(live);
    const failed = await toy.hold({ item: { state: "Broken" }, status: { operation } });
    await toy.visit(failed);
    expect(await ready(failed)).toMatchObject({
      reason: "CreateFailed",
      message: expect.stringMatching(/^It broke\. /),
    });
    const later = toyIn(live);
    const broken = await later.hold({ item: { state: "Broken" } });
    await later.visit(broken);
    expect(await ready(broken)).toMatchObject({ reason: "ToyBroken" });
  });
});

describe("adopting", () => {
  const spec = { externalId: "7", cloudName: "shop" };

  it("records nothing of an item that the kind refuses", async () => {
    const refusal = new TerminalError({ reason: "ExternalIdConflict", message: "It is of another sort" });
    const toy = toyIn(live, () => ({
      assertAdoptable: () => {
        throw refusal;
      },
    }));
    toy.cloud.there.set("7", { id: "7", name: "shop", visibility: "Private" });
    const object = await live.create({ spec });
    expect(await toy.timeline(object)).toEqual(["PATCH resource", "list", "PATCH status"]);
    expect(await ready(object)).toMatchObject({ reason: "ExternalIdConflict" });
    expect((await live.read(object)).status.externalId).toBeUndefined();
  });

  it("goes on in the same visit, and is no create", async () => {
    const toy = toyIn(live);
    toy.cloud.there.set("7", { id: "7", name: "shop", visibility: "Private" });
    const object = await live.create({ spec });
    expect(await toy.timeline(object)).toEqual(["PATCH resource", "list", "see", "describe Keep", "PATCH status"]);
    expect((await live.read(object)).status).toMatchObject({ externalId: "7", origin: "Adopted" });
  });
});

describe("a steady item", () => {
  it("costs one list", async () => {
    const toy = toyIn(live);
    expect(await toy.timeline(await toy.hold())).toEqual(["list", "see", "describe Keep", "PATCH status"]);
  });

  it("is described before it is published, and both are kept where publishing fails", async () => {
    const toy = toyIn(live, ({ cloud }) => ({
      attachment: {
        publish: async () => {
          cloud.calls.push("publish");
          await Promise.resolve();
          throw new TerminalError({ reason: "SecretNotOwned", message: "It is somebody else's" });
        },
        withdraw: () => Promise.resolve(),
      },
    }));
    const object = await toy.hold({ item: { visibility: "Public" }, spec: { managementPolicy: "Observe" } });
    expect((await toy.timeline(object)).slice(-3)).toEqual(["describe Keep", "publish", "PATCH status"]);
    expect((await live.read(object)).status.visibility).toBe("Public");
    expect(await ready(object)).toMatchObject({ reason: "SecretNotOwned" });
  });

  it("has no operation under way any more", async () => {
    const operation = { verb: "Update", nonce: "n-1", startedAt: "2026-01-01T00:00:00Z" };
    const toy = toyIn(live);
    const object = await toy.hold({ status: { operation } });
    await toy.visit(object);
    expect((await live.read(object)).status.operation).toBeUndefined();
  });
});

describe("before the cloud is looked at", () => {
  it("another resource that goes first is NameConflict", async () => {
    const toy = toyIn(live);
    const holder = await toy.hold();
    await toy.visit(holder);
    const late = await live.create({ spec: { cloudName: "shop" } });
    expect(await toy.timeline(late)).toEqual(["PATCH resource", "PATCH status"]);
    expect(await ready(late)).toMatchObject({ reason: "NameConflict" });
  });

  it("a place that can't be entered is told, and no finalizer is held for nothing", async () => {
    const toy = toyIn(live);
    toy.obstacle = new TerminalError({ reason: "NotSupportedByCloud", message: "It has no toys" });
    const object = await live.create();
    expect(await toy.timeline(object)).toEqual(["PATCH status"]);
    expect((await live.read(object)).metadata.finalizers).toBeUndefined();
  });
});

describe("credentials that the cloud refuses in the middle of work", () => {
  it("are the account's to verify, for all of its users", async () => {
    const toy = toyIn(live);
    const object = await toy.hold();
    toy.cloud.onCall = () => {
      throw new CloudError("Unauthenticated", { message: "Wrong key" });
    };
    await toy.visit(object);
    expect(toy.rechecked).toEqual(["default/toy"]);
    expect(await ready(object)).toMatchObject({ reason: "CredentialsRejected" });
  });

  it("are not verified for any other failure", async () => {
    const toy = toyIn(live);
    const object = await toy.hold();
    toy.cloud.onCall = () => {
      throw new CloudError("Forbidden", { message: "Not this one" });
    };
    await toy.visit(object);
    expect(toy.rechecked).toEqual([]);
  });
});
