// Quotas as the cloud may show them: by what is in use a namespace is deleted or not, and a whole is what is set.
import { describe, expect, it } from "vitest";
import { quotaAnswer, quotaOf } from "./namespace-wire.ts";

const answer = (hard: unknown, used: unknown) => quotaAnswer.safeParse({ quota: { hard, used } });

describe("a quota", () => {
  it("is read as numbers or as texts of them, begun cores as whole ones", () => {
    const { quota } = quotaAnswer.parse({ quota: { hard: { pods: 20, cpu: "8" }, used: { pods: 2n, cpu: 0.3 } } });
    expect(quotaOf(quota)).toEqual({ limits: { pods: 20, cpuCores: 8 }, used: { pods: 2, cpuCores: 1 } });
  });

  it("keeps what it is not read for as it came, and takes nothing that is not told for a limit of none", () => {
    const hard = { pods: null, "requests.gpu": "4", note: { by: "ops" } };
    const { quota } = quotaAnswer.parse({ quota: { hard, used: {} } });
    expect(quota.hard).toEqual(hard);
    expect(quotaOf(quota)).toEqual({ limits: {}, used: {} });
  });

  it.each([
    ["in use, one that is none", {}, { pods: 3, memory: "some" }],
    ["in use, none at all", {}, undefined],
    ["among the limits, one that is none", { pods: 10, memory: "10Gi" }, {}],
    ["among the limits, none at all", null, {}],
  ])("is not read where an amount can't be: %s", (_, hard, used) => {
    expect(answer(hard, used).success).toBe(false);
  });
});
