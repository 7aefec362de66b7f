// Electors against the real API server: fields, handing over, and ending.
import { describe, expect, it, vi } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { campaign, leaseStand, proxyToApiServer, QUICK, USUAL } from "../../../test/support/apiserver/leader-setup.ts";
import { createLogger } from "../../lib/log.ts";
import { LeaderElector } from "./leader.ts";

describe("LeaderElector", () => {
  it("R19: hands over within 2 s of a release, which the candidate sees by its watch", async () => {
    const { namespace, lease } = await leaseStand();
    const first = campaign({ namespace, identity: "first", timing: USUAL });
    await first.elected();
    const proxy = await proxyToApiServer();
    const second = campaign({ namespace, identity: "second", timing: USUAL, proxy });
    await vi.waitFor(() => expect(proxy.openStreams).toBe(1), 5000);

    await first.crash();
    const releasedAtMs = performance.now();
    await first.elector.release();
    await second.elected();

    expect(second.electedAtMs()! - releasedAtMs).toBeLessThan(2000);
    expect(first.elector.remainingMs()).toBeLessThanOrEqual(0);
    expect(second.elector.remainingMs()).toBeGreaterThan(0);
    const { spec } = await lease();
    expect(spec).toMatchObject({ holderIdentity: "second", leaseDurationSeconds: 15, leaseTransitions: 1 });
  });

  it("R19: releases with an empty holder and a duration of 1 s, and a second release changes nothing", async () => {
    const { namespace, lease } = await leaseStand();
    const leader = campaign({ namespace, identity: "leader" });
    await leader.elected();
    await leader.crash();

    await leader.elector.release();
    const released = await lease();
    await leader.elector.release();

    expect(released.spec).toMatchObject({ leaseDurationSeconds: 1, leaseTransitions: 0 });
    expect(released.spec.holderIdentity ?? "").toBe("");
    expect((await lease()).metadata.resourceVersion).toBe(released.metadata.resourceVersion);
  });

  it("R19: takes over from a crashed leader after its lease and within 5 s more", async () => {
    const { namespace } = await leaseStand();
    const first = campaign({ namespace, identity: "first" });
    await first.elected();
    const second = campaign({ namespace, identity: "second" });

    const crashedAtMs = performance.now();
    await first.crash();
    await second.elected();

    const tookMs = second.electedAtMs()! - crashedAtMs;
    expect(tookMs).toBeLessThan(QUICK.leaseMs + 5000);
    expect(tookMs).toBeGreaterThan(QUICK.renewMs - QUICK.retryMs * 1.2);
  });

  it("writes the fields that client-go writes, and renews without a new transition", async () => {
    const { namespace, lease, renewedAfter } = await leaseStand();
    const leader = campaign({ namespace, identity: "leader" });
    await leader.elected();
    const first = await lease();

    await renewedAfter(first.spec.renewTime);
    const later = await lease();

    expect(first.spec).toMatchObject({ holderIdentity: "leader", leaseDurationSeconds: 3, leaseTransitions: 0 });
    expect(first.spec.acquireTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(later.spec).toMatchObject({ acquireTime: first.spec.acquireTime, leaseTransitions: 0 });
  });

  it("tells when it leads and when it does not any more, and ends a candidate's run without a write", async () => {
    const { namespace, lease } = await leaseStand();
    const told: boolean[] = [];
    const leader = campaign({ namespace, identity: "leader", onLeading: (leading) => told.push(leading) });
    await leader.elected();
    const candidate = campaign({
      namespace,
      identity: "candidate",
      onLeading: (leading) => leading && told.push(true),
    });
    await candidate.crash();
    await candidate.elector.release();
    await leader.crash();

    expect(told).toEqual([false, true, false]);
    expect(await leader.ended).toBe("Ended");
    expect((await lease()).spec.holderIdentity).toBe("leader");
  });
});

describe("LeaderElector.stuck", () => {
  it("R23: fails when the election hangs, but not while it waits for an API server that is away", async () => {
    const clock = new FakeClock();
    const never = (): Promise<never> => new Promise(() => {});
    const transport = { request: never, stream: never };
    const elector = new LeaderElector({
      transport,
      clock,
      log: createLogger({ level: "silent" }),
      identity: "a",
      namespace: "ns",
      timing: USUAL,
    });
    expect(elector.stuck()).toBeUndefined();

    void elector.run(new AbortController().signal);
    await clock.advance(50_000);
    expect(elector.stuck()).toBeUndefined();
    await clock.advance(1000);
    expect(elector.stuck()).toBe("no turn of the election for 51 s");
  });
});
