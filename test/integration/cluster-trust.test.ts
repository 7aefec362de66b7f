// When CCE is not to be trusted: lists with gaps or from the past, answers that never come, errors in the middle of a create.
// Whatever it shows, each cluster is there once, and none is deleted.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm } from "../support/environment/steady-state.ts";
import {
  clusterManifest,
  createHuaweiStand,
  type HuaweiSimulator,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-trust");
  await stand.operator({ flags: ["--no-leader-elect", "--settle-window", String(SETTLE_SECONDS)] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Longer than lists lag here, and than a busy machine takes from the journal to the request. */
const SETTLE_SECONDS = 4;

const CLUSTERS = "/clusters$";

/** A cluster on the account of that name. */
function on(account: string, name = account): object {
  return clusterManifest(name, { accountRef: { name: account } });
}

async function deletions(cloud: HuaweiSimulator): Promise<number> {
  return (await cloud.requests()).filter(({ method }) => method === "DELETE").length;
}

describe.concurrent("lists that show less than there is", () => {
  it.for([
    { title: "empty ones", account: "empty", fault: { action: "EmptyList", path: CLUSTERS, times: 0 } },
    {
      title: "from before anything was made",
      account: "stale",
      fault: { action: "StaleList", path: CLUSTERS, times: 0, ms: 600_000 },
    },
  ])(
    "make nothing be created twice or deleted, and a newcomer wait: $title",
    async ({ account, fault }, { expect }) => {
      const [known, newcomer] = [`managedcluster/${account}-known`, `managedcluster/${account}-new`];
      const cloud = await stand.cloud(account, {}, on(account, `${account}-known`));
      await stand.reaches(known, "Available");
      const made = await cloud.clusters();
      await cloud.setFaults([fault]);
      await stand.lookAgain(known);
      const { message } = await stand.reaches(known, "ObservationNotTrusted");
      expect(message).toContain(`cluster ${made[0]!.id} is not in the list`);
      expect(message).toContain("Nothing is written until it is; looking again");
      await stand.apply(on(account, `${account}-new`));
      await stand.reaches(newcomer, "ObservationNotTrusted");
      await stand.lookAgain(newcomer);
      await stand.reaches(newcomer, "ObservationNotTrusted");
      expect(await cloud.clusters()).toEqual(made);

      await cloud.setFaults([]);
      await stand.lookAgain(known);
      await stand.reaches(known, "Available");
      await stand.lookAgain(newcomer);
      await stand.reaches(newcomer, "Available");
      expect(await cloud.creates()).toHaveLength(2);
      expect(await deletions(cloud)).toBe(0);
    },
  );

  it("do not keep a cluster from being deleted, which is done and proved by id", async ({ expect }) => {
    const cloud = await stand.cloud("hiding", {}, on("hiding"));
    await stand.reaches("managedcluster/hiding", "Available");
    await cloud.setFaults([{ action: "EmptyList", path: CLUSTERS, times: 0 }]);
    await stand.remove("managedcluster/hiding");
    await stand.gone("managedcluster/hiding");
    expect(await cloud.clusters()).toEqual([]);
  });
});

describe.concurrent.for(["Refuse", "Allow"] as const)(
  "a create without an answer, duplicate names: %s",
  (duplicateNames) => {
    const suffix = duplicateNames.toLowerCase();

    it.for([
      { title: "it took effect: adopted by its mark", name: "after", action: "DropAfter" as const, sends: 1 },
      { title: "it took no effect: sent again", name: "before", action: "DropBefore" as const, sends: 2 },
    ])("leads to exactly one cluster, $title", async ({ name, action, sends }, { expect }) => {
      const account = `${name}-${suffix}`;
      const faults = { faults: [{ action, method: "POST", path: CLUSTERS }] };
      const cloud = await stand.cloud(account, { duplicateNames, faults }, on(account));
      await stand.reaches(`managedcluster/${account}`, "Available");
      const [cluster, ...others] = await cloud.clusters();
      expect(others).toEqual([]);
      const { status, metadata } = stand.seen(`managedcluster/${account}`)!;
      expect(status).toMatchObject({ externalId: cluster!.id, origin: "Created" });
      expect(cluster!.description).toBe(`[yunfan:${metadata.uid}-1]`);
      const requests = await cloud.creates();
      expect(requests).toHaveLength(sends);
      const [first, last] = [requests[0]!, requests.at(-1)!].map(({ time }) => Date.parse(time)) as [number, number];
      // The window counts from the journal, which is written some time before the request arrives.
      if (sends > 1) expect(last - first).toBeGreaterThan(SETTLE_SECONDS * 1000 - 1_000);
    });

    it("that took effect fails half-way, and the job that failed is found all the same", async ({ expect }) => {
      const account = `lame-${suffix}`;
      const faults = { faults: [{ action: "DropAfter" as const, method: "POST", path: CLUSTERS }] };
      const cloud = await stand.cloud(account, { duplicateNames, faults });
      await cloud.behindOurBack("POST", "plans", { clusterName: account, failAt: "InstallMaster", leaves: "Error" });
      await stand.apply(on(account));
      const { message } = await stand.reaches(`managedcluster/${account}`, "CreateFailed");
      expect(message).toContain("InstallMaster");
      await expectCalm(stand, `managedcluster/${account}`, cloud);
      expect(await cloud.creates()).toHaveLength(1);
    });

    it("is waited out by a deletion, which then deletes what it made", async ({ expect }) => {
      const account = `leaving-${suffix}`;
      const resource = `managedcluster/${account}`;
      const lost = { action: "DropAfter", method: "POST", path: CLUSTERS } as const;
      const cloud = await stand.cloud(account, { duplicateNames, faults: { faults: [lost] } }, on(account));
      await stand.until(resource, ({ status: { operation } }) => operation !== undefined);
      await cloud.setFaults([lost, { action: "Status", status: 503, method: "GET", path: CLUSTERS, times: 0 }]);
      await stand.remove(resource);
      await stand.reaches(resource, "CloudUnavailable");
      expect(await cloud.clusters()).toHaveLength(1);
      await cloud.setFaults([]);
      await stand.gone(resource);
      expect(await cloud.clusters()).toEqual([]);
      expect(await cloud.creates()).toHaveLength(1);
    });
  },
);

describe.concurrent("a cloud out of order", () => {
  it("that answers a create with 429 is asked again no sooner than it says", async ({ expect }) => {
    const fault = { action: "Status" as const, status: 429, retryAfterSeconds: 3, method: "POST", path: CLUSTERS };
    const cloud = await stand.cloud("busy", { faults: { faults: [fault] } }, on("busy"));
    await stand.reaches("managedcluster/busy", "Available");
    const [first, second] = await cloud.creates();
    expect(Date.parse(second!.time) - Date.parse(first!.time)).toBeGreaterThanOrEqual(3_000);
    expect(await cloud.clusters()).toHaveLength(1);
  });

  it("that garbles its answers changes nothing and is trusted again when it no longer does", async ({ expect }) => {
    const cloud = await stand.cloud("garbled", {}, on("garbled"));
    await stand.reaches("managedcluster/garbled", "Available");
    await cloud.setFaults([{ action: "MalformedJson", method: "GET", times: 0 }]);
    await stand.reaches("managedcluster/garbled", "CloudUnavailable");
    await cloud.setFaults([]);
    await stand.reaches("managedcluster/garbled", "Available");
    expect(await cloud.effects()).toHaveLength(1);
  });

  it("whose jobs can't be read still gets its cluster followed to the end", async ({ expect }) => {
    const faults = { faults: [{ action: "Status" as const, status: 503, method: "GET", path: "/jobs/", times: 0 }] };
    const cloud = await stand.cloud("jobless", { faults, speed: 120 }, on("jobless"));
    await stand.reaches("managedcluster/jobless", "Available");
    expect(await cloud.creates()).toHaveLength(1);
    const conditions = stand.versions("managedcluster/jobless").flatMap(({ status }) => status.conditions ?? []);
    expect(conditions.map(({ type }) => type)).not.toContain("Stalled");
  });
});

itStaysClean(() => stand);
