// Whether an object is healthy, by the rules of kstatus (kubernetes-sigs/cli-utils, pkg/kstatus): what kubectl, Flux and Helm go by.
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import { groupOf } from "./objects.ts";
import { isObject } from "./shapes.ts";

/** `reason` is empty where the object is healthy. */
export interface Health {
  readonly status: "Current" | "InProgress" | "Failed" | "Terminating";
  readonly reason: string;
  readonly message: string;
}

type Judge = (object: LiveObject, nowMs: number) => Health;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** A pod may take that long until it has a node. */
const SCHEDULE_WINDOW_MS = 15_000;

export function healthOf(object: LiveObject, nowMs: number): Health {
  const judge = JUDGES[`${groupOf(object.apiVersion)}/${object.kind}`] ?? byReady;
  return inGeneral(object) ?? judge(object, nowMs);
}

/** What any object may say of itself. */
function inGeneral(object: LiveObject): Health | undefined {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp !== undefined) {
    return { status: "Terminating", reason: "Terminating", message: "It is being deleted" };
  }
  const observed = numberAt(object, "status.observedGeneration");
  if (generation !== undefined && observed !== undefined && observed !== generation) {
    return inProgress("LatestGenerationNotObserved", "Its controller has not seen the latest change yet");
  }
  const said = conditionsOf(object).find(
    ({ type, status }) => (type === "Reconciling" || type === "Stalled") && status === "True",
  );
  if (!said) return undefined;
  return said.type === "Stalled" ? failed(said.reason, said.message) : inProgress(said.reason, said.message);
}

const JUDGES: Readonly<Record<string, Judge>> = {
  "/Service": service,
  "/Pod": pod,
  "/Secret": current,
  "/ConfigMap": current,
  "/PersistentVolumeClaim": claim,
  "apps/StatefulSet": statefulSet,
  "apps/DaemonSet": daemonSet,
  "extensions/DaemonSet": daemonSet,
  "apps/Deployment": deployment,
  "extensions/Deployment": deployment,
  "apps/ReplicaSet": replicaSet,
  "extensions/ReplicaSet": replicaSet,
  "policy/PodDisruptionBudget": current,
  "batch/CronJob": current,
  "batch/Job": job,
  "apiextensions.k8s.io/CustomResourceDefinition": definition,
};

function byReady(object: LiveObject): Health {
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  if (ready === undefined || ready.status === "True") return current();
  return inProgress(ready.reason, ready.message);
}

/** The first that holds, or healthy. */
function firstOf(checks: readonly (readonly [holds: boolean, reason: string, message: string])[]): Health {
  const found = checks.find(([holds]) => holds);
  return found ? inProgress(found[1], found[2]) : current();
}

function deployment(object: LiveObject): Health {
  const conditions = conditionsOf(object);
  const progressing = conditions.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") return failed(progressing.reason, progressing.message);
  const wanted = numberAt(object, "spec.replicas") ?? 1;
  const { replicas, updatedReplicas, readyReplicas, availableReplicas } = counts(object);
  // Without a deadline its controller never says that it has come through.
  const hasDeadline = (numberAt(object, "spec.progressDeadlineSeconds") ?? NO_DEADLINE) !== NO_DEADLINE;
  const isThrough = progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable";
  const isAvailable = conditions.some(({ type, status }) => type === "Available" && status === "True");
  return firstOf([
    [wanted > replicas, "LessReplicas", `Replicas: ${replicas}/${wanted}`],
    [wanted > updatedReplicas, "LessUpdated", `Updated: ${updatedReplicas}/${wanted}`],
    [replicas > wanted, "ExtraPods", `Pending termination: ${replicas - wanted}`],
    [updatedReplicas > availableReplicas, "LessAvailable", `Available: ${availableReplicas}/${updatedReplicas}`],
    [wanted > readyReplicas, "LessReady", `Ready: ${readyReplicas}/${wanted}`],
    [hasDeadline && !isThrough, "ReplicaSetNotAvailable", "Its ReplicaSet is not available"],
    [!isAvailable, "DeploymentNotAvailable", "It is not available"],
  ]);
}

const NO_DEADLINE = 2 ** 31 - 1;

function statefulSet(object: LiveObject): Health {
  if (textAt(object, "spec.updateStrategy.type") === "OnDelete") return current();
  const wanted = numberAt(object, "spec.replicas") ?? 1;
  const { replicas, readyReplicas, currentReplicas, updatedReplicas } = counts(object);
  const partition = numberAt(object, "spec.updateStrategy.rollingUpdate.partition");
  const share = wanted - (partition ?? 0);
  const isRolledOut = textAt(object, "status.currentRevision") === textAt(object, "status.updateRevision");
  const isWhole = partition === undefined;
  return firstOf([
    [wanted > replicas, "LessReplicas", `Replicas: ${replicas}/${wanted}`],
    [wanted > readyReplicas, "LessReady", `Ready: ${readyReplicas}/${wanted}`],
    [replicas > wanted, "ExtraPods", `Pending termination: ${replicas - wanted}`],
    [!isWhole && updatedReplicas < share, "PartitionRollout", `Updated: ${updatedReplicas}/${share}`],
    [isWhole && wanted > currentReplicas, "LessCurrent", `Current: ${currentReplicas}/${wanted}`],
    [isWhole && !isRolledOut, "RevisionMismatch", "Pods of the former revision are left"],
  ]);
}

function daemonSet(object: LiveObject): Health {
  const { generation } = object.metadata;
  const wanted = numberAt(object, "status.desiredNumberScheduled");
  const count = (name: string): number => numberAt(object, `status.${name}`) ?? 0;
  const of = wanted ?? 0;
  const shares = [
    ["LessCurrent", "Current", count("currentNumberScheduled")],
    ["LessUpdated", "Updated", count("updatedNumberScheduled")],
    ["LessAvailable", "Available", count("numberAvailable")],
    ["LessReady", "Ready", count("numberReady")],
  ] as const;
  return firstOf([
    [generation === undefined, "NoGeneration", "It has no generation"],
    [numberAt(object, "status.observedGeneration") === undefined, "NoObservedGeneration", "Nobody has seen it yet"],
    [wanted === undefined, "NoDesiredNumber", "On how many nodes it is to be is not known yet"],
    ...shares.map(([reason, what, has]) => [of > has, reason, `${what}: ${has}/${of}`] as const),
  ]);
}

function replicaSet(object: LiveObject): Health {
  const wanted = numberAt(object, "spec.replicas") ?? 1;
  const { replicas, readyReplicas, availableReplicas, fullyLabeledReplicas } = counts(object);
  const failure = conditionsOf(object).find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  return firstOf([
    [failure !== undefined, "ReplicaFailure", failure?.message ?? ""],
    [wanted > fullyLabeledReplicas, "LessLabelled", `Labelled: ${fullyLabeledReplicas}/${wanted}`],
    [wanted > availableReplicas, "LessAvailable", `Available: ${availableReplicas}/${wanted}`],
    [wanted > readyReplicas, "LessReady", `Ready: ${readyReplicas}/${wanted}`],
    [replicas > wanted, "ExtraPods", `Pending termination: ${replicas - wanted}`],
  ]);
}

function claim(object: LiveObject): Health {
  const phase = textAt(object, "status.phase") ?? "unknown";
  return firstOf([[phase !== "Bound", "NotBound", `Its phase is ${phase}`]]);
}

function pod(object: LiveObject, nowMs: number): Health {
  const conditions = conditionsOf(object);
  switch (textAt(object, "status.phase") ?? "") {
    case "Succeeded":
    case "Failed":
      return current();
    case "Running":
      return runningPod(object, conditions);
    case "Pending":
      return pendingPod(object, { conditions, nowMs });
    default:
      return inProgress("PodNotObserved", "It has no phase yet");
  }
}

function runningPod(object: LiveObject, conditions: readonly Condition[]): Health {
  if (conditions.some(({ type, status }) => type === "Ready" && status === "True")) return current();
  const crashing = crashingContainers(object);
  if (crashing.length > 0) return failed("ContainerCrashLooping", `Containers crash: ${crashing.join(", ")}`);
  return inProgress("PodRunningNotReady", "It runs and is not ready");
}

function pendingPod(
  object: LiveObject,
  { conditions, nowMs }: { conditions: readonly Condition[]; nowMs: number },
): Health {
  const isUnschedulable = conditions.some(
    ({ type, status, reason }) => type === "PodScheduled" && status === "False" && reason === "Unschedulable",
  );
  if (!isUnschedulable) return inProgress("PodPending", "It is pending");
  const isYoung = nowMs - SCHEDULE_WINDOW_MS < Date.parse(object.metadata.creationTimestamp ?? "");
  return isYoung ? inProgress("PodNotScheduled", "It has no node yet") : failed("PodUnschedulable", "No node takes it");
}

function crashingContainers(object: LiveObject): readonly string[] {
  const statuses = valueAt(object, "status.containerStatuses");
  const items: readonly unknown[] = Array.isArray(statuses) ? statuses : [];
  const crashing = items.filter((item) => textAt(item, "state.waiting.reason") === "CrashLoopBackOff");
  return crashing.flatMap((item) => textAt(item, "name") ?? []);
}

function job(object: LiveObject): Health {
  const isTrue = (wanted: string): Condition | undefined =>
    conditionsOf(object).find(({ type, status }) => type === wanted && status === "True");
  const failure = isTrue("Failed");
  if (isTrue("Complete")) return current();
  if (failure) return failed("JobFailed", failure.message);
  return firstOf([[textAt(object, "status.startTime") === undefined, "JobNotStarted", "It has not started"]]);
}

function service(object: LiveObject): Health {
  const isBalanced = textAt(object, "spec.type") === "LoadBalancer";
  const hasNoAddress = (textAt(object, "spec.clusterIP") ?? "") === "";
  return firstOf([[isBalanced && hasNoAddress, "NoIPAssigned", "It has no address in the cluster"]]);
}

function definition(object: LiveObject): Health {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === "NamesAccepted" && status === "False") return failed(reason, message);
    if (type === "Established" && status === "False" && reason !== "Installing") return failed(reason, message);
    if (type === "Established" && status === "True") return current();
  }
  return inProgress("Installing", "It is being installed");
}

function current(): Health {
  return { status: "Current", reason: "", message: "" };
}

function inProgress(reason: string, message: string): Health {
  return { status: "InProgress", reason, message };
}

function failed(reason: string, message: string): Health {
  return { status: "Failed", reason, message };
}

const COUNTS = [
  "replicas",
  "readyReplicas",
  "updatedReplicas",
  "currentReplicas",
  "availableReplicas",
  "fullyLabeledReplicas",
] as const;

function counts(object: LiveObject): Readonly<Record<(typeof COUNTS)[number], number>> {
  const entries = COUNTS.map((name) => [name, numberAt(object, `status.${name}`) ?? 0]);
  return Object.fromEntries(entries) as Record<(typeof COUNTS)[number], number>;
}

function conditionsOf(object: LiveObject): readonly Condition[] {
  const conditions = valueAt(object, "status.conditions");
  const items: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  return items.filter(isObject).map((item) => {
    const word = (name: string): string => (typeof item[name] === "string" ? item[name] : "");
    return { type: word("type"), status: word("status"), reason: word("reason"), message: word("message") };
  });
}

function textAt(object: unknown, path: string): string | undefined {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : undefined;
}

function numberAt(object: unknown, path: string): number | undefined {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : undefined;
}

function valueAt(object: unknown, path: string): unknown {
  return path.split(".").reduce((value: unknown, name) => (isObject(value) ? value[name] : undefined), object);
}
