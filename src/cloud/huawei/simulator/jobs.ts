// Jobs with sub-jobs on the timeline, and how 4.1.24 shows them.
import { randomUUID } from "node:crypto";
import type { Route } from "../../simulation/cloud.ts";
import { notFound } from "./refusals.ts";
import type { Cce, CceTables, Cluster, Job, JobPhase, SubJob } from "./state.ts";
import { amend, goTime, isoNow, newEntity, takePlan } from "./state.ts";

/** From being accepted to the start of the first sub-job. */
const INITIALIZING_MS = 1_000;

/** A sub-job to be; `ms` of the cloud's time. */
export interface Step {
  readonly type: string;
  readonly ms: number;
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
 * Starts a job; its steps run one after another. A plan for the cluster that names one of the steps makes it fail there.
 * Neither callback is called for a job that was cancelled.
 */
export function startJob(cce: Cce, order: JobOrder): Job {
  const { id: resourceId, name } = order.resource ?? order.cluster;
  const isOurs = (failAt: string | undefined): boolean => order.steps.some(({ type }) => type === failAt);
  const plan = takePlan(cce, "Cluster", order.cluster.name, ({ failAt }) => isOurs(failAt));
  const entity = newEntity(cce, name);
  const job: Job = {
    ...entity,
    type: order.type,
    clusterId: order.cluster.id,
    resourceId,
    phase: "Initializing",
    reason: "",
    subJobs: order.steps.map(({ type }) => newSubJob(type, entity.createdAt)),
    failAt: plan?.failAt ?? "",
    leaves: plan?.leaves ?? "Unavailable",
  };
  cce.store.put("jobs", job);
  cce.timeline.schedule(INITIALIZING_MS, () => beginStep(cce, job.id, order, 0));
  return job;
}

/** Ends the unfinished jobs of a resource as Failed: it was deleted, or a colleague has put it elsewhere. */
export function cancelJobs(cce: Cce, resourceId: string, reason: string): void {
  const unfinished = cce.store.list("jobs").filter((job) => job.resourceId === resourceId && isUnfinished(job));
  for (const job of unfinished) {
    const current = job.subJobs.find(isUnfinished)?.id;
    const subJobs = job.subJobs.map((sub) => (sub.id === current ? stamped(cce, sub, "Failed", reason) : sub));
    amend(cce, "jobs", job.id, { phase: "Failed", reason, subJobs });
  }
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
        const job = view.get("jobs", id);
        if (job === undefined) throw notFound("job", id);
        return { status: 200, body: jobOnWire(job) };
      },
    },
  ];
}

function beginStep(cce: Cce, jobId: string, order: JobOrder, index: number): void {
  const job = cce.store.get("jobs", jobId);
  const step = order.steps[index];
  if (job === undefined || step === undefined || !isUnfinished(job)) return;
  const subJobs = job.subJobs.map((sub, at) => (at === index ? stamped(cce, sub, "Running", "") : sub));
  amend(cce, "jobs", jobId, { phase: "Running", subJobs });
  cce.timeline.schedule(step.ms, () => endStep(cce, jobId, order, index));
}

function endStep(cce: Cce, jobId: string, order: JobOrder, index: number): void {
  const job = cce.store.get("jobs", jobId);
  const subJob = job?.subJobs[index];
  if (job === undefined || subJob === undefined || !isUnfinished(job)) return;
  if (subJob.type === job.failAt) {
    failStep(cce, job, order, subJob);
    return;
  }
  const subJobs = job.subJobs.map((sub) => (sub.id === subJob.id ? stamped(cce, sub, "Success", "") : sub));
  const isLast = index === order.steps.length - 1;
  amend(cce, "jobs", jobId, { subJobs, phase: isLast ? "Success" : "Running" });
  if (isLast) order.onSuccess();
  else beginStep(cce, jobId, order, index + 1);
}

function failStep(cce: Cce, job: Job, order: JobOrder, subJob: SubJob): void {
  const failed = stamped(cce, subJob, "Failed", `${subJob.type} failed: no healthy host was found`);
  const subJobs = job.subJobs.map((sub) => (sub.id === failed.id ? failed : sub));
  const done = amend(cce, "jobs", job.id, { subJobs, phase: "Failed", reason: failed.reason });
  if (done !== undefined) order.onFailure(done, failed);
}

function newSubJob(type: string, createdAt: string): SubJob {
  return { id: randomUUID(), type, phase: "Initializing", reason: "", createdAt, updatedAt: createdAt };
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
      extendParam: {},
      subJobs: job.subJobs.map((sub) => ({
        kind: "Job",
        apiVersion: "v3",
        metadata: jobMetadata(sub),
        spec: { type: sub.type, clusterUID: job.clusterId, resourceID: job.resourceId },
        status: { phase: sub.phase, reason: sub.reason },
      })),
    },
    status: { phase: job.phase, reason: job.reason },
  };
}

function jobMetadata({ id, createdAt, updatedAt }: Pick<SubJob, "id" | "createdAt" | "updatedAt">): unknown {
  return { uid: id, creationTimestamp: goTime(createdAt), updateTimestamp: goTime(updatedAt) };
}
