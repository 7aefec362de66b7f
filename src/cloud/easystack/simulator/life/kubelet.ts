// `--run-pods`: scheduler and kubelet. A pod runs after a while; an image with tag `missing` is never pulled, one with tag `crash`
// ends again and again; the pods of a Job end by themselves.
import { randomUUID } from "node:crypto";
import type { ContainerStatus, Manifest, Typed } from "../kube/manifest.ts";
import { draft } from "../kube/manifest.ts";
import type { Node } from "../state.ts";
import { addressIn } from "../state.ts";
import type { Care } from "./care.ts";
import { attempt } from "./care.ts";

type Pod = Typed<"Pod">;

const SCHEDULING_MS = 500;
const STARTING_MS = 2_000;
const WORKING_MS = 3_000;
const ENDING_MS = 1_000;

export async function runPods(care: Care): Promise<void> {
  const [pods, claims] = await Promise.all([care.list("Pod"), care.list("PersistentVolumeClaim")]);
  const bound = new Set(
    claims
      .filter(({ status }) => status?.phase === "Bound")
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  );
  for (const pod of pods) await attempt(tend(care, pod, bound));
}

async function tend(care: Care, pod: Pod, bound: ReadonlySet<string>): Promise<void> {
  const { uid, deletionTimestamp } = pod.metadata;
  const phase = pod.status?.phase;
  if (deletionTimestamp !== undefined) return end(care, pod);
  if (pod.spec?.nodeName === undefined) return schedule(care, pod, bound);
  if (phase === "Pending" && care.due(`start ${uid}`, STARTING_MS)) return start(care, pod);
  if (phase === "Running" && isOfJob(pod) && care.due(`work ${uid}`, WORKING_MS)) await finish(care, pod);
}

function isOfJob({ metadata }: Pod): boolean {
  return (metadata.ownerReferences ?? []).some(({ kind }) => kind === "Job");
}

async function end(care: Care, { metadata: { uid, name, namespace } }: Pod): Promise<void> {
  if (care.due(`end ${uid}`, ENDING_MS)) await care.backend.remove({ kind: "Pod", namespace }, name, { force: true });
}

async function schedule(care: Care, pod: Pod, bound: ReadonlySet<string>): Promise<void> {
  const { uid, name, namespace } = pod.metadata;
  const waits = (pod.spec?.volumes ?? []).some(
    ({ persistentVolumeClaim: claim }) => claim && !bound.has(`${namespace}/${claim.claimName}`),
  );
  const node = nodeFor(care, pod);
  if (waits || node === undefined || !care.due(`schedule ${uid}`, SCHEDULING_MS)) return;
  const target = { apiVersion: "v1", kind: "Node", name: node.name };
  const body = { apiVersion: "v1", kind: "Binding", metadata: { name }, target };
  await care.api.send({ method: "POST", path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`, body });
}

/** The first that is ready and has the labels that the pod wants: a node has its own name alone. */
function nodeFor(care: Care, pod: Pod): Node | undefined {
  const cluster = care.clusterOf(pod);
  const wanted = Object.entries(pod.spec?.nodeSelector ?? {});
  return care.ecns.store
    .list("nodes")
    .filter((node) => node.cluster === cluster && node.phase === "Ready")
    .find((node) => wanted.every(([key, value]) => key === "kubernetes.io/hostname" && value === node.name));
}

const TROUBLE: Readonly<Record<string, { reason: string; event: string; message: string; restarts: number }>> = {
  missing: { reason: "ImagePullBackOff", event: "Failed", message: "Failed to pull image", restarts: 0 },
  crash: { reason: "CrashLoopBackOff", event: "BackOff", message: "Back-off restarting failed container", restarts: 3 },
};

type Trouble = NonNullable<(typeof TROUBLE)[string]>;

async function start(care: Care, pod: Pod): Promise<void> {
  const tags = (pod.spec?.containers ?? []).map(({ image = "" }) => image.split(":").at(-1) ?? "");
  const trouble = tags.map((tag) => TROUBLE[tag]).find(Boolean);
  return trouble === undefined ? run(care, pod) : fail(care, pod, trouble);
}

/** Once: it goes on failing, and nothing new is to be said. */
async function fail(care: Care, pod: Pod, trouble: Trouble): Promise<void> {
  const { reason, message, restarts } = trouble;
  if (pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason) return;
  const now = nowIn(care);
  const state = { waiting: { reason, message } };
  const statuses = statusesOf(pod, { state, restartCount: restarts });
  await care.put(withStatus(pod, { containerStatuses: statuses, conditions: conditions("False", now) }), "status");
  await attempt(warn(care, pod, { ...trouble, now }));
}

async function run(care: Care, pod: Pod): Promise<void> {
  const now = nowIn(care);
  const node = care.ecns.store.list("nodes").find(({ name }) => name === pod.spec?.nodeName);
  const podIp = addressIn("10.244", parseInt(pod.metadata.uid?.slice(0, 4) ?? "0", 16) % 60_000);
  const status = {
    phase: "Running",
    podIP: podIp,
    podIPs: [{ ip: podIp }],
    ...(node && { hostIP: node.internalIp, hostIPs: [{ ip: node.internalIp }] }),
    startTime: now,
    conditions: conditions("True", now),
    containerStatuses: statusesOf(pod, { state: { running: { startedAt: now } }, ready: true, started: true }),
  };
  await care.put(withStatus(pod, status), "status");
}

function nowIn(care: Care): string {
  return new Date(care.ecns.timeline.now()).toISOString();
}

async function finish(care: Care, pod: Pod): Promise<void> {
  const now = nowIn(care);
  const statuses = statusesOf(pod, { state: { terminated: { exitCode: 0, reason: "Completed", finishedAt: now } } });
  const status = { phase: "Succeeded", conditions: conditions("False", now), containerStatuses: statuses };
  await care.put(withStatus(pod, status), "status");
}

/** One for each container, all alike. */
function statusesOf({ spec }: Pod, shown: Partial<ContainerStatus>): ContainerStatus[] {
  return (spec?.containers ?? []).map(({ name, image = "" }) =>
    Object.assign({ name, image, imageID: image, ready: false, restartCount: 0 }, shown),
  );
}

function conditions(ready: "True" | "False", now: string): object[] {
  const one = (type: string, status: string): object => ({ type, status, lastTransitionTime: now });
  return [one("Initialized", "True"), one("Ready", ready), one("ContainersReady", ready), one("PodScheduled", "True")];
}

function withStatus(pod: Pod, status: object): Manifest {
  return { ...pod, status: { ...pod.status, ...status } };
}

async function warn(
  care: Care,
  pod: Pod,
  { event, message, now }: { event: string; message: string; now: string },
): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const warning = draft(
    "Event",
    { name: `${name}.${randomUUID().slice(0, 8)}`, namespace: namespace ?? "" },
    {
      involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid },
      type: "Warning",
      reason: event,
      message,
      count: 1,
      firstTimestamp: now.replace(/\.\d+Z$/, "Z"),
      lastTimestamp: now.replace(/\.\d+Z$/, "Z"),
      source: { component: "kubelet" },
    },
  );
  await care.backend.create({ kind: "Event", namespace }, warning);
}
