// The election's decisions as a function of the record, the time and who asks.
import { describe, expect, it } from "vitest";
import { LeaseState, type LeaseDecision, type LeaseWrite } from "./leader-state.ts";
import type { LeaderTiming } from "./leader-timing.ts";
import type { Lease, LeaseSpec } from "./lease.ts";

const TIMING: LeaderTiming = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2000 };
const WALL = Date.UTC(2026, 0, 1);
const at = (monotonicMs: number): { monotonicMs: number; wallMs: number } => ({
  monotonicMs,
  wallMs: WALL + monotonicMs,
});

function lease(spec: LeaseSpec, resourceVersion = "1"): Lease {
  const metadata = { name: "yunfan", namespace: "ns", uid: "u", resourceVersion, creationTimestamp: "" };
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
}

const foreign: LeaseSpec = {
  holderIdentity: "other",
  leaseDurationSeconds: 15,
  acquireTime: "2026-01-01T00:00:00.000000Z",
  renewTime: "2026-01-01T00:00:00.000000Z",
  leaseTransitions: 4,
};

function stateOf(timing: LeaderTiming = TIMING): LeaseState {
  return new LeaseState({ identity: "me", timing });
}

function specOf(decision: LeaseDecision): LeaseSpec | undefined {
  if (decision.action === "Create") return decision.spec;
  return decision.action === "Replace" ? decision.lease.spec : undefined;
}

/** What the elector does with a decision when the API server takes it. */
function carryOut(
  state: LeaseState,
  decision: LeaseDecision,
  times: { sentAtMs: number; answeredAtMs: number },
): Lease {
  const written = lease(specOf(decision)!, String(times.answeredAtMs));
  state.claiming(decision as LeaseWrite);
  state.written(written, times);
  return written;
}

function leader(): { state: LeaseState; record: Lease } {
  const state = stateOf();
  const record = carryOut(state, state.decide(at(0)), { sentAtMs: 0, answeredAtMs: 5 });
  return { state, record };
}

describe("a candidate", () => {
  it("creates the Lease where there is none, with six decimals and no transition", () => {
    expect(stateOf().decide(at(1))).toEqual({
      action: "Create",
      spec: {
        holderIdentity: "me",
        leaseDurationSeconds: 15,
        acquireTime: "2026-01-01T00:00:00.001000Z",
        renewTime: "2026-01-01T00:00:00.001000Z",
        leaseTransitions: 0,
      },
    });
  });

  it("R19: waits until its own clock says that the record has not changed for a lease, whatever the record's times say", () => {
    const state = stateOf();
    state.observe(lease({ ...foreign, renewTime: "1999-01-01T00:00:00.000000Z" }), 1000);

    expect(state.decide(at(1000))).toEqual({ action: "Wait", forMs: 15_000 });
    expect(state.decide(at(15_999))).toEqual({ action: "Wait", forMs: 1 });
    expect(state.decide(at(16_000))).toMatchObject({ action: "Replace" });
  });

  it("starts to wait anew when the record changes, and not when only its metadata do", () => {
    const state = stateOf();
    state.observe(lease(foreign, "1"), 0);
    state.observe(lease(foreign, "2"), 9000);
    expect(state.decide(at(9000))).toEqual({ action: "Wait", forMs: 6000 });

    state.observe(lease({ ...foreign, renewTime: "2026-01-01T00:00:02.000000Z" }, "3"), 9000);
    expect(state.decide(at(9000))).toEqual({ action: "Wait", forMs: 15_000 });
  });

  it("R19: takes a released Lease over at once, counts the transition and keeps the resourceVersion as guard", () => {
    const state = stateOf();
    state.observe(lease({ ...foreign, holderIdentity: "", leaseDurationSeconds: 1 }, "7"), 0);

    const decision = state.decide(at(0));

    expect(decision).toMatchObject({ action: "Replace", lease: { metadata: { resourceVersion: "7", uid: "u" } } });
    expect(specOf(decision)).toMatchObject({ holderIdentity: "me", leaseDurationSeconds: 15, leaseTransitions: 5 });
  });

  it("counts no transition when it takes over a record under its own name, for which it waits like for a stranger", () => {
    const state = stateOf();
    state.observe(lease({ ...foreign, holderIdentity: "me" }), 0);

    expect(state.decide(at(14_999))).toMatchObject({ action: "Wait" });
    expect(specOf(state.decide(at(15_000)))).toMatchObject({ holderIdentity: "me", leaseTransitions: 4 });
  });

  it("keeps fields that it does not know", () => {
    const state = stateOf();
    state.observe(lease({ holderIdentity: "", strategy: "OldestEmulationVersion" } as LeaseSpec), 0);

    expect(specOf(state.decide(at(0)))).toMatchObject({ strategy: "OldestEmulationVersion" });
  });

  it("counts with its own fractional duration, and rounds it up on the wire", () => {
    const state = stateOf({ leaseMs: 1500, renewMs: 1000, retryMs: 200 });
    state.observe(lease({ ...foreign, leaseDurationSeconds: 2 }), 0);

    expect(state.decide(at(1499))).toMatchObject({ action: "Wait" });
    expect(specOf(state.decide(at(1500)))).toMatchObject({ leaseDurationSeconds: 2 });
  });

  it("waits for as long as the record says when its holder was configured with a longer lease", () => {
    const state = stateOf();
    state.observe(lease({ ...foreign, leaseDurationSeconds: 60 }), 0);

    expect(state.decide(at(59_999))).toMatchObject({ action: "Wait" });
    expect(state.decide(at(60_000))).toMatchObject({ action: "Replace" });
  });

  it("gives the holder of a Lease that somebody deleted the time to notice it", () => {
    const state = stateOf();
    state.observe(lease(foreign), 0);
    state.observeAbsent(10_000);
    state.observeAbsent(20_000);

    expect(state.decide(at(24_999))).toMatchObject({ action: "Wait" });
    expect(state.decide(at(25_000))).toMatchObject({ action: "Create" });
  });

  it("recognises its own claim that got through without an answer, and goes on with it", () => {
    const state = stateOf();
    const claim = state.decide(at(0)) as LeaseWrite;
    state.claiming(claim);
    state.observe(lease(specOf(claim)!), 3000);

    const decision = state.decide(at(3000));

    expect(decision.action).toBe("Replace");
    expect(specOf(decision)).toMatchObject({ acquireTime: specOf(claim)!.acquireTime, leaseTransitions: 0 });
    expect(state.remainingMs(3000)).toBeLessThanOrEqual(0);
  });
});

describe("a leader", () => {
  it("R20: may act until the renew deadline after it sent the request, not after the answer", () => {
    const { state } = leader();

    expect(state.remainingMs(0)).toBe(10_000);
    expect(state.remainingMs(10_000)).toBe(0);
    expect(state.decide(at(10_000))).toMatchObject({ action: "Lost", reason: "not renewed in time" });
  });

  it("renews its record: the time changes, acquireTime and transitions do not", () => {
    const { state, record } = leader();

    expect(specOf(state.decide(at(2000)))).toEqual({ ...record.spec, renewTime: "2026-01-01T00:00:02.000000Z" });
  });

  it("R20: has no time left when the answer to a claim comes after the deadline, as after a SIGSTOP", () => {
    const state = stateOf();
    carryOut(state, state.decide(at(0)), { sentAtMs: 0, answeredAtMs: 12_000 });

    expect(state.remainingMs(12_000)).toBeLessThanOrEqual(0);
    expect(state.decide(at(12_000))).toMatchObject({ action: "Lost" });
  });

  it("loses the lease when the record names somebody else", () => {
    const { state } = leader();
    state.observe(lease(foreign, "9"), 1000);

    expect(state.decide(at(1000))).toEqual({ action: "Lost", reason: 'the record names the holder "other"' });
  });

  it("loses the lease when another process of the same name took it", () => {
    const { state, record } = leader();
    state.observe(lease({ ...record.spec, acquireTime: "2026-01-01T00:00:01.000000Z" }, "9"), 1000);

    expect(state.decide(at(1000))).toMatchObject({ action: "Lost" });
  });

  it("creates the Lease again when somebody deleted it", () => {
    const { state, record } = leader();
    state.observeAbsent(1000);

    expect(state.decide(at(1000))).toMatchObject({ action: "Create", spec: { acquireTime: record.spec!.acquireTime } });
  });

  it("releases with no holder and a duration of one second, and may not act from then on", () => {
    const { state, record } = leader();
    state.end();

    expect(state.remainingMs(1)).toBeLessThanOrEqual(0);
    expect(state.released(WALL + 3000)).toEqual({
      ...record,
      spec: { ...record.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: "2026-01-01T00:00:03.000000Z" },
    });
  });

  it("releases nothing that is not its own", () => {
    const { state } = leader();
    state.observe(lease(foreign, "9"), 1000);

    expect(state.released(WALL)).toBeUndefined();
    expect(stateOf().released(WALL)).toBeUndefined();
  });
});
