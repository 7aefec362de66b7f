import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutDistinct, distinctName, labelValueOf, nameWith } from "./names.ts";

/** As Kubernetes' validation has them. */
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const OBJECT_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

const objectName = fc
  .array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,80}[a-z0-9])?$/), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join("."))
  .filter((name) => name.length <= 253);

describe("a name as a label", () => {
  it("is itself where it fits", () => {
    expect(labelValueOf("production")).toBe("production");
    expect(labelValueOf("a".repeat(63))).toBe("a".repeat(63));
  });

  it("is cut where it is longer, and names alike at their beginnings stay apart", () => {
    const values = [64, 70, 253].map((length) => labelValueOf("a".repeat(length)));
    expect(new Set(values).size).toBe(3);
    for (const value of values) expect(value).toMatch(/^a{46}_[0-9a-f]{16}$/);
  });

  it("is a value that Kubernetes takes, and no other name's", () => {
    fc.assert(
      fc.property(objectName, objectName, (one, other) => {
        const value = labelValueOf(one);
        expect(value.length).toBeLessThanOrEqual(63);
        expect(value).toMatch(LABEL_VALUE);
        expect(value === labelValueOf(other)).toBe(one === other);
      }),
    );
  });
});

describe("a name made of a name", () => {
  it("is plain where it fits", () => {
    expect(nameWith("prod", "-kubeconfig")).toBe("prod-kubeconfig");
    expect(nameWith("a".repeat(242), "-kubeconfig")).toHaveLength(253);
  });

  it("is a name that Kubernetes takes, and no other name's", () => {
    fc.assert(
      fc.property(objectName, objectName, (one, other) => {
        const made = nameWith(one, "-kubeconfig");
        expect(made.length).toBeLessThanOrEqual(253);
        expect(made).toMatch(OBJECT_NAME);
        expect(made === nameWith(other, "-kubeconfig")).toBe(one === other);
      }),
    );
  });

  it.each([
    ["a dot", `${"a".repeat(223)}.${"b".repeat(29)}`],
    ["a hyphen", `${"a".repeat(223)}-${"b".repeat(29)}`],
  ])("is not cut behind %s", (_what, name) => {
    expect(nameWith(name, "-kubeconfig")).toMatch(OBJECT_NAME);
  });

  it("is told apart by what it was made of where it reads the same", () => {
    const [one, other] = ["team/a-prod", "team-a/prod"].map((identity) =>
      distinctName("team-a-prod", "-cluster", identity),
    );
    expect(one).not.toBe(other);
    expect(one).toMatch(/^team-a-prod-cluster-[0-9a-f]{16}$/);
  });
});

describe("a long text", () => {
  it("is cut to what there is room for, and two of one beginning stay apart", () => {
    const [one, other] = ["x", "y"].map((end) => cutDistinct(`https://cloud.example/${"a".repeat(600)}${end}`, 300));
    expect(one).toHaveLength(300);
    expect(one).not.toBe(other);
    expect(cutDistinct("https://cloud.example", 300)).toBe("https://cloud.example");
  });
});
