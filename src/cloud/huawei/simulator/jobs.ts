// Jobs with sub-jobs on the timeline, and how 4.1.24 shows them, each by its own id.
import { randomUUID } from "node:crypto";
import type { Route } from "../../simulation/cloud.ts";
import { notFound } from "./refusals.ts";
import type { Cce, CceTables, CceView, Cluster, Job, JobPhase, Plan, SubJob } from "./state.ts";
import { amend, goTime, isoNow, newEntity, takePlan } from "./state.ts";

/** From being accepted to the start of the first sub-job. */
const INITIALIZING_MS = 1_000;

/** A sub-job to be; `ms` of the cloud's time. */
export interface Step {
  readonly type: string;
  readonly ms: number;
  /** As it starts. A text is the reason for which it fails at once. */
  begin?(jobId: string): string | void;
  /** As it ends well. */
  end?(jobId: string): void;
}

/** What is done to one resource: its steps run one after another. */
export interface Track {
  readonly resource: { readonly id: string; readonly name: string };
  /** Of a node that has one. */
  readonly serverId?: string;
  readonly steps: readonly Step[];
  /** Fails it where it names one of the steps. */
  readonly plan?: Plan | undefined;
  onSuccess?(): void;
  onFailure(job: Job, failed: SubJob): void;
}

export interface JobOrder {
  readonly type: string;
  readonly cluster: Pick<Cluster, "id" | "name">;
  /** Left out: the cluster itself. */
  readonly resource?: { readonly id: string; readonly name: string };
  readonly steps: readonly Step[];
  onSuccess(): void;
  onFailure(job: Job, failed: SubJob): void;
}

/**
 * Starts a job of one resource. A plan for the cluster that names one of the steps makes it fail there. Neither callback
 * is called for a job that was cancelled.
 */
export function startJob(cce: Cce, { type, cluster, resource = cluster, ...track }: JobOrder): Job {
  const plan = takePlan(cce, "Cluster", cluster.name, ({ failAt }) => hasStep(track.steps, failAt));
  return startTracks(cce, { type, cluster, tracks: [{ ...track, resource, plan }] });
}

/** Starts a job of one or more resources, which run beside each other; it ends when all have ended, and fails if one did. */
export function startTracks(
  cce: Cce,
  order: { readonly type: string; readonly cluster: Pick<Cluster, "id">; readonly tracks: readonly Track[] },
): Job {
  const [first] = order.tracks;
  if (first === undefined) throw new Error("a job needs something to work on");
  const entity = newEntity(cce, first.resource.name);
  const runs = order.tracks.map((track) => ({ track, subJobs: subJobsOf(track, entity.createdAt) }));
  const job: Job = {
    ...entity,
    type: order.type,
    clusterId: order.cluster.id,
    resourceId: first.resource.id,
    serverId: first.serverId ?? "",
    phase: "Initializing",
    reason: "",
    subJobs: runs.flatMap(({ subJobs }) => subJobs),
    failAt: "",
    leaves: first.plan?.leaves ?? "Unavailable",
    isForgotten: false,
  };
  cce.store.put("jobs", job);
  for (const { track, subJobs } of runs) {
    const run = { cce, jobId: job.id, track, ids: subJobs.map(({ id }) => id) };
    cce.timeline.schedule(INITIALIZING_MS, () => beginStep(run, 0));
  }
  return job;
}

export function hasStep(steps: readonly Pick<Step, "type">[], failAt: string | undefined): boolean {
  return steps.some(({ type }) => type === failAt);
}

/** Says in a job which server its node has, or which id it has from now on. */
export function retrack(
  cce: Cce,
  jobId: string,
  resourceId: string,
  change: { readonly resourceId?: string; readonly serverId?: string },
): void {
  const job = cce.store.get("jobs", jobId);
  if (job === undefined) return;
  const subJobs = job.subJobs.map((sub) => (sub.resourceId === resourceId ? { ...sub, ...change } : sub));
  amend(cce, "jobs", jobId, { subJobs, ...(job.resourceId === resourceId ? change : {}) });
}

/** Ends what unfinished jobs do to a resource as Failed: it was deleted, or a colleague has put it elsewhere. */
export function cancelJobs(cce: Cce, resourceId: string, reason: string): void {
  for (const job of cce.store.list("jobs").filter(isUnfinished)) {
    const current = job.subJobs.find((sub) => sub.resourceId === resourceId && isUnfinished(sub));
    const hasFailed = job.subJobs.some((sub) => sub.resourceId === resourceId && sub.phase === "Failed");
    if (current !== undefined && !hasFailed) note(cce, job, stamped(cce, current, "Failed", reason));
  }
}

/** Whether a job that is not over works on the resource. */
export function isWorkedOn(view: CceView, resourceId: string): boolean {
  return view.list("jobs").some((job) => isUnfinished(job) && !isOver(tracksOf(job).get(resourceId) ?? []));
}

export function isUnfinished({ phase }: { phase: JobPhase }): boolean {
  return phase === "Initializing" || phase === "Running";
}

export function jobRoutes(): Route<CceTables>[] {
  return [
    {
      method: "GET",
      path: "/api/v3/projects/:project/jobs/:id",
      handle({ params: { id = "" } }, view) {
        const job = findJob(view, id);
        if (job === undefined || job.isForgotten) throw notFound("job", id);
        const subJob = job.subJobs.find((sub) => sub.id === id);
        return { status: 200, body: subJob === undefined ? jobOnWire(job) : subJobAlone(job, subJob) };
      },
    },
  ];
}

/** By its own id or by that of one of its sub-jobs. */
function findJob(view: CceView, id: string): Job | undefined {
  return view.get("jobs", id) ?? view.list("jobs").find(({ subJobs }) => subJobs.some((sub) => sub.id === id));
}

interface Run {
  readonly cce: Cce;
  readonly jobId: string;
  readonly track: Track;
  /** Of the sub-jobs, in the order of the steps. */
  readonly ids: readonly string[];
}

function beginStep(run: Run, index: number): void {
  const { cce, jobId, track, ids } = run;
  const step = track.steps[index];
  const found = findStep(run, index);
  if (step === undefined || found?.subJob.phase !== "Initializing") return;
  note(cce, found.job, stamped(cce, found.subJob, "Running", ""));
  const problem = step.begin?.(jobId);
  if (typeof problem === "string") failStep(run, ids[index] ?? "", problem);
  else cce.timeline.schedule(step.ms, () => endStep(run, index));
}

function endStep(run: Run, index: number): void {
  const { cce, jobId, track } = run;
  const step = track.steps[index];
  const found = findStep(run, index);
  if (step === undefined || found?.subJob.phase !== "Running") return;
  const { job, subJob } = found;
  if (subJob.type === track.plan?.failAt || subJob.type === job.failAt) {
    failStep(run, subJob.id, `${subJob.type} failed: no healthy host was found`);
    return;
  }
  note(cce, job, stamped(cce, subJob, "Success", ""));
  step.end?.(jobId);
  if (index === track.steps.length - 1) track.onSuccess?.();
  else beginStep(run, index + 1);
}

function failStep({ cce, jobId, track }: Run, subJobId: string, reason: string): void {
  const job = cce.store.get("jobs", jobId);
  const subJob = job?.subJobs.find(({ id }) => id === subJobId);
  if (job === undefined || subJob === undefined) return;
  const failed = stamped(cce, subJob, "Failed", reason);
  track.onFailure(note(cce, job, failed), failed);
}

function findStep({ cce, jobId, ids }: Run, index: number): { job: Job; subJob: SubJob } | undefined {
  const job = cce.store.get("jobs", jobId);
  const subJob = job?.subJobs.find(({ id }) => id === ids[index]);
  return job === undefined || subJob === undefined ? undefined : { job, subJob };
}

/** Puts a sub-job back in its job, whose phase follows. */
function note(cce: Cce, job: Job, changed: SubJob): Job {
  const subJobs = job.subJobs.map((sub) => (sub.id === changed.id ? changed : sub));
  const tracks = [...tracksOf({ subJobs }).values()];
  const failed = subJobs.find(({ phase }) => phase === "Failed");
  const ended = failed === undefined ? "Success" : "Failed";
  const phase = tracks.every(isOver) ? ended : "Running";
  const reason = phase === "Failed" ? (failed?.reason ?? "") : "";
  return amend(cce, "jobs", job.id, { subJobs, phase, reason }) ?? job;
}

function tracksOf({ subJobs }: Pick<Job, "subJobs">): Map<string, SubJob[]> {
  return Map.groupBy(subJobs, ({ resourceId }) => resourceId);
}

function isOver(subJobs: readonly SubJob[]): boolean {
  return subJobs.some(({ phase }) => phase === "Failed") || subJobs.every(({ phase }) => phase === "Success");
}

function subJobsOf({ resource, serverId = "", steps }: Track, createdAt: string): SubJob[] {
  return steps.map(({ type }) => ({
    id: randomUUID(),
    type,
    phase: "Initializing",
    reason: "",
    createdAt,
    updatedAt: createdAt,
    resourceId: resource.id,
    serverId,
  }));
}

function stamped(cce: Cce, subJob: SubJob, phase: JobPhase, reason: string): SubJob {
  return { ...subJob, phase, reason, updatedAt: isoNow(cce) };
}

/** 4.1.24. */
function jobOnWire(job: Job): unknown {
  return {
    kind: "Job",
    apiVersion: "v3",
    metadata: jobMetadata(job),
    spec: {
      type: job.type,
      clusterUID: job.clusterId,
      resourceID: job.resourceId,
      resourceName: job.name,
      extendParam: serverParam(job),
      subJobs: job.subJobs.map((sub) => ({
        kind: "Job",
        apiVersion: "v3",
        metadata: jobMetadata(sub),
        spec: subJobSpec(job, sub),
        status: { phase: sub.phase, reason: sub.reason },
      })),
    },
    status: { phase: job.phase, reason: job.reason },
  };
}

/** 4.1.24, of a sub-job by its own id. */
function subJobAlone(job: Job, subJob: SubJob): unknown {
  return {
    kind: "Job",
    apiVersion: "v3",
    metadata: jobMetadata(subJob),
    spec: { ...subJobSpec(job, subJob), resourceName: job.name, subJobs: [] },
    status: { phase: subJob.phase, reason: subJob.reason },
  };
}

function subJobSpec({ clusterId }: Job, subJob: SubJob): object {
  const { type, resourceId } = subJob;
  return { type, clusterUID: clusterId, resourceID: resourceId, extendParam: serverParam(subJob) };
}

function serverParam({ serverId }: Pick<SubJob, "serverId">): object {
  return serverId === "" ? {} : { serverID: serverId };
}

function jobMetadata({ id, createdAt, updatedAt }: Pick<SubJob, "id" | "createdAt" | "updatedAt">): unknown {
  return { uid: id, creationTimestamp: goTime(createdAt), updateTimestamp: goTime(updatedAt) };
}
