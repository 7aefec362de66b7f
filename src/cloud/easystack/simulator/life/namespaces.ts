// The end of a namespace: what lies in it goes, then the real namespace, then ours. A real namespace controller beside it does no harm.
import { pathOf } from "../kube/backend.ts";
import type { Kind } from "../kube/manifest.ts";
import { RESOURCE_TYPES } from "../kube/manifest.ts";
import { realName } from "../kube/names.ts";
import { forgetNamespace } from "../namespace-life.ts";
import type { Care } from "./care.ts";
import { attempt } from "../../../simulation/kube/looks.ts";

const CONTENTS = (Object.keys(RESOURCE_TYPES) as Kind[]).filter((kind) => RESOURCE_TYPES[kind].namespaced);

/** How long one is Terminating at least. */
const ENDING_MS = 3_000;

export async function tendNamespaces(care: Care): Promise<void> {
  const ending = care.ecns.store.list("namespaces").filter(({ cloudPhase }) => cloudPhase === "Terminating");
  for (const { id, cluster, name, createdAt } of ending) {
    if (!care.due(`namespace ${id} ${createdAt}`, ENDING_MS)) continue;
    if (await care.ecns.clusters.hasNamespace({ cluster, namespace: name })) await empty(care, realName(cluster, name));
    else forgetNamespace(care.ecns, id);
  }
}

async function empty(care: Care, namespace: string): Promise<void> {
  let left = 0;
  for (const kind of CONTENTS) {
    const target = { kind, namespace };
    const found = await care.backend.list(target);
    left += found.length;
    if (found.length === 0) continue;
    // Without a kubelet and without controllers nobody else lets go of pods and claims.
    const options = { gracePeriodSeconds: 0, propagationPolicy: "Background" };
    await attempt(care.api.send({ method: "DELETE", path: pathOf(target), body: options }));
    for (const manifest of found) {
      if (!manifest.metadata.finalizers?.length || manifest.metadata.deletionTimestamp === undefined) continue;
      await care.put({ ...manifest, metadata: { ...manifest.metadata, finalizers: [] } });
    }
  }
  if (left > 0) return;
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace }, spec: { finalizers: [] } };
  await attempt(care.api.send({ method: "PUT", path: `/api/v1/namespaces/${namespace}/finalize`, body }));
}
