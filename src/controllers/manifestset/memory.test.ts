// When it counts as contested what is healed: the same was sent each time, and nobody was quiet for long.
import { describe, expect, it } from "vitest";
import type { LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { Memory } from "./memory.ts";

const MINUTE = 60_000;
const live = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", uid: "u-1" } } as unknown as LiveObject;
const differences = [{ field: "data.level", before: "debug", after: "info" }];

function sent(level: string): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { level } };
}

/** A memory, and what it is told to have been sent at those minutes. */
function healedAt(...minutes: readonly number[]) {
  const memory = new Memory();
  const heal = (minute: number, level = "info", isDrift = true): void => {
    memory.noteHealed(live, { sent: sent(level), differences, by: ["another-tool"], atMs: minute * MINUTE, isDrift });
  };
  for (const minute of minutes) heal(minute);
  return { memory, heal, fields: () => memory.contested(live).fields };
}

describe("a field is contested", () => {
  it("that somebody has changed back three times, though it was seen in order between", () => {
    const { memory, heal, fields } = healedAt(1, 2);
    memory.noteInOrder(live, 1 * MINUTE);
    expect(fields()).toEqual([]);
    heal(3);
    expect(memory.contested(live)).toEqual({ fields: ["data.level"], by: ["another-tool"] });
  });

  it("that is changed back while its object is not ready: the first time may have been another declaration", () => {
    const { heal, fields } = healedAt();
    for (const minute of [1, 2, 3]) heal(minute, "info", false);
    expect(fields()).toEqual([]);
    heal(4, "info", false);
    expect(fields()).toEqual(["data.level"]);
  });

  it("not that is declared otherwise each time", () => {
    const { heal, fields } = healedAt();
    for (const level of ["info", "warn", "error", "none"]) heal(1, level);
    expect(fields()).toEqual([]);
  });

  it("no longer once it was quiet for long enough", () => {
    const { memory, fields } = healedAt(1, 2, 3);
    memory.noteInOrder(live, 3 * MINUTE);
    expect(fields()).toEqual(["data.level"]);
    memory.noteInOrder(live, 3 * MINUTE + 1);
    expect(fields()).toEqual([]);
  });
});

describe("what is contested", () => {
  it("is left until the next tick, and healed then", () => {
    const { memory } = healedAt(1, 2, 3);
    expect(memory.isHealedSince(3 * MINUTE, live, { sent: sent("info"), differences })).toBe(true);
    expect(memory.isHealedSince(4 * MINUTE, live, { sent: sent("info"), differences })).toBe(false);
  });

  it("is not left where something else differs as well, or is declared otherwise by now", () => {
    const { memory } = healedAt(1, 2, 3);
    const more = [...differences, { field: "data.mode", before: "a", after: "b" }];
    expect(memory.isHealedSince(0, live, { sent: sent("info"), differences: more })).toBe(false);
    expect(memory.isHealedSince(0, live, { sent: sent("warn"), differences })).toBe(false);
  });
});
