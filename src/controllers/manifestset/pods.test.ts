// Whose pods they are: names that begin alike are no proof.
import { expect, it } from "vitest";
import { isMadeFor } from "./pods.ts";

function made(workload: string, ...others: readonly string[]): readonly string[] {
  const [group = "", kind = ""] = workload.split("/");
  const key = { group, kind, namespace: "shop", name: "web" };
  return others.filter((other) => {
    const [its = "", name = ""] = other.split(" ");
    return isMadeFor(key, { kind: its, name });
  });
}

it("What Kubernetes makes for a workload is its, and not what it makes for one whose name begins with the same", () => {
  const its = ["ReplicaSet web-5d4b8c7f9d", "Pod web-5d4b8c7f9d-x2x4z"];
  const others = [
    "ReplicaSet web-canary-5d4b8c7f9d",
    "Pod web-canary-5d4b8c7f9d-x2x4z",
    "Pod web-0",
    "Job web-28",
    "Pod web",
  ];
  expect(made("apps/Deployment", ...its, ...others)).toEqual(its);
  expect(made("apps/StatefulSet", "Pod web-0", "Pod web-canary-0")).toEqual(["Pod web-0"]);
  expect(made("batch/CronJob", "Job web-2800", "Pod web-2800-x2x4z", "Pod web-0")).toEqual([
    "Job web-2800",
    "Pod web-2800-x2x4z",
  ]);
  expect(made("/Service", ...its)).toEqual([]);
});

it("What others' controllers make begins with the name of what it is for", () => {
  expect(made("argoproj.io/Rollout", "Pod web-canary-1", "Pod other-1")).toEqual(["Pod web-canary-1"]);
});
