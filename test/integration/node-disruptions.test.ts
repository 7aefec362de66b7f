// Thirty nodes deleted by one kubectl: never more of them under way than the cluster allows, with two operators of which the leader is
// killed in the middle. The bound is taken from the statuses, so that whoever leads next keeps it.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  createMembersStand,
  nodeManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { flawsOf } from "../support/environment/invariants.ts";
import type { Operator } from "../support/operator/operator.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const LEASE = ["--leader-elect-lease-duration", "6", "--leader-elect-renew-deadline", "4.5"];
const COUNT = 30;
const FEW = 2;
const MANY = 10;

let stand: MembersStand;
let leader: Operator;
let home: Home;

beforeAll(async () => {
  stand = await createMembersStand("node-turns");
  leader = candidate("first");
  await leader.ready;
  // Deleting takes three quarters of a second: what goes on at once can be seen.
  home = await stand.home("turns", { simulator: { speed: 80 }, spec: { maxNodeDisruptions: FEW } });
});
afterAll(() => stand[Symbol.asyncDispose]());

function candidate(identity: string): Operator {
  return stand.operator({ identity, flags: [...LEASE, "--leader-elect-retry-period", "0.5"] });
}

/** How many are being deleted now, and how many are there. */
async function counted(): Promise<{ readonly leaving: number; readonly left: number }> {
  const nodes = await home.cloud.nodes();
  return { leaving: nodes.filter(({ phase }) => phase === "Deleting").length, left: nodes.length };
}

/** The most that were under way at once until so many are left. */
async function mostUntil(left: number): Promise<number> {
  let most = 0;
  const look = async (): Promise<number> => {
    const now = await counted();
    most = Math.max(most, now.leaving);
    return now.left;
  };
  await expect.poll(look, { timeout: 200_000, interval: 50 }).toBeLessThanOrEqual(left);
  return most;
}

it("no more nodes than maxNodeDisruptions leave at once, whoever leads, nor than it is raised to", async () => {
  const names = Array.from({ length: COUNT }, (_, index) => `turn-${index}`);
  await stand.apply(...names.map((name) => nodeManifest(home, {}, { name, labels: { batch: "turns" } })));
  for (const name of names) await stand.reaches(`managednode/${name}`, "Available");
  const standby = candidate("second");
  await standby.said("Waiting for the lease");
  const all = ["delete", "managednodes.yunfan.dev", "-l", "batch=turns", "--timeout=280s"];
  const deletion = stand.kubectl(all, { timeoutMs: 290_000 });
  const before = await mostUntil(COUNT - 4);
  leader.kill("SIGKILL");
  await standby.said("Acquired the lease");
  const after = await mostUntil(COUNT - 10);
  expect(Math.max(before, after)).toBeLessThanOrEqual(FEW);
  await stand.edit("managedcluster/turns", { spec: { maxNodeDisruptions: MANY } });
  const raised = await mostUntil(0);
  expect(raised).toBeLessThanOrEqual(MANY);
  expect(await deletion).toMatchObject({ code: 0 });
  expect(await home.cloud.servers()).toEqual([]);
  const deletes = (await home.cloud.effects()).filter(({ method }) => method === "DELETE");
  expect(deletes).toHaveLength(COUNT);
  const versions = names.flatMap((name) => stand.versions(`managednode/${name}`));
  const reasons = versions.flatMap(({ status }) => (status.conditions ?? []).map(({ reason }) => reason));
  expect(reasons).toContain("WaitingForTurn");
  expect(versions.flatMap(flawsOf)).toEqual([]);
});
