// Alibaba Cloud ACK where no answer shows tags, and so no mark: a cluster whose create was not answered is named and left alone, none is made
// a second time, and it is taken over by its id.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  clustersOf,
  createAlibabaStand,
  type AlibabaStand,
} from "../support/clouds/alibaba/environment.ts";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000, maxConcurrency: 20 });

let stand: AlibabaStand;

beforeAll(async () => {
  stand = await createAlibabaStand("ack-unmarked");
  // Long enough for somebody to delete a resource before the outcome of its create has to be judged.
  await stand.operator({ flags: ["--no-leader-elect", "--settle-window", "8"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const CASES = (["V2026", "Reference"] as const).flatMap((dialect) =>
  (["Refuse", "Allow"] as const).map((duplicateNames) => ({ dialect, duplicateNames })),
);

/** A cloud and its account, in which the first create of a cluster of that name meets this. */
async function creating(name: string, options: (typeof CASES)[number], action: "DropBefore" | "DropAfter") {
  const { dialect } = options;
  const cloud = await stand.anotherSimulator({ ...options, hideTags: true });
  await cloud.setFaults([{ method: "POST", path: "^/clusters$", action, times: 1 }]);
  await stand.apply(
    ...alibabaAccountManifests(cloud, { name, spec: { alibaba: { dialect } } }),
    ackClusterManifest(name, BLOCKS.managed(), { accountRef: { name }, deletionPolicy: "Delete" }),
  );
  return { cloud, resource: `managedcluster/${name}` };
}

describe.concurrent.each(CASES)("in dialect $dialect, with equal names $duplicateNames", (options) => {
  const called = (what: string): string => `${what}-${options.dialect}-${options.duplicateNames}`.toLowerCase();

  it("A2: a create that was not answered is told by its id, made once, and taken over by that id", async ({
    expect,
  }) => {
    const name = called("taken");
    const { cloud, resource } = await creating(name, options, "DropAfter");
    const { message } = await stand.reaches(resource, "AlreadyExists");
    const [made, ...others] = await clustersOf(cloud, name);
    expect(others).toEqual([]);
    expect(message).toContain(made!.id);
    await stand.visited(resource, 2);
    expect((await cloud.effects()).map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /clusters"]);
    await stand.edit(resource, { spec: { externalId: made!.id } });
    await stand.reaches(resource, "Available");
    expect(stand.seen(resource)!.status.externalId).toBe(made!.id);
    expect(await clustersOf(cloud, name)).toHaveLength(1);
  });

  it("A2: one that never arrived is sent again, there is one, and nobody is blamed for its mark", async ({
    expect,
  }) => {
    const name = called("lost");
    const { cloud, resource } = await creating(name, options, "DropBefore");
    await stand.reaches(resource, "Available");
    const [made, ...others] = await clustersOf(cloud, name);
    expect(others).toEqual([]);
    await stand.until(resource, (shown) => conditionOf(shown, "UpToDate")?.reason === "MarkHidden");
    const { status, message } = conditionOf(stand.seen(resource)!, "UpToDate")!;
    expect({ status, message }).toEqual({
      status: "True",
      message: expect.stringMatching(`shows no tags of this cluster.*known by its id, ${made!.id}.*spec.externalId`),
    });
  });

  it("A8: one that is deleted before it is known whether it was made is held, names what is there, and goes with that", async ({
    expect,
  }) => {
    const name = called("gone");
    const { cloud, resource } = await creating(name, options, "DropAfter");
    await stand.until(resource, ({ status }) => status.operation?.lastSentAt !== undefined);
    await stand.remove(resource);
    const { message } = await stand.reaches(resource, "DeletionHeld");
    const [made, ...others] = await clustersOf(cloud, name);
    expect(others).toEqual([]);
    expect(message).toContain(made!.id);
    expect((await cloud.effects()).map(({ method }) => method)).toEqual(["POST"]);
    await cloud.behindOurBack("DELETE", `clusters/${made!.id}`);
    await stand.annotate(resource, { "yunfan.dev/reconcile-at": "when-it-is-gone" });
    await stand.gone(resource);
  });
});

itStaysClean(() => stand);
