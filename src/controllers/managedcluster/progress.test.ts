// What is told of a long job of the cloud, and of one that has failed.
import { describe, expect, it } from "vitest";
import type { Job, JobPhase } from "../../cloud/facets/jobs.ts";
import { failureOf, progressOf } from "./progress.ts";

/** A job that creates a cluster, with a step in each of these phases. */
function job(phase: JobPhase, steps: readonly JobPhase[] = [], reason = ""): Job {
  const shown = steps.map((each, index) => ({ type: `Step${index + 1}`, phase: each, reason }));
  return { id: "job-1", type: "CreateCluster", phase, reason, steps: shown };
}

describe("progressOf", () => {
  it("is how many steps are done, and which is under way", () => {
    expect(progressOf(job("Running", ["Success", "Running", "Initializing"]))).toBe(
      "CreateCluster: 1 of 3 steps done, Step2 Running",
    );
    expect(progressOf(job("Success", ["Success", "Success"]))).toBe("CreateCluster: 2 of 2 steps done");
  });

  it("names the step that has failed before one that goes on", () => {
    expect(progressOf(job("Running", ["Running", "Failed"]))).toBe("CreateCluster: 0 of 2 steps done, Step2 Failed");
  });

  it("is the phase of a job without steps", () => {
    expect(progressOf(job("Initializing"))).toBe("CreateCluster Initializing");
  });
});

describe("failureOf", () => {
  it("is nothing while the job has not failed", () => {
    for (const phase of ["Initializing", "Running", "Success", "Unknown"] as const) {
      expect(failureOf(job(phase, ["Success", "Running"]))).toBeUndefined();
    }
  });

  it("is the step and why, in the cloud's words", () => {
    const failed = job("Running", ["Success", "Failed"], "No address is left");
    expect(failureOf(failed)).toBe("CreateCluster failed at Step2: No address is left");
  });

  it("is as much as the cloud tells", () => {
    expect(failureOf(job("Failed", [], "No quota"))).toBe("CreateCluster failed: No quota");
    expect(failureOf(job("Failed", ["Failed"]))).toBe("CreateCluster failed at Step1");
    expect(failureOf(job("Failed"))).toBe("CreateCluster failed");
  });
});
