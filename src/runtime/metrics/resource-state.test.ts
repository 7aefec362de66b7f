// What is worth a series, and what a change of conditions is.
import { expect, it } from "vitest";
import type { Condition } from "../conditions.ts";
import { conditionsOf, noteworthyOf, secondsSince, transitionsOf, type Conditioned } from "./resource-state.ts";

const CREATED = "2026-11-29T08:00:00Z";

function condition(type: string, status: Condition["status"], lastTransitionTime = CREATED): Condition {
  return { type, status, reason: "Because", message: "", observedGeneration: 1, lastTransitionTime };
}

function resource(...conditions: Condition[]): Conditioned {
  const metadata = { name: "a", namespace: "ns", uid: "1", resourceVersion: "1", creationTimestamp: CREATED };
  return { apiVersion: "v1", kind: "Thing", metadata, status: { conditions } };
}

it("takes a resource that nobody has visited for not ready since its creation", () => {
  const unvisited = { type: "Ready", status: "Unknown", reason: "NotVisited", lastTransitionTime: CREATED };
  expect(conditionsOf(resource())).toEqual([unvisited]);
  expect(noteworthyOf(resource())).toEqual([unvisited]);
});

it.each([
  ["is Ready", [condition("Ready", "True"), condition("UpToDate", "False")], []],
  ["is not Ready", [condition("Ready", "False"), condition("Reconciling", "True")], ["Ready"]],
  ["is Stalled", [condition("Ready", "False"), condition("Stalled", "True")], ["Ready", "Stalled"]],
  ["is Paused while Ready", [condition("Ready", "True"), condition("Paused", "True")], ["Paused"]],
])("names the conditions that are not as they should be of a resource that %s", (_, conditions, expected) => {
  expect(noteworthyOf(resource(...conditions)).map(({ type }) => type)).toEqual(expected);
});

it("tells how long the status that ended had lasted", () => {
  const old = resource(condition("Ready", "False"), condition("UpToDate", "True"), condition("Stalled", "True"));
  const next = resource(condition("Ready", "True", "2026-11-29T08:01:30Z"), condition("UpToDate", "True"));
  const change = { type: "Updated", old, new: next, initial: false } as const;
  expect(transitionsOf(change)).toEqual([{ type: "Ready", status: "False", seconds: 90 }]);
  expect(transitionsOf({ type: "Added", new: next, initial: false })).toEqual([]);
});

it("never counts below nothing, whatever the other clock says", () => {
  const nowMs = Date.parse(CREATED);
  expect(secondsSince("2026-11-29T08:00:05Z", nowMs)).toBe(0);
  expect(secondsSince("", nowMs)).toBe(0);
  expect(secondsSince("2026-11-29T07:59:58Z", nowMs)).toBe(2);
});
