// `--run-pods`: pods of our clusters, on their nodes.
import { runPods, type Pod } from "../../../simulation/kube/kubelet.ts";
import type { Typed } from "../kube/manifest.ts";
import type { Node } from "../state.ts";
import { addressIn } from "../state.ts";
import type { Care } from "./care.ts";

export async function tendPods(care: Care): Promise<void> {
  const [pods, claims] = await Promise.all([care.list("Pod"), care.list("PersistentVolumeClaim")]);
  const bound = claims.filter(({ status }) => status?.phase === "Bound");
  const names = new Set(bound.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const { api, due, ecns } = care;
  const kubelet = {
    api,
    due,
    now: () => ecns.timeline.now(),
    nodeFor: (pod: Pod) => nodeFor(care, pod),
    nodeNamed: (name: string) => ecns.store.list("nodes").find((node) => node.name === name),
    addressOf: (number: number) => addressIn("10.244", number),
  };
  await runPods(kubelet, pods, names);
}

/** The first that is ready and has the labels that the pod wants: a node has its own name alone. */
function nodeFor(care: Care, pod: Pod): Node | undefined {
  const cluster = care.clusterOf(pod as Typed<"Pod">);
  const wanted = Object.entries(pod.spec?.nodeSelector ?? {});
  return care.ecns.store
    .list("nodes")
    .filter((node) => node.cluster === cluster && node.phase === "Ready")
    .find((node) => wanted.every(([key, value]) => key === "kubernetes.io/hostname" && value === node.name));
}
