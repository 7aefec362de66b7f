// What becomes of the servers that a pool's status tells.
import { expect, it } from "vitest";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import { byServer, followed, withState, type Server } from "./members.ts";

const PHASES: readonly ClusterNode["phase"][] = ["Active", "Abnormal", "Creating", "Deleting"];

function node(phase: ClusterNode["phase"]): ClusterNode {
  return { id: "i-1", name: "i-1", serverId: "i-1", poolId: undefined, phase, cloudPhase: phase };
}

interface Case {
  readonly state: Server["state"];
  readonly origin?: Server["origin"];
  readonly phase?: ClusterNode["phase"];
  readonly isGone?: boolean;
  readonly verdict?: Job["phase"];
}

function next({ state, origin = "Accepted", phase, isGone = false, verdict }: Case): readonly Server[] {
  const servers = verdict && [{ serverId: "i-1", phase: verdict }];
  const job: Job | undefined = servers && {
    id: "t-1",
    phase: verdict,
    type: "attach",
    reason: "Too small",
    steps: [],
    servers,
  };
  const nodes = byServer(phase ? [node(phase)] : []);
  return followed([{ id: "i-1", origin, state }], { nodes, isGone: () => isGone, job });
}

it.each<Case & { becomes: Server["state"] | "dropped" }>([
  { state: "Joining", becomes: "Joining" },
  { state: "Joining", phase: "Creating", becomes: "Joining" },
  { state: "Joining", phase: "Active", becomes: "Joined" },
  { state: "Joining", phase: "Abnormal", becomes: "Joined" },
  { state: "Joining", verdict: "Failed", becomes: "Failed" },
  { state: "Joining", verdict: "Success", becomes: "Joining" },
  { state: "Joining", verdict: "Failed", phase: "Active", becomes: "Joined" },
  { state: "Joining", verdict: "Running", isGone: true, becomes: "Joining" },
  { state: "Joining", verdict: "Success", isGone: true, becomes: "Joining" },
  { state: "Joining", isGone: true, becomes: "Joining" },
  { state: "Joining", isGone: true, origin: "Created", becomes: "dropped" },
  { state: "Joined", phase: "Active", becomes: "Joined" },
  { state: "Joined", becomes: "Joined" },
  { state: "Joined", isGone: true, becomes: "Left" },
  { state: "Joined", isGone: true, origin: "Created", becomes: "dropped" },
  { state: "Leaving", phase: "Deleting", becomes: "Leaving" },
  { state: "Leaving", becomes: "Leaving" },
  { state: "Leaving", isGone: true, becomes: "dropped" },
])("$state with a node that is $phase, a verdict $verdict, gone: $isGone, is $becomes", ({ becomes, ...given }) => {
  expect(next(given).map(({ state }) => state)).toEqual(becomes === "dropped" ? [] : [becomes]);
});

it("one that has left, or has failed, stays so whatever is seen", () => {
  for (const state of ["Left", "Failed"] as const) {
    for (const phase of PHASES) expect(next({ state, phase })).toMatchObject([{ state }]);
    expect(next({ state, isGone: true })).toMatchObject([{ state }]);
  }
});

it("one whose joining has failed says why", () => {
  expect(next({ state: "Joining", verdict: "Failed" })).toMatchObject([{ message: "Too small" }]);
});

it("a change of state keeps where a server came from", () => {
  const servers: readonly Server[] = [{ id: "i-2", origin: "Created", state: "Joined" }];
  expect(withState(servers, ["i-2", "i-1"], { origin: "Accepted", state: "Leaving" })).toEqual([
    { id: "i-1", origin: "Accepted", state: "Leaving" },
    { id: "i-2", origin: "Created", state: "Leaving" },
  ]);
});
