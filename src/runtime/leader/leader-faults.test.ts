// Electors against the real API server when the connection breaks, the API server is away, or somebody meddles with the Lease.
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { campaign, leaseStand, proxyToApiServer, QUICK } from "../../../test/support/apiserver/leader-setup.ts";
import { leaderTiming } from "./leader-timing.ts";
import { LeaseLostError } from "./leader.ts";

describe("LeaderElector in trouble", () => {
  it("R20: behind a stalled connection it loses the lease, and may not write any more before the other one may", async () => {
    const { namespace } = await leaseStand();
    const proxy = await proxyToApiServer();
    const first = campaign({ namespace, identity: "first", proxy });
    await first.elected();
    const second = campaign({ namespace, identity: "second" });
    let overlaps = 0;
    const sampling = setInterval(() => {
      if (first.elector.remainingMs() > 0 && second.elector.remainingMs() > 0) overlaps += 1;
    }, 1);
    onTestFinished(() => clearInterval(sampling));

    proxy.inject({ path: /leases/, times: 0, action: "HoldBefore" });
    const ended = await first.ended;
    const lostAtMs = performance.now();
    await second.elected();

    expect(ended).toBeInstanceOf(LeaseLostError);
    expect(first.elector.remainingMs()).toBeLessThanOrEqual(0);
    expect(lostAtMs).toBeLessThan(second.electedAtMs()!);
    expect(overlaps).toBe(0);
  });

  it("R20: has every request of a leader end by its deadline", async () => {
    const { namespace } = await leaseStand();
    const proxy = await proxyToApiServer();
    const leader = campaign({ namespace, identity: "leader", proxy });
    await leader.elected();
    const stall = proxy.inject({ path: /leases/, times: 0, action: "HoldBefore" });
    await stall.reached(1);
    const deadlineMs = performance.now() + leader.elector.remainingMs();

    await leader.ended;

    expect(performance.now() - deadlineMs).toBeLessThan(500);
  });

  it("survives an API server that is away for less than the renew deadline", async () => {
    const { namespace, lease, renewedAfter } = await leaseStand();
    const proxy = await proxyToApiServer();
    const leader = campaign({ namespace, identity: "leader", proxy });
    await leader.elected();

    await proxy.goDown();
    await delay(QUICK.renewMs / 2);
    await proxy.comeUp();
    const { renewTime } = (await lease()).spec;
    await renewedAfter(renewTime);

    expect(leader.elector.remainingMs()).toBeGreaterThan(0);
    expect((await lease()).spec.leaseTransitions).toBe(0);
  });

  it("goes on campaigning while the API server is away, and leads when it is back", async () => {
    const { namespace } = await leaseStand();
    const proxy = await proxyToApiServer();
    await proxy.goDown();
    const candidate = campaign({ namespace, identity: "candidate", proxy });
    await delay(QUICK.retryMs * 2);

    await proxy.comeUp();
    await candidate.elected();

    expect(candidate.elector.remainingMs()).toBeGreaterThan(0);
  });

  it("recognises its own claim when the answer was lost, and does not wait a lease for itself", async () => {
    const { namespace, lease } = await leaseStand();
    const proxy = await proxyToApiServer();
    proxy.inject({ method: /POST/, path: /leases/, action: "DropAfter" });
    const timing = leaderTiming({ lease: 30, renew: 20, retry: 0.2 });
    const startedAtMs = performance.now();

    const candidate = campaign({ namespace, identity: "candidate", proxy, timing });
    await candidate.elected();

    expect(performance.now() - startedAtMs).toBeLessThan(5000);
    expect((await lease()).spec.leaseTransitions).toBe(0);
  });

  it("goes on after a renewal whose answer was lost", async () => {
    const { namespace, lease, renewedAfter } = await leaseStand();
    const proxy = await proxyToApiServer();
    const leader = campaign({ namespace, identity: "leader", proxy });
    await leader.elected();

    const lost = proxy.inject({ method: /PUT/, path: /leases/, action: "DropAfter" });
    await lost.reached(1);
    const { renewTime } = (await lease()).spec;
    await renewedAfter(renewTime);

    expect(leader.elector.remainingMs()).toBeGreaterThan(0);
  });

  it("goes on at once when somebody labels its Lease between two renewals", async () => {
    const { namespace, lease, edit } = await leaseStand();
    const proxy = await proxyToApiServer();
    const leader = campaign({ namespace, identity: "leader", proxy });
    await leader.elected();
    const sinceConflict = (): string[] => {
      const first = proxy.requests.findIndex(({ status }) => status === 409);
      const requests = first < 0 ? [] : proxy.requests.slice(first, first + 3);
      return requests.map(({ method, status }) => `${method} ${status}`);
    };

    await edit({ metadata: { labels: { team: "sail" } } });
    await vi.waitFor(() => expect(sinceConflict()).toEqual(["PUT 409", "GET 200", "PUT 200"]), 5000);

    expect((await lease()).metadata.labels).toEqual({ team: "sail" });
    expect(leader.elector.remainingMs()).toBeGreaterThan(0);
  });

  it("polls when its watch has gone silent", async () => {
    const { namespace } = await leaseStand();
    const proxy = await proxyToApiServer();
    const first = campaign({ namespace, identity: "first" });
    await first.elected();
    const second = campaign({ namespace, identity: "second", proxy });
    await vi.waitFor(() => expect(proxy.openStreams).toBe(1), 5000);

    proxy.stallStreams();
    await first.crash();
    await first.elector.release();
    const releasedAtMs = performance.now();
    await second.elected();

    expect(second.electedAtMs()! - releasedAtMs).toBeLessThan(2000);
  });

  it("creates the Lease again when somebody deletes it, and a candidate does not step in", async () => {
    const { namespace, lease, deleteLease } = await leaseStand();
    const leader = campaign({ namespace, identity: "leader" });
    await leader.elected();
    const candidate = campaign({ namespace, identity: "candidate" });
    await delay(QUICK.retryMs * 2);

    await deleteLease();
    await vi.waitFor(async () => expect((await lease()).spec.holderIdentity).toBe("leader"), 5000);

    expect(leader.elector.remainingMs()).toBeGreaterThan(0);
    expect(candidate.elector.remainingMs()).toBeLessThanOrEqual(0);
  });

  it("loses the lease when somebody writes another holder into it", async () => {
    const { namespace, lease, edit } = await leaseStand();
    const leader = campaign({ namespace, identity: "leader" });
    await leader.elected();

    await edit({ spec: { holderIdentity: "usurper" } });

    expect(await leader.ended).toBeInstanceOf(LeaseLostError);
    await leader.elector.release();
    expect((await lease()).spec.holderIdentity).toBe("usurper");
  });
});
