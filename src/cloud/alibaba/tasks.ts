// Tasks, the long operations of ACK: what each does, how it ended, and what became of the servers that it concerns. The reference names
// their ids alone (2.1); the calls are those of the vendor's client.
import * as z from "zod";
import type { Job, JobPhase, JobsFacet } from "../facets/jobs.ts";
import { pathOf } from "../kit/uri.ts";
import { explanation, instant, lenientObject, listOf, text } from "../kit/wire.ts";
import type { AckClient } from "./client.ts";
import { markOf, pairs } from "./marks.ts";
import { stateWord } from "./wire.ts";

const PHASES: Readonly<Record<string, JobPhase>> = {
  initial: "Initializing",
  pending: "Initializing",
  waiting: "Initializing",
  running: "Running",
  paused: "Running",
  success: "Success",
  succeeded: "Success",
  // Terraform's provider and the vendor's client differ.
  fail: "Failed",
  failed: "Failed",
  timeout: "Failed",
  canceled: "Failed",
  cancelled: "Failed",
};

/** …NoStock, …OutOfStock: the cloud has no such servers now. */
const SOLD_OUT = /Stock|SoldOut/i;
const QUOTA = /Quota/i;

const task = z
  .object({
    task_id: z.string().min(1),
    task_type: text,
    state: text,
    created: text,
    error: lenientObject({ code: text, message: text }),
    stages: z.array(lenientObject({ name: text, state: text, message: text })).catch([]),
    parameters: lenientObject({ tags: pairs }),
    task_result: z.array(lenientObject({ data: text, status: text })).catch([]),
  })
  .transform((wire): Job => ({
    id: wire.task_id,
    phase: phaseOf(wire.state),
    type: wire.task_type,
    reason: explanation(wire.error.code, wire.error.message),
    steps: wire.stages.map(({ name, state, message }) => ({
      type: name,
      phase: phaseOf(state),
      reason: explanation(message),
    })),
    cause: causeOf(wire.error.code),
    mark: markOf(wire.parameters.tags),
    servers: wire.task_result
      .filter(({ data }) => data !== "")
      .map(({ data, status }) => ({ serverId: data, phase: phaseOf(status) })),
    createdAtMs: instant(wire.created),
  }));

const taskList = z.object({ tasks: listOf(task) });

/** Older ones are not looked at: what is asked for began a moment ago. */
const LATEST = 50;

/** The reference's dialect has no list. */
export function jobsFacet(client: AckClient): JobsFacet {
  const get: JobsFacet["get"] = (id, signal) => getTask(client, id, signal);
  if (client.dialect === "Reference") return { get };
  return { get, list: (clusterId, signal) => listTasks(client, clusterId, signal) };
}

/** GET /tasks/{id}. */
function getTask(client: AckClient, id: string, signal: AbortSignal): Promise<Job | "Absent"> {
  return client.find({ operation: "DescribeTaskInfo", method: "GET", path: pathOf("tasks", id), signal }, task);
}

/** GET /clusters/{id}/tasks, of dialect V2026: the newest first, of the cluster and of its pools, without their servers and tags. */
export async function listTasks(client: AckClient, clusterId: string, signal: AbortSignal): Promise<readonly Job[]> {
  const path = pathOf("clusters", clusterId, "tasks");
  const query = [
    ["page_number", "1"],
    ["page_size", String(LATEST)],
  ] as const;
  const { value } = await client.read(
    { operation: "DescribeClusterTasks", method: "GET", path, query, signal },
    taskList,
  );
  return value.tasks.map(({ id, phase, type, reason, cause, createdAtMs }) => {
    return { id, phase, type, reason, cause, createdAtMs, steps: [] };
  });
}

function phaseOf(word: string): JobPhase {
  return PHASES[stateWord(word)] ?? "Unknown";
}

function causeOf(code: string): Job["cause"] {
  if (SOLD_OUT.test(code)) return "SoldOut";
  return QUOTA.test(code) ? "QuotaExceeded" : undefined;
}
