// Which requests a fault plan strikes, and which plans are refused.
import { describe, expect, test } from "vitest";
import type { FaultTarget } from "./fault-engine.ts";
import { armFaults, chooseFault, describeFaults } from "./fault-engine.ts";
import type { FaultPlanInput } from "./faults.ts";
import { parseFaultPlan } from "./faults.ts";

const POST: FaultTarget = { method: "POST", path: "/a/things", isListRead: false };
const LIST: FaultTarget = { method: "GET", path: "/a/things", isListRead: true };

/** The statuses of the faults that strike each of `targets` in turn; 0 where none does. */
function struck(plan: FaultPlanInput, targets: readonly FaultTarget[]): number[] {
  let state = armFaults(parseFaultPlan(plan));
  return targets.map((target) => {
    const chosen = chooseFault(state, target);
    state = chosen.state;
    return chosen.fault?.status ?? 0;
  });
}

const posts = (count: number): FaultTarget[] => Array.from({ length: count }, () => POST);
const status = (code: number) => ({ action: "Status" as const, status: code });

describe("chooseFault", () => {
  test("strikes once when times is left out", () => {
    expect(struck({ faults: [status(500)] }, [POST, POST])).toEqual([500, 0]);
  });

  test("strikes for ever when times is 0", () => {
    expect(struck({ faults: [{ ...status(500), times: 0 }] }, posts(4))).toEqual([500, 500, 500, 500]);
  });

  test("lets the first matching requests pass that skip counts", () => {
    const plan = { faults: [{ ...status(500), skip: 2, times: 2 }] };
    expect(struck(plan, [POST, LIST, POST, POST, POST, POST])).toEqual([0, 0, 0, 500, 500, 0]);
  });

  test("lets the first fault in order win, and the next one take over when it is used up", () => {
    expect(struck({ faults: [status(500), status(503)] }, [POST, POST, POST])).toEqual([500, 503, 0]);
  });

  test("lets a later fault strike a request that an earlier one skips", () => {
    expect(struck({ faults: [{ ...status(500), skip: 1 }, status(503)] }, [POST, POST])).toEqual([503, 500]);
  });

  test("takes the method as a whole and searches the path anywhere", () => {
    const plan = (fault: object) => ({ faults: [{ ...status(500), times: 0, ...fault }] });
    const patch = { ...POST, method: "PATCH" };
    expect(struck(plan({ method: "P" }), [POST])).toEqual([0]);
    expect(struck(plan({ method: "POST|PATCH" }), [POST, patch, LIST])).toEqual([500, 500, 0]);
    expect(struck(plan({ path: "thin" }), [POST])).toEqual([500]);
    expect(struck(plan({ path: "^/a$" }), [POST, { ...POST, path: "/a" }])).toEqual([0, 500]);
  });

  test("concerns POST when no method is given, and GET for the two list actions", () => {
    expect(struck({ faults: [{ ...status(500), times: 0 }] }, [LIST, POST])).toEqual([0, 500]);
    expect(parseFaultPlan({ faults: [{ action: "EmptyList" }] }).faults[0]?.method).toBe("GET");
  });

  test.each(["EmptyList", "StaleList"] as const)("does not use up %s on what is not a list read", (action) => {
    let state = armFaults(parseFaultPlan({ faults: [{ method: ".*", action }] }));
    const onPost = chooseFault(state, POST);
    const onRead = chooseFault(onPost.state, { ...LIST, isListRead: false });
    state = onRead.state;
    expect([onPost.fault, onRead.fault]).toEqual([undefined, undefined]);
    expect(chooseFault(state, LIST).fault?.action).toBe(action);
  });

  test("strikes the same requests for the same seed, about as many as the probability says, and others for another", () => {
    const run = (seed: number) =>
      struck({ seed, faults: [{ ...status(500), times: 0, probability: 0.25 }] }, posts(2000));
    const share = run(7).filter((code) => code === 500).length / 2000;
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  test("never strikes with probability 0", () => {
    expect(struck({ faults: [{ ...status(500), probability: 0 }] }, [POST, POST])).toEqual([0, 0]);
  });

  test("tells how often each fault has struck", () => {
    const { state } = chooseFault(armFaults(parseFaultPlan({ faults: [status(500), status(503)] })), POST);
    expect(describeFaults(state).faults.map((fault) => fault.struck)).toEqual([1, 0]);
  });
});

describe("parseFaultPlan", () => {
  test("fills in what is left out", () => {
    expect(parseFaultPlan({ faults: [{ method: "PUT", path: "x", action: "Hold" }] })).toEqual({
      seed: 1,
      faults: [
        {
          method: "PUT",
          path: "x",
          action: "Hold",
          skip: 0,
          times: 1,
          probability: 1,
          ms: 0,
          status: 0,
          retryAfterSeconds: 0,
        },
      ],
    });
  });

  test("accepts its own output", () => {
    const plan = parseFaultPlan({ faults: [{ action: "StaleList" }, status(429)] });
    expect(parseFaultPlan(plan)).toEqual(plan);
  });

  test.each([
    ["faults[0].action", { faults: [{ action: "Explode" }] }],
    ["faults[0].action", { faults: [{}] }],
    ["faults[1].path", { faults: [{ action: "Hold" }, { action: "Hold", path: "(" }] }],
    ["faults[0].method", { faults: [{ action: "Hold", method: "[" }] }],
    ["faults[0].status", { faults: [{ action: "Status" }] }],
    ["faults[0].status", { faults: [{ action: "Status", status: 700 }] }],
    ["faults[0].times", { faults: [{ action: "Hold", times: -1 }] }],
    ["faults[0].probability", { faults: [{ action: "Hold", probability: 2 }] }],
    ["faults[0].ms", { faults: [{ action: "StaleList", ms: 600_001 }] }],
    ["faults[0].tims", { faults: [{ action: "Hold", tims: 1 }] }],
    ["seed", { seed: "one" }],
    ["body", []],
  ])("names the field %s that is at fault", (field, plan) => {
    expect(() => parseFaultPlan(plan)).toThrow(expect.objectContaining({ status: 400, field }));
  });
});
