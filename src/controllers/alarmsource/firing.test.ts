// What a condition says of alarms: whom each concerns, the newest of them, on one line, and seldom another text.
import { describe, expect, it } from "vitest";
import { lengthOf } from "../../lib/text.ts";
import { concernedBy, entryOfAlarm, entryOfEvent, type Entry } from "./entry.ts";
import { firingsOf, messageOf } from "./firing.ts";

const entry = (fields: Partial<Entry> = {}): Entry => ({
  clusterId: "BCS-K8S-1",
  atMs: 1,
  by: "bcs-health",
  text: "disk full",
  names: [],
  ...fields,
});
const concern = {
  clusters: new Map([["BCS-K8S-1", ["ManagedCluster/a/prod"]]]),
  covers: (name: string) => name.startsWith("NodePool/a/"),
};
const alarm = {
  clusterId: "BCS-K8S-1",
  namespace: "",
  at: { ms: 1, zoned: true },
  type: "alarm",
  source: "",
  module: "bcs-health",
  message: "",
  data: undefined,
};

describe("whom an alarm concerns", () => {
  it.each([
    ["its cluster", entry(), ["ManagedCluster/a/prod"]],
    ["what it names and the source covers", entry({ clusterId: "other", names: ["NodePool/a/x"] }), ["NodePool/a/x"]],
    ["nobody of a namespace that is not covered", entry({ clusterId: "other", names: ["NodePool/b/x"] }), []],
    ["each once", entry({ names: ["NodePool/a/x", "NodePool/a/x"] }), ["ManagedCluster/a/prod", "NodePool/a/x"]],
  ])("%s", (_, one, expected) => {
    expect(concernedBy(one, concern)).toEqual(expected);
  });

  it("reads where bcs-health puts its text, and names in source and extraInfo", () => {
    const data = { event: { messages: "too hot" }, extraInfo: { kind: "NodePool", namespace: "a", name: "y" } };
    expect(entryOfAlarm({ ...alarm, source: "NodePool/a/x", data })).toMatchObject({
      text: "too hot",
      names: ["NodePool/a/x", "NodePool/a/y"],
    });
    expect(entryOfAlarm({ ...alarm, message: "first", data })).toMatchObject({ text: "first" });
    expect(entryOfAlarm({ ...alarm, data: ["odd"] })).toMatchObject({ text: "alarm", names: [] });
  });

  it("our own never count", () => {
    expect(entryOfAlarm({ ...alarm, module: "yunfan" })).toBeUndefined();
    const event = { ...alarm, id: "", env: "k8s", kind: "", level: "warning", describe: "", component: "yunfan" };
    expect(entryOfEvent({ ...event, extraInfo: { kind: "", namespace: "", name: "" } })).toBeUndefined();
  });
});

describe("the text", () => {
  const textOf = (...entries: readonly Entry[]): string =>
    messageOf(firingsOf(entries, concern).get("ManagedCluster/a/prod")!);

  it("is the newest's, whatever their order", () => {
    const [old, young] = [entry({ text: "old" }), entry({ text: "young", atMs: 2 })];
    expect([textOf(old, young), textOf(young, old)]).toEqual(Array(2).fill("bcs-health: young, and 1 or more others"));
  });

  it.each([
    [1, "bcs-health: disk full"],
    [2, "bcs-health: disk full, and 1 or more others"],
    [10, "bcs-health: disk full, and 1 or more others"],
    [11, "bcs-health: disk full, and 10 or more others"],
    [5_000, "bcs-health: disk full, and 100 or more others"],
  ])("of %i says how many in steps", (count, expected) => {
    expect(textOf(...Array.from({ length: count }, () => entry()))).toBe(expected);
  });

  it("is one line of 256 characters at most, without secrets, times and ids", () => {
    const text = `at 2026-01-01T00:00:00Z\n\u0007token: abcdef https://user:pw@host/ ${"长".repeat(300)}`;
    const said = textOf(entry({ text }), entry({ text }));
    expect(said).toMatch(/^bcs-health: at <time> token: \[redacted\] https:\/\/\[redacted\]@host\/ 长+….*others$/);
    expect(lengthOf(said)).toBeLessThanOrEqual(256);
  });
});
