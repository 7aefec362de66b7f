// How namespaces come and go: at once where there is no API server behind, else with the real namespace that stands for each.
import { Refusal } from "../../simulation/refusal.ts";
import type { Ecns, Namespace } from "./state.ts";
import { amend, newEntity } from "./state.ts";

/** How long one is Terminating at least, in the cloud's time. */
const ENDING_MS = 3_000;

type NewNamespace = Omit<Namespace, "id" | "createdAt" | "used" | "cloudPhase">;

/** Throws a `Refusal` (409) where there is one already, whoever's. */
export async function newNamespace(ecns: Ecns, wanted: NewNamespace): Promise<Namespace> {
  const id = `${wanted.cluster}/${wanted.name}`;
  if (ecns.store.get("namespaces", id) !== undefined) throw new Refusal(409, `the namespace ${id} already exists`);
  const namespace: Namespace = { ...newEntity(ecns, wanted.name, id), ...wanted, used: {}, cloudPhase: "Active" };
  ecns.store.put("namespaces", namespace);
  try {
    await ecns.clusters.addNamespace({ cluster: wanted.cluster, namespace: wanted.name });
  } catch (error) {
    ecns.store.remove("namespaces", id);
    throw error;
  }
  return namespace;
}

/** Turns it to Terminating; what lies in it goes with it. Once more is no error. */
export async function endNamespace(ecns: Ecns, { id, cluster, name }: Namespace): Promise<void> {
  if (ecns.store.get("namespaces", id)?.cloudPhase === "Terminating") return;
  amend(ecns, "namespaces", id, { cloudPhase: "Terminating" });
  await ecns.clusters.endNamespace({ cluster, namespace: name });
  // With an API server behind, its real namespace says when it is gone; see life/caretaker.ts.
  if (ecns.clusters.api === undefined) ecns.timeline.schedule(ENDING_MS, () => forgetNamespace(ecns, id));
}

/** With its applications and their servers. */
export function forgetNamespace(ecns: Ecns, id: string): void {
  const { store } = ecns;
  if (store.get("namespaces", id)?.cloudPhase !== "Terminating") return;
  store.remove("namespaces", id);
  for (const collection of ["applications", "servers"] as const) {
    for (const { id: inner, cluster, namespace } of store.list(collection)) {
      if (`${cluster}/${namespace}` === id) store.remove(collection, inner);
    }
  }
}
