// Nothing happens to many projects, and what that costs the API server and the cloud is counted.
import { expect } from "vitest";
import { convergence, expectClean, report } from "./outcome.ts";
import { createProjectBed, flawsOfProjects, type ProjectBed, type Visibility } from "./projects.ts";
import { halfwayBetweenTicks, trafficDuring, type Traffic } from "./steady.ts";

export interface SteadyOptions {
  readonly projects: number;
  /** How many of them hold an image. */
  readonly filled: number;
  readonly driftIntervalSeconds: number;
  /** How many drift intervals are counted. */
  readonly intervals: number;
  /** Of the cloud's lists. */
  readonly pageSize: number;
  /** How long the projects may take to become Ready. */
  readonly convergesWithinMs: number;
}

/** What one drift interval cost; each list is read until an empty page. */
export interface SteadyCost {
  readonly kubeWrites: number;
  readonly cloudWrites: number;
  readonly listReads: number;
  readonly repositoryReads: number;
}

/** Counts what the operator does over whole drift intervals; all of it, not per interval. */
export async function steadyCost(options: SteadyOptions): Promise<{ measured: SteadyCost; expected: SteadyCost }> {
  const { projects, filled, driftIntervalSeconds, intervals, pageSize } = options;
  const bed = await createProjectBed("chaos-steady", { maxPageSize: pageSize });
  try {
    bed.start();
    await settle(bed, options);
    const driftMs = driftIntervalSeconds * 1_000;
    const visible = projects + VISIBLE_BYSTANDERS;
    const expected = {
      kubeWrites: 0,
      cloudWrites: 0,
      listReads: intervals * (Math.ceil(visible / pageSize) + 1),
      repositoryReads: intervals * filled * 2,
    };
    await halfwayBetweenTicks(bed, { isOfTick: isList, driftMs });
    const measured = costOf(await trafficDuring(bed, intervals * driftMs));
    expectClean(bed);
    report(
      `${projects} projects, ${filled} of them filled, ${intervals} drift intervals of ${driftIntervalSeconds} s: ` +
        `${measured.kubeWrites} kube writes, ${measured.cloudWrites} cloud writes, ` +
        `${measured.listReads} reads of project pages (expected ${expected.listReads}), ` +
        `${measured.repositoryReads} reads of repository pages (expected ${expected.repositoryReads})`,
    );
    return { measured, expected };
  } finally {
    await bed[Symbol.asyncDispose]();
  }
}

/** Ours that no resource names, and somebody's public one. */
const VISIBLE_BYSTANDERS = 2;

const LISTS = "/registry/api/projects";
const REPOSITORIES = "/registry/api/repositories";

async function settle(bed: ProjectBed, { projects, filled, driftIntervalSeconds, convergesWithinMs }: SteadyOptions) {
  // The account's own look at its credentials is the same request as a list's first page: it is kept out of the count.
  await bed.addAccount("ctyun", { driftIntervalSeconds: 86_400 });
  await bed.stand.reaches("cloudaccount/ctyun", "Verified");
  const names = Array.from({ length: projects }, (_, index) => `s${String(index).padStart(4, "0")}`);
  for (const name of names) await bed.addProject(name, { driftIntervalSeconds });
  const declared = new Map<string, Visibility>(names.map((name) => [name, "Private"]));
  const tookMs = await convergence(bed, () => flawsOfProjects(bed, declared), convergesWithinMs);
  report(`${projects} projects were Ready ${tookMs} ms after the last was applied`);
  for (const name of names.slice(0, filled)) {
    await bed.stand.simulator.behindOurBack("POST", "images", { repository: `${name}/app`, tag: "1" });
  }
  const counted = async (): Promise<number> =>
    (await bed.projects()).filter(({ status }) => status.repositoryCount === 1).length;
  await expect.poll(counted, { timeout: driftIntervalSeconds * 3_000 + 30_000, interval: 500 }).toBe(filled);
}

function costOf({ kubeWrites, cloudWrites, cloudReads }: Traffic): SteadyCost {
  return {
    kubeWrites: kubeWrites.length,
    cloudWrites: cloudWrites.length,
    listReads: cloudReads.filter(isList).length,
    repositoryReads: cloudReads.filter(({ path }) => path === REPOSITORIES).length,
  };
}

function isList({ path }: { readonly path: string }): boolean {
  return path === LISTS;
}
