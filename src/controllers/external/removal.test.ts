// The order in which the engine deletes, whatever the kind, on the real API server: what is proved before the resource is let go.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { sharedControlPlane } from "../../../test/support/apiserver/controlplane.ts";
import { refuse } from "../../../test/support/apiserver/policies.ts";
import { goLive, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { whenOlder } from "../../../test/support/environment/eventually.ts";
import { toyIn, type Toy } from "../../../test/support/operator/toy-kind.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { findCondition, type Condition } from "../../runtime/conditions.ts";

let live: Live;

beforeAll(async () => {
  live = await goLive("removal");
});
afterAll(() => live[Symbol.asyncDispose]());

/** Each visit asks again what this deletion means, before anything else. */
const DEPARTURE = ["GET surroundings", "GET surroundings", "GET resource"];
const LET_GO = "PATCH resource";
const TOLD = "PATCH status";
/** In a turn of the budget. */
const REMOVE = ["turn", "remove 7", "end of turn"];

/** Condition Ready as it is stored. */
async function ready(object: RegistryProject): Promise<Condition> {
  return findCondition((await live.read(object)).status.conditions, "Ready")!;
}

const isGone = async (object: RegistryProject): Promise<boolean> => (await live.find(object)) === undefined;

/** That somebody has just deleted, and that stands for item 7. */
async function deleting(toy: Toy, held: Parameters<Toy["hold"]>[0] = {}): Promise<RegistryProject> {
  const object = await toy.hold(held);
  await toy.remove(object);
  return object;
}

/** What a kind has without reads by id: a list, and the proof by id. */
const listedOnly: NonNullable<Parameters<typeof toyIn>[1]> = (_toy, { items }) => ({
  items: (...given) => {
    const { get: _get, ...collection } = items(...given);
    return collection;
  },
});

describe("deleting", () => {
  it("looks by id, asks once, and looks again; describes what is left, and says what it waits for", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    const asked = ["get 7", ...REMOVE, "get 7", "see", "describe leaving"];
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, ...asked, TOLD]);
    expect(await ready(object)).toMatchObject({ reason: "Deleting", message: "The cloud is deleting the toy" });
    expect((await live.read(object)).status.operation).toMatchObject({ verb: "Delete" });
    expect(toy.events).toMatchObject([
      { reason: "Requested", action: "Delete", note: "Toy shop: deletion was requested" },
      {},
    ]);
  });

  it("does not ask for what is on its way out, and lets go when a read proves that it is gone", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    await toy.visit(object);
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", "see", "describe leaving"]);
    toy.cloud.there.clear();
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", LET_GO]);
    expect(await isGone(object)).toBe(true);
  });

  it("lets go in the same visit where the cloud deletes at once, after what was published is taken back", async () => {
    const toy = toyIn(live, ({ cloud }) => ({
      attachment: {
        publish: () => Promise.resolve(undefined),
        withdraw: () => Promise.resolve(void cloud.calls.push("withdraw")),
      },
    }));
    toy.cloud.whenDeleted = "Gone";
    const object = await deleting(toy);
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", ...REMOVE, "get 7", "withdraw", LET_GO]);
    expect(await isGone(object)).toBe(true);
  });

  it("does nothing in the cloud where the policy leaves it there", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy, { spec: { deletionPolicy: "Orphan" } });
    expect(await toy.timeline(object)).toEqual([LET_GO]);
    expect(toy.cloud.there.has("7")).toBe(true);
  });

  it("does nothing in the cloud where the kind itself says that it stays", async () => {
    const toy = toyIn(live, () => ({ staysInCloud: () => Promise.resolve(true) }));
    expect(await toy.timeline(await deleting(toy))).toEqual([LET_GO]);
  });

  it("leaves alone what belongs to a resource that goes first", async () => {
    const toy = toyIn(live);
    const holder = await toy.hold();
    await toy.visit(holder);
    await whenOlder(holder);
    const late = await deleting(toy);
    expect(await toy.timeline(late)).toEqual([...DEPARTURE, LET_GO]);
    expect(toy.cloud.there.has("7")).toBe(true);
  });

  it("touches nothing that has another name by now: another endpoint may know another by that id", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy, { item: { name: "somebody-elses" } });
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", TOLD]);
    expect(await ready(object)).toMatchObject({ reason: "ExternalIdConflict" });
  });
});

describe("a deletion that the cloud takes and does not begin", () => {
  it("is asked for again in each visit of a kind that repeats it", async () => {
    const toy = toyIn(live, () => ({ removal: "Repeated" }));
    toy.cloud.whenDeleted = "Unchanged";
    const object = await deleting(toy);
    for (let visits = 0; visits < 3; visits += 1) expect(await toy.timeline(object)).toContain("remove 7");
    expect(await ready(object)).toMatchObject({ reason: "Deleting" });
  });

  it("is asked for once by a kind that does not, until a minute has shown that it came to nothing", async () => {
    const toy = toyIn(live, () => ({ removal: "Once" }));
    toy.cloud.whenDeleted = "Unchanged";
    const object = await deleting(toy);
    expect(await toy.timeline(object)).toContain("remove 7");
    expect(await toy.timeline(object)).not.toContain("remove 7");
    expect(await ready(object)).toMatchObject({ reason: "Deleting" });
    await toy.clock.advance(60_000);
    expect(await toy.timeline(object)).not.toContain("remove 7");
    expect(await ready(object)).toMatchObject({
      reason: "DeletionNotBegun",
      message: expect.stringMatching(/asked to delete toy 7 .* annotate yunfan\.dev\/force-orphan: "7"/),
    });
    expect((await live.read(object)).status.operation).toBeUndefined();
    expect(await toy.timeline(object)).toContain("remove 7");
  });
});

describe("the proof that it is gone", () => {
  it("is the answer to a request where a read alone says so: it may be older than the item", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.cloud.there.clear();
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", ...REMOVE, LET_GO]);
  });

  it("is the answer to a request where a read still shows it", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.cloud.onCall = (call) => {
      if (call === "remove 7") throw new CloudError("NotFound", { message: "There is no 7" });
    };
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", ...REMOVE, LET_GO]);
    expect(toy.events.filter(({ reason }) => reason === "Requested")).toEqual([]);
  });

  it("is kept where the API server does not let the resource go: the cloud is asked for the deletion once", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.cloud.there.clear();
    const { kubectl } = sharedControlPlane();
    const policy = await refuse({ kubectl, namespace: live.namespace, resources: ["registryprojects"] });
    onTestFinished(() => policy.lift());
    expect(await toy.timeline(object)).toContain("remove 7");
    for (let visits = 0; visits < 3; visits += 1) {
      expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", LET_GO]);
    }
    expect(await ready(object)).toMatchObject({ reason: "RequestRefused" });
  });

  it("is no answer that says something else", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.cloud.onCall = (call) => {
      if (call === "remove 7") throw new CloudError("NotEmpty", { message: "Things are in it" });
    };
    await toy.visit(object);
    expect(await ready(object)).toMatchObject({ reason: "NotEmpty" });
  });

  it("is never a gap in a list", async () => {
    const toy = toyIn(live, listedOnly);
    const object = await deleting(toy);
    toy.cloud.listed = [];
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "list", "look 7", TOLD]);
    expect(await ready(object)).toMatchObject({ reason: "ObservationNotTrusted" });
  });

  it("is by its id, also for what only a list shows", async () => {
    const toy = toyIn(live, listedOnly);
    const object = await deleting(toy);
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "list", ...REMOVE, "look 7", TOLD]);
    expect(await ready(object)).toMatchObject({ reason: "Deleting" });
    toy.cloud.there.clear();
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "list", "look 7", LET_GO]);
  });
});

describe("what has to go before it", () => {
  it("is sent right before the request, and told as a change of its own", async () => {
    const toy = toyIn(live, ({ cloud }) => ({
      beforeRemoval: async (_scope, item, send) => {
        cloud.calls.push(`before ${item === "Absent" ? item : item.id}`);
        await send({ verb: "Wake", target: "toy shop", fields: [] }, ({ signal }) => {
          cloud.calls.push(`wake ${signal.aborted}`);
          return Promise.resolve();
        });
      },
    }));
    const object = await deleting(toy);
    const timeline = await toy.timeline(object);
    expect(timeline.slice(DEPARTURE.length, -3)).toEqual([
      "get 7",
      "before 7",
      "turn",
      "wake false",
      "end of turn",
      ...REMOVE,
      "get 7",
    ]);
    const notes = toy.events.filter(({ reason }) => reason === "Requested").map(({ note }) => note);
    expect(notes).toEqual(["Toy shop: waking up was requested", "Toy shop: deletion was requested"]);
    expect((await toy.timeline(object)).join()).not.toContain("before");
  });

  it("holds the request where it can't be done", async () => {
    const refusal = new CloudError("Busy", { message: "It is being resized" });
    const toy = toyIn(live, () => ({ beforeRemoval: () => Promise.reject(refusal) }));
    const object = await deleting(toy);
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, "get 7", TOLD]);
    expect(await ready(object)).toMatchObject({ reason: "CloudBusy" });
  });
});

describe("a place", () => {
  it("that can't be entered holds the deletion, and says how to let go all the same", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.obstacle = new CloudError("EndpointRequired", { message: "It has no endpoint" });
    expect(await toy.timeline(object)).toEqual([...DEPARTURE, TOLD]);
    const message = expect.stringMatching(/^It has no endpoint\. .*To leave the toy in the cloud, annotate .*"7"$/);
    expect(await ready(object)).toMatchObject({ reason: "EndpointRequired", message });
    expect(findCondition((await live.read(object)).status.conditions, "Reconciling")).toMatchObject({ status: "True" });
  });

  it("that is gone is told by its parent", async () => {
    const toy = toyIn(live);
    const object = await deleting(toy);
    toy.placeIsGone = true;
    toy.cloud.onCall = () => {
      throw new CloudError("NotFound", { message: "There is no such place" });
    };
    await toy.visit(object);
    expect(await ready(object)).toMatchObject({ reason: "PlaceIsGone" });
  });
});
