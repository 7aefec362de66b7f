// Operators that take over from each other while there is always work to do: one writes at a time, and nothing is lost.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { startChurn, type Churn } from "../support/chaos/churn.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import {
  cloudRequestsOf,
  cloudWritesOf,
  kubeWritesOf,
  LEASE_MS,
  startCandidate,
  type Candidate,
} from "../support/operator/failover.ts";

const GENEROUS_MS = 120_000;
const AT_WORK_MS = 60_000;
/** What came of hundreds of projects is awaited. */
const SETTLED_MS = 180_000;
/**
 * A crash is noticed when the lease is over; the rest is for processes that wait for a core. The bounds of R19, 2 s and 5 s, are
 * those of src/runtime/leader/leader.test.ts, where nobody waits for another process.
 */
const TAKEOVER_MS = LEASE_MS + 15_000;
/** Then changing the stock takes seconds. */
const ONE_BY_ONE = ["--concurrency", "RegistryProject=1"];

const SLOW = { action: "Latency", method: "POST|PUT|DELETE", path: "projects", ms: 200, times: 0 };
const STOCK = Array.from({ length: 20 }, (_, index) => `stock-${index}`);

let stand: Stand;
let churn: Churn;
/** Those that led so far, in that order; the last one leads. */
const leaders: Candidate[] = [];
/** The next one. */
let upcoming: Promise<Candidate>;

beforeAll(async () => {
  stand = await createStand("election");
  await stand.apply(...accountManifests(stand.simulator));
  await stand.simulator.setFaults([SLOW]);
  leaders.push(await startCandidate(stand, "first"));
  await stand.apply(...STOCK.map((name) => projectManifest(name, { driftIntervalSeconds: 3600 })));
  prepare("second");
  const { kubeconfigPath } = sharedControlPlane();
  churn = startChurn({ kubeconfigPath, namespace: stand.namespace, size: 10, everyMs: 250 });
}, GENEROUS_MS);

afterAll(async () => {
  await churn?.[Symbol.asyncDispose]();
  await stand?.[Symbol.asyncDispose]();
  await Promise.all(leaders.map((leader) => leader[Symbol.asyncDispose]()));
});

/** Starts the standby of the next test while the takeover of this one is under way. */
function prepare(identity: string, flags?: readonly string[]): void {
  upcoming = startCandidate(stand, identity, flags);
  // Whoever awaits it is told.
  upcoming.catch(() => undefined);
}

/** The leader at work, and a standby that has asked nothing of the cloud although there is work. */
async function leaderAndStandby(): Promise<{ leader: Candidate; standby: Candidate }> {
  const leader = leaders.at(-1)!;
  const standby = await upcoming;
  leaders.push(standby);
  await atWork(leader);
  expect(await cloudRequestsOf(standby, stand.simulator)).toEqual([]);
  return { leader, standby };
}

/** Waits until it has changed the cloud three times more. */
async function atWork(candidate: Candidate): Promise<void> {
  const count = async (): Promise<number> => {
    const requests = await cloudRequestsOf(candidate, stand.simulator);
    return requests.filter(({ effect }) => effect).length;
  };
  const before = await count();
  await expect.poll(count, { timeout: AT_WORK_MS }).toBeGreaterThanOrEqual(before + 3);
}

async function createsHeld(): Promise<number> {
  return (await stand.simulator.requests()).filter(({ fault, status }) => fault === "Hold" && status === 0).length;
}

describe("of two operators", { timeout: GENEROUS_MS }, () => {
  it("R19: the standby takes over when SIGTERM has drained the leader, and not when the lease would have ended", async () => {
    const { leader, standby } = await leaderAndStandby();
    leader.operator.kill("SIGTERM");
    prepare("third");
    expect(await leader.operator.ended).toEqual({ code: 0, signal: null });
    const released = await leader.operator.said("Released the lease");
    expect((await standby.acquiredAt()) - Date.parse(released.time)).toBeLessThan(LEASE_MS);
    await atWork(standby);
  });

  it("R19: the standby takes over after SIGKILL when the lease is over", async () => {
    const { leader, standby } = await leaderAndStandby();
    const killedAt = Date.now();
    leader.operator.kill("SIGKILL");
    prepare("fourth", ONE_BY_ONE);
    expect((await standby.acquiredAt()) - killedAt).toBeLessThan(TAKEOVER_MS);
    await atWork(standby);
  });

  it("R20: a leader that was stopped past its lease writes nothing when it goes on, and exits 1", async () => {
    const { leader, standby } = await leaderAndStandby();
    await stand.simulator.setFaults([{ action: "Hold", method: "POST", path: "projects$", times: 4 }, SLOW]);
    await expect.poll(createsHeld, { timeout: AT_WORK_MS }).toBe(4);
    // Asleep between two renewals it would notice first of all that it is late; like this, work goes on before that.
    const renewal = leader.proxy.inject({ action: "HoldBefore", method: /PUT/, path: /\/leases\// });
    await renewal.reached();
    leader.operator.kill("SIGSTOP");
    prepare("fifth");
    await atWork(standby);
    // What it reads first are these answers, after which it would write.
    await stand.simulator.release();
    const continuedAt = Date.now();
    leader.operator.kill("SIGCONT");
    expect(await leader.operator.ended).toEqual({ code: 1, signal: null });
    expect(kubeWritesOf(leader, continuedAt)).toEqual([]);
    expect(await cloudWritesOf(leader, stand.simulator, continuedAt)).toEqual([]);
  });

  it("R20: a leader that is cut off from the API server works on until its lease ends and no longer, and exits 1", async () => {
    const { leader, standby } = await leaderAndStandby();
    // Changes: before it deletes anything in a cloud an operator asks the API server why, and then this one could not.
    await stand.apply(
      ...STOCK.map((name) => projectManifest(name, { visibility: "Public", driftIntervalSeconds: 3600 })),
    );
    await atWork(leader);
    const cutOffAt = Date.now();
    leader.proxy.stallStreams();
    leader.proxy.inject({ action: "HoldBefore", path: /\/leases\//, times: 0 });
    leader.proxy.inject({ action: "DropBefore", times: 0 });
    expect(await leader.operator.ended).toEqual({ code: 1, signal: null });
    const acquiredAt = await standby.acquiredAt();
    expect(acquiredAt - cutOffAt).toBeLessThan(TAKEOVER_MS);
    const writesAt = await cloudWritesOf(leader, stand.simulator, cutOffAt);
    expect(writesAt.length).toBeGreaterThan(2);
    expect(Math.max(...writesAt)).toBeLessThan(acquiredAt);
    await stand.kubectl(["delete", "registryproject", ...STOCK, "--wait=false"]);
    await atWork(standby);
  });
});

describe("all of them together", { timeout: 2 * SETTLED_MS + GENEROUS_MS }, () => {
  it("R20: changed the cloud one after the other, never in turns", async () => {
    const writers = (await stand.simulator.effects()).map(({ userAgent }) => userAgent.replace(/^.*\((.*)\)$/, "$1"));
    const hands = writers.filter((writer, index) => writer !== writers[index - 1]);
    expect(hands).toEqual(leaders.map(({ operator }) => operator.identity));
  });

  it("R19: lost nothing and made nothing twice", async () => {
    const standing = [...(await churn.stop())].sort();
    const inCloud = async (): Promise<string[]> => (await stand.simulator.projects()).map(({ name }) => name).sort();
    const inCluster = async (): Promise<string[]> => (await churn.list()).map(({ metadata }) => metadata.name).sort();
    await expect.poll(inCluster, { timeout: SETTLED_MS }).toEqual(standing);
    await expect.poll(inCloud, { timeout: SETTLED_MS }).toEqual(standing);
    for (const name of standing) await stand.reaches(`registryproject/${name}`, "Available");
    expect(await inCloud()).toEqual(standing);
  });
});
