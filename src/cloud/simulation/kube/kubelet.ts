// `--run-pods`: scheduler and kubelet. A pod runs after a while; an image with tag `missing` is never pulled, one with tag `crash`
// ends again and again; the pods of a Job end by themselves.
import { randomUUID } from "node:crypto";
import type { ApiServer } from "./api-server.ts";
import type { IsDue } from "./dues.ts";
import { attempt } from "./looks.ts";

/** As far as a kubelet looks at one. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
    readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: { readonly reason?: string } } }[];
  };
}

export interface KubeletNode {
  readonly name: string;
  readonly internalIp: string;
}

export interface KubeletDeps {
  readonly api: ApiServer;
  readonly due: IsDue;
  /** Time that shows. */
  readonly now: () => number;
  /** Undefined where none takes it. */
  readonly nodeFor: (pod: Pod) => KubeletNode | undefined;
  readonly nodeNamed: (name: string) => KubeletNode | undefined;
  /** Of a pod that runs; by its own number. */
  readonly addressOf: (number: number) => string;
}

const SCHEDULING_MS = 500;
const STARTING_MS = 2_000;
const WORKING_MS = 3_000;
const ENDING_MS = 1_000;

/** `boundClaims`: "namespace/name"; a pod waits for the others that it names. */
export async function runPods(
  kubelet: KubeletDeps,
  pods: readonly Pod[],
  boundClaims: ReadonlySet<string>,
): Promise<void> {
  for (const pod of pods) await attempt(tend(kubelet, pod, boundClaims));
}

async function tend(kubelet: KubeletDeps, pod: Pod, boundClaims: ReadonlySet<string>): Promise<void> {
  if (pod.metadata.deletionTimestamp !== undefined) return end(kubelet, pod);
  if (pod.spec?.nodeName === undefined) return schedule(kubelet, pod, boundClaims);
  const { uid } = pod.metadata;
  const phase = phaseOf(pod);
  if (phase === "Pending" && kubelet.due(`start ${uid}`, STARTING_MS)) return start(kubelet, pod);
  if (phase === "Running" && isOfJob(pod) && kubelet.due(`work ${uid}`, WORKING_MS)) await finish(kubelet, pod);
}

function phaseOf({ status }: Pod): string {
  return status?.phase ?? "Pending";
}

function isOfJob({ metadata }: Pod): boolean {
  return (metadata.ownerReferences ?? []).some(({ kind }) => kind === "Job");
}

function pathOf({ metadata: { name, namespace = "" } }: Pod, subresource?: "binding" | "status"): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}${subresource === undefined ? "" : `/${subresource}`}`;
}

async function end({ api, due }: KubeletDeps, pod: Pod): Promise<void> {
  if (!due(`end ${pod.metadata.uid}`, ENDING_MS)) return;
  await api.send({ method: "DELETE", path: pathOf(pod), body: { gracePeriodSeconds: 0 } });
}

async function schedule(kubelet: KubeletDeps, pod: Pod, boundClaims: ReadonlySet<string>): Promise<void> {
  const { uid, name, namespace } = pod.metadata;
  const waits = (pod.spec?.volumes ?? []).some(
    ({ persistentVolumeClaim: claim }) => claim && !boundClaims.has(`${namespace}/${claim.claimName}`),
  );
  const node = kubelet.nodeFor(pod);
  if (waits || node === undefined || !kubelet.due(`schedule ${uid}`, SCHEDULING_MS)) return;
  const target = { apiVersion: "v1", kind: "Node", name: node.name };
  const body = { apiVersion: "v1", kind: "Binding", metadata: { name }, target };
  await kubelet.api.send({ method: "POST", path: pathOf(pod, "binding"), body });
}

const TROUBLE: Readonly<Record<string, { reason: string; event: string; message: string; restarts: number }>> = {
  missing: { reason: "ImagePullBackOff", event: "Failed", message: "Failed to pull image", restarts: 0 },
  crash: { reason: "CrashLoopBackOff", event: "BackOff", message: "Back-off restarting failed container", restarts: 3 },
};

type Trouble = NonNullable<(typeof TROUBLE)[string]>;

async function start(kubelet: KubeletDeps, pod: Pod): Promise<void> {
  const tags = (pod.spec?.containers ?? []).map(({ image = "" }) => image.split(":").at(-1) ?? "");
  const trouble = tags.map((tag) => TROUBLE[tag]).find(Boolean);
  return trouble === undefined ? run(kubelet, pod) : fail(kubelet, pod, trouble);
}

/** Once: it goes on failing, and nothing new is to be said. */
async function fail(kubelet: KubeletDeps, pod: Pod, trouble: Trouble): Promise<void> {
  const { reason, message, restarts } = trouble;
  if (pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason) return;
  const now = nowIn(kubelet);
  const state = { waiting: { reason, message } };
  const statuses = statusesOf(pod, { state, restartCount: restarts });
  await putStatus(kubelet, pod, { containerStatuses: statuses, conditions: conditions("False", now) });
  await attempt(warn(kubelet, pod, { ...trouble, now }));
}

async function run(kubelet: KubeletDeps, pod: Pod): Promise<void> {
  const now = nowIn(kubelet);
  const node = kubelet.nodeNamed(pod.spec?.nodeName ?? "");
  const podIp = kubelet.addressOf(parseInt(pod.metadata.uid?.slice(0, 4) ?? "0", 16) % 60_000);
  await putStatus(kubelet, pod, {
    phase: "Running",
    podIP: podIp,
    podIPs: [{ ip: podIp }],
    ...(node && { hostIP: node.internalIp, hostIPs: [{ ip: node.internalIp }] }),
    startTime: now,
    conditions: conditions("True", now),
    containerStatuses: statusesOf(pod, { state: { running: { startedAt: now } }, ready: true, started: true }),
  });
}

async function finish(kubelet: KubeletDeps, pod: Pod): Promise<void> {
  const now = nowIn(kubelet);
  const statuses = statusesOf(pod, { state: { terminated: { exitCode: 0, reason: "Completed", finishedAt: now } } });
  await putStatus(kubelet, pod, {
    phase: "Succeeded",
    conditions: conditions("False", now),
    containerStatuses: statuses,
  });
}

function nowIn({ now }: KubeletDeps): string {
  return new Date(now()).toISOString();
}

/** One for each container, all alike. */
function statusesOf({ spec }: Pod, shown: object): object[] {
  return (spec?.containers ?? []).map(({ name, image = "" }) =>
    Object.assign({ name, image, imageID: image, ready: false, restartCount: 0 }, shown),
  );
}

function conditions(ready: "True" | "False", now: string): object[] {
  const one = (type: string, status: string): object => ({ type, status, lastTransitionTime: now });
  return [one("Initialized", "True"), one("Ready", ready), one("ContainersReady", ready), one("PodScheduled", "True")];
}

/** Or gives up where another was faster: the next look tries again. */
async function putStatus({ api }: KubeletDeps, pod: Pod, status: object): Promise<void> {
  const body = { ...pod, status: { ...pod.status, ...status } };
  await attempt(api.send({ method: "PUT", path: pathOf(pod, "status"), body }));
}

async function warn(
  { api }: KubeletDeps,
  pod: Pod,
  { event, message, now }: { event: string; message: string; now: string },
): Promise<void> {
  const { name, namespace = "", uid } = pod.metadata;
  const at = now.replace(/\.\d+Z$/, "Z");
  const body = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.${randomUUID().slice(0, 8)}`, namespace },
    involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid },
    type: "Warning",
    reason: event,
    message,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: "kubelet" },
  };
  await api.send({ method: "POST", path: `/api/v1/namespaces/${namespace}/events`, body });
}
