// Persistent volume claims (1.15), and how they show in the list of storage (1.20).
import * as z from "zod";
import { capacity } from "./forms/volumes.ts";
import type { Kind, Typed } from "./kube/manifest.ts";
import { draft } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { Operations } from "./request.ts";
import type { Cluster, Ecns } from "./state.ts";
import { bodyOf, deleted, ok, part, stamp } from "./wire.ts";

const ACCESS_MODES = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"] as const;

const pvc = z.object({
  storage_class_name: z.string().nullish(),
  capacity: z.coerce.string(),
  access_modes: z.array(z.enum(ACCESS_MODES)).nullish(),
});

export function claimOperations({ rules }: Ecns): Operations {
  return {
    84: async (request) => {
      const form = bodyOf(request.call, z.object({ pvc })).pvc;
      const spec = {
        accessModes: form.access_modes?.length ? form.access_modes : ["ReadWriteOnce"],
        ...(form.storage_class_name && { storageClassName: form.storage_class_name }),
        resources: { requests: { storage: capacity(form.capacity) } },
      };
      const name = part(request.call, "name");
      await request.objects().create(draft("PersistentVolumeClaim", { name }, { spec }));
      return ok();
    },
    85: async (request) => {
      const { project_id: projectId } = bodyOf(request.call, z.object({ project_id: z.string().nullish() }));
      if (projectId && projectId !== rules.organisation.projectId && !rules.cloudAdmin) {
        throw new Refusal(403, "only the cloud's administrators name another project", "project_id");
      }
      await request.objects().remove("PersistentVolumeClaim", part(request.call, "name"));
      return deleted(rules);
    },
  };
}

export interface Attached {
  readonly name: string;
  readonly type: string;
  readonly attached_time: string;
}

const TEMPLATED = ["Deployment", "StatefulSet", "DaemonSet", "Job"] as const satisfies readonly Kind[];

type Mounting = { metadata: Typed<Kind>["metadata"]; spec?: unknown; kind: string };

/** Which workloads mount a claim: by their templates, by a StatefulSet's own claims, and pods that are of none. */
export async function usersOf(
  objects: Objects | undefined,
): Promise<(claim: Typed<"PersistentVolumeClaim">) => Attached[]> {
  if (objects === undefined) return () => [];
  const [pods, ...lists] = await Promise.all([
    objects.listAll("Pod"),
    ...TEMPLATED.map((kind) => objects.listAll(kind)),
  ]);
  const bare = pods.filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0);
  const all: Mounting[] = [...lists.flat(), ...bare] as Mounting[];
  return (claim) =>
    all
      .filter((one) => one.metadata.namespace === claim.metadata.namespace && mounts(one, claim.metadata.name))
      .map(({ metadata, kind }) => ({
        name: metadata.name,
        type: kind,
        attached_time: metadata.creationTimestamp ?? "",
      }));
}

interface PodLike {
  readonly volumes?: readonly { persistentVolumeClaim?: { claimName: string } }[];
}

function mounts({ kind, metadata, spec }: Mounting, claim: string): boolean {
  const holder = (spec ?? {}) as PodLike & {
    template?: { spec?: PodLike };
    volumeClaimTemplates?: readonly { metadata?: { name?: string } }[];
  };
  const { volumes = [] } = (kind === "Pod" ? holder : holder.template?.spec) ?? {};
  if (volumes.some((volume) => volume.persistentVolumeClaim?.claimName === claim)) return true;
  return (holder.volumeClaimTemplates ?? []).some(({ metadata: template }) => {
    const prefix = `${template?.name}-${metadata.name}-`;
    return claim.startsWith(prefix) && /^\d+$/.test(claim.slice(prefix.length));
  });
}

interface ClaimContext {
  readonly cluster: Cluster;
  readonly users: readonly Attached[];
  readonly ecns: Ecns;
}

export function claimOnWire(claim: Typed<"PersistentVolumeClaim">, { cluster, users, ecns }: ClaimContext): object {
  const { rules } = ecns;
  const { metadata, spec = {}, status = {} } = claim;
  const { storageClassName = "", accessModes = [] } = spec;
  return {
    name: metadata.name,
    ...placeOnWire(cluster, ecns),
    // The table has none, though the list goes over all namespaces.
    ...(rules.claimNamespaces && { namespace: metadata.namespace }),
    storage_class_name: storageClassName,
    capacity: (status.capacity ?? spec.resources?.requests)?.["storage"],
    access_modes: accessModes,
    attached_workloads: users.map(({ name, type, attached_time: time }) => ({
      name,
      type,
      attached_time: stamp(rules, time),
    })),
    status: status.phase ?? "Pending",
    creation_time: stamp(rules, metadata.creationTimestamp),
  };
}

export function placeOnWire({ name, address }: Cluster, { rules: { organisation } }: Ecns): object {
  return { domain: organisation.domain, project: organisation.project, cluster: name, cluster_addr: address };
}
