// Ten writes a minute for thirty clusters.
import { describe, expect, it } from "vitest";
import { changeWithinBudget, createWithinBudget } from "../../support/chaos/budget.ts";

describe("10 writes a minute for 30 clusters", () => {
  const scale = { clusters: 30, writesPerMinute: 10 };

  it("creates them as fast as budget and cloud allow", async () => {
    await expect(createWithinBudget(scale)).resolves.toBeUndefined();
  });

  it("changes them all at once as fast as budget and cloud allow", async () => {
    await expect(changeWithinBudget(scale)).resolves.toBeUndefined();
  });
});
