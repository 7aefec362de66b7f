// Tasks on the timeline: their stages end one after another, and the last one says how it ended. How GET shows them.
import type { Call, Route } from "../../simulation/cloud.ts";
import type { Ack } from "./ack.ts";
import { amend, newEntity, newId, requireCluster } from "./ack.ts";
import { pairsOf } from "./fields.ts";
import { emptyPage, page } from "./pages.ts";
import { CodedRefusal, newRequestId } from "./refusals.ts";
import type { AckTables, AckView, Cluster, Task, TaskError } from "./state.ts";
import { timeOnWire } from "./wire.ts";

/** `ms` of the cloud's time. */
export interface Stage {
  readonly name: string;
  readonly ms: number;
}

export interface TaskOrder {
  readonly taskType: string;
  readonly cluster: Pick<Cluster, "id" | "name">;
  /** Left out: the cluster. */
  readonly poolId?: string;
  readonly stages: readonly Stage[];
  readonly results?: Task["results"];
  readonly tags?: Readonly<Record<string, string>>;
  /** It fails half-way with this, and `finish` is not called. */
  readonly fails?: TaskError | undefined;
  /** When all stages are over. An error makes it fail all the same. */
  finish(task: Task): TaskError | undefined;
  onFailure?(error: TaskError): void;
}

export function startTask(ack: Ack, order: TaskOrder): Task {
  const { taskType, cluster, poolId, stages, results = [], tags = {} } = order;
  const task: Task = {
    ...newEntity(ack, newId("T-", 24), cluster.name),
    taskType,
    clusterId: cluster.id,
    target: poolId === undefined ? { type: "cluster", id: cluster.id } : { type: "nodepool", id: poolId },
    state: "running",
    error: null,
    stages: stages.map(({ name }) => name),
    stagesDone: 0,
    results,
    tags,
  };
  ack.store.put("tasks", task);
  let atMs = 0;
  for (const [index, { ms }] of stages.entries()) {
    atMs += ms;
    ack.timeline.schedule(atMs, () => endStage(ack, task.id, order, index));
  }
  return task;
}

/** Ends the unfinished tasks that `concerns` as failed: what they work on is gone, or was put elsewhere. */
export function cancelTasks(ack: Ack, concerns: (task: Task) => boolean, message: string): void {
  for (const task of ack.store.list("tasks")) {
    if (task.state !== "running" || !concerns(task)) continue;
    amend(ack, "tasks", task.id, { state: "failed", error: { code: "Canceled", message } });
  }
}

/** Marks what became of one of a task's servers. */
export function settleResult(ack: Ack, taskId: string, serverId: string, status: "success" | "failed"): void {
  const task = ack.store.get("tasks", taskId);
  if (task === undefined) return;
  const results = task.results.map((result) => (result.data === serverId ? { data: serverId, status } : result));
  amend(ack, "tasks", taskId, { results });
}

/** Of the cluster or pool itself. */
export function isOn(id: string): (task: Task) => boolean {
  return ({ target }) => target.id === id;
}

/** Of the cluster, and of all that is in it. */
export function isIn(clusterId: string): (task: Task) => boolean {
  return (task) => task.clusterId === clusterId;
}

/** All of them came to something. */
export function settleResults(ack: Ack, { id, results }: Task): void {
  for (const { data } of results) settleResult(ack, id, data, "success");
}

export function taskRoutes(ack: Ack): Route<AckTables>[] {
  const item: Route<AckTables> = {
    method: "GET",
    path: "/tasks/:task",
    handle({ params: { task: id = "" } }, view) {
      const task = view.get("tasks", id);
      if (task === undefined) throw new CodedRefusal(404, "ErrorTaskNotFound", `The task ${id} could not be found.`);
      return { status: 200, body: taskOnWire(ack, task) };
    },
  };
  if (ack.rules.dialect === "Reference") return [item];
  const list: Route<AckTables> = {
    method: "GET",
    path: "/clusters/:cluster/tasks",
    emptyList: { status: 200, body: { requestId: newRequestId(), tasks: [], page_info: emptyPage } },
    handle: (call, view) => ({ status: 200, body: listTasks(ack, call, view) }),
  };
  return [item, list];
}

/** Newest first. */
function listTasks(ack: Ack, call: Call, view: AckView): unknown {
  const { id } = requireCluster(view, call.params["cluster"] ?? "");
  const tasks = view.list("tasks").filter(({ clusterId }) => clusterId === id);
  const { items, info } = page(tasks.toReversed(), call, ack.rules);
  const shown = items.map((task) => {
    const { task_id, task_type, state, created, updated, error } = taskOnWire(ack, task);
    return { task_id, task_type, state, created, updated, error };
  });
  return { requestId: newRequestId(), tasks: shown, page_info: info };
}

function endStage(ack: Ack, taskId: string, order: TaskOrder, index: number): void {
  const task = ack.store.get("tasks", taskId);
  if (task?.state !== "running") return;
  const last = order.stages.length - 1;
  if (order.fails !== undefined && index >= Math.floor(last / 2)) {
    conclude(ack, taskId, order, order.fails);
    return;
  }
  const done = amend(ack, "tasks", taskId, { stagesDone: index + 1 }) ?? task;
  if (index === last) conclude(ack, taskId, order, order.finish(done));
}

function conclude(ack: Ack, taskId: string, order: TaskOrder, error: TaskError | undefined): void {
  amend(ack, "tasks", taskId, { state: error === undefined ? "success" : "failed", error: error ?? null });
  if (error !== undefined) order.onFailure?.(error);
}

function taskOnWire(ack: Ack, task: Task) {
  const { rules } = ack;
  const failed = rules.spelling === "Older" ? "fail" : "failed";
  const state = task.state === "failed" ? failed : task.state;
  return {
    task_id: task.id,
    cluster_id: task.clusterId,
    task_type: task.taskType,
    state,
    created: timeOnWire(rules, task.createdAt),
    updated: timeOnWire(rules, task.updatedAt),
    current_stage: task.stages[Math.min(task.stagesDone, task.stages.length - 1)] ?? "",
    stages: task.stages.map((name, index) => ({ name, state: stageState(task, index) })),
    target: task.target,
    parameters: rules.hideTags ? {} : { tags: pairsOf(task.tags) },
    task_result: task.results,
    events: [],
    error: task.error ?? undefined,
  };
}

function stageState({ state, stagesDone }: Task, index: number): string {
  if (index < stagesDone) return "success";
  if (index > stagesDone) return "initial";
  return state;
}
