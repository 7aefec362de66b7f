// What the condition UpToDate says of a pool, and the labels by which its nodes are found.
import { describe, expect, it } from "vitest";
import {
  cloudPool,
  storedNodePool,
  type CountedPool,
  type StoredNodePool,
} from "../../../test/support/environment/nodepools.ts";
import type { Statement } from "../../runtime/conditions.ts";
import { selectorOf, upToDate } from "./status.ts";

function stated(overrides: StoredNodePool, shown: Partial<CountedPool> = {}): Statement {
  return upToDate(storedNodePool(overrides), cloudPool(shown));
}

describe("upToDate", () => {
  it("is true where nothing differs, and says so of taints only where they are declared and not shown", () => {
    const taints = [{ key: "gpu", value: "", effect: "NoSchedule" as const }];
    const declared = { spec: { taints }, status: { appliedTaints: taints } };
    expect(stated({})).toMatchObject({ status: "True", reason: "InSync", message: "As declared" });
    expect(stated(declared)).toMatchObject({ status: "True", message: expect.stringMatching(/shows no taints/) });
    expect(stated(declared, { taints })).toMatchObject({ status: "True", message: "As declared" });
  });

  it("names what differs, and why it stays so where the pool is only observed", () => {
    const spec = { labels: { team: "a" }, replicas: 5 };
    const changing = {
      status: "False",
      reason: "Differs",
      message: expect.stringMatching(/spec\.replicas and spec\.labels/),
    };
    expect(stated({ spec })).toMatchObject(changing);
    const observed = stated({ spec: { ...spec, managementPolicy: "Observe" } });
    expect(observed).toMatchObject({
      reason: "Differs",
      message: expect.stringMatching(/managementPolicy is Observe/),
    });
  });

  it("does not count the count where the cloud owns it", () => {
    const autoscaling = { enabled: true, minReplicas: 1, maxReplicas: 9 };
    expect(stated({ spec: { autoscaling } }, { autoscaling, desired: 7 })).toMatchObject({ reason: "InSync" });
  });

  it("is UpdateIgnored for what was sent and does not show in a pool at rest", () => {
    const status = { sentChange: { generation: 1, fields: ["labels" as const] } };
    const declared = { spec: { labels: { team: "a" } }, status };
    expect(stated(declared)).toMatchObject({ reason: "UpdateIgnored", message: expect.stringMatching(/spec\.labels/) });
    expect(stated(declared, { labels: { team: "a" } })).toMatchObject({ reason: "InSync" });
    expect(stated(declared, { phase: "Synchronizing" })).toMatchObject({ reason: "Differs" });
  });

  it("names what an adopted pool was made with and can't be changed", () => {
    const spec = { zone: "az2.dc2" };
    expect(stated({ spec })).toMatchObject({ reason: "Differs", message: expect.stringMatching(/spec\.zone.*can't/) });
    expect(stated({ spec }, { zone: undefined })).toMatchObject({ reason: "InSync" });
    const other = stated({}, { instanceType: "c6.large.2" });
    expect(other).toMatchObject({ reason: "Differs", message: expect.stringMatching(/spec\.instanceType/) });
  });
});

describe("selectorOf", () => {
  it("is our mark where the pool has it", () => {
    expect(selectorOf(cloudPool({ labels: { team: "a" } }))).toBe("yunfan.dev/nonce=6f1f4f6e-1");
  });

  it("is the pool's labels where it is not of our making, and nothing where it has none", () => {
    const adopted = cloudPool({ mark: undefined, labels: { tier: "b", team: "a" } });
    expect(selectorOf(adopted)).toBe("team=a,tier=b");
    expect(selectorOf({ ...adopted, labels: {} })).toBeUndefined();
  });
});
