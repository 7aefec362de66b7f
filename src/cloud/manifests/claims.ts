// PersistentVolumeClaims of a cluster as Kubernetes itself shows them, read through the channel into it (Kubernetes: core/v1).
import * as z from "zod";
import { numberOfQuantity } from "../../lib/quantity.ts";
import type { Listed } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { KindAbility, LiveObject, ManifestChannel, WithChannel } from "../facets/manifests.ts";
import type { ClaimKey, ClaimPhase, VolumeClaim } from "../facets/volumeclaims.ts";
import { unreadable } from "../kit/json.ts";
import { instant } from "../kit/wire.ts";

const PHASES: readonly string[] = ["Pending", "Bound", "Lost"] satisfies readonly ClaimPhase[];

const claimObject = z.object({
  spec: z
    .object({
      accessModes: z.array(z.string()).default([]),
      storageClassName: z.string().optional(),
      volumeName: z.string().optional(),
      resources: z.object({ requests: z.object({ storage: z.string().optional() }).optional() }).optional(),
    })
    .prefault({}),
  status: z
    .object({
      phase: z.string().default(""),
      capacity: z.object({ storage: z.string().optional() }).optional(),
    })
    .prefault({}),
});

/** Storage of a plug-in, as of a cloud's own before and after CSI. */
const volumeObject = z.object({
  spec: z.object({
    flexVolume: z.object({ options: z.record(z.string(), z.string()).optional() }).optional(),
    csi: z.object({ volumeHandle: z.string() }).optional(),
  }),
});

const podObject = z.object({
  spec: z
    .object({
      volumes: z.array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() })).default([]),
    })
    .prefault({}),
  status: z.object({ phase: z.string().default("") }).prefault({}),
});

/** Of pods: they have ended and use nothing any more. */
const ENDED: ReadonlySet<string> = new Set(["Succeeded", "Failed"]);

/** The label that holds the nonce of a create. */
export const CLAIM_MARK = "yunfan.dev/nonce";

export interface NativeClaims {
  readonly list: (signal: AbortSignal) => Promise<Listed<VolumeClaim>>;
  readonly read: (key: ClaimKey, signal: AbortSignal) => Promise<VolumeClaim | "Absent">;
  readonly usersOf: (key: ClaimKey, signal: AbortSignal) => Promise<readonly string[]>;
  readonly hasNamespace: (namespace: string, signal: AbortSignal) => Promise<boolean>;
  /** The cloud's id of the storage behind a volume; undefined where it does not tell. */
  readonly storageOf: (volumeName: string, signal: AbortSignal) => Promise<string | undefined>;
}

export function nativeClaims(inside: WithChannel): NativeClaims {
  return {
    list: (signal) =>
      inside(signal, async (channel) => {
        const objects = await channel.list(await kindIn(channel, "PersistentVolumeClaim", signal), undefined, signal);
        return { items: objects.map(claimOf), clockSkewMs: 0 };
      }),
    read: (key, signal) =>
      inside(signal, async (channel) => {
        const kind = await kindIn(channel, "PersistentVolumeClaim", signal);
        const found = await channel.read(kind, { group: "", kind: kind.kind, ...key }, signal);
        return found === "Absent" ? found : claimOf(found);
      }),
    usersOf: ({ namespace, name }, signal) =>
      inside(signal, async (channel) => {
        const pods = await channel.list(await kindIn(channel, "Pod", signal), namespace, signal);
        return pods.filter((pod) => uses(pod, name)).map(({ metadata }) => `Pod ${metadata.name}`);
      }),
    storageOf: (name, signal) =>
      inside(signal, async (channel) => {
        const kind = await kindIn(channel, "PersistentVolume", signal);
        const found = await channel.read(kind, { group: "", kind: kind.kind, namespace: "", name }, signal);
        if (found === "Absent") return undefined;
        const { flexVolume, csi } = read(found, volumeObject).spec;
        return flexVolume?.options?.["volumeID"] ?? csi?.volumeHandle;
      }),
    hasNamespace: (name, signal) =>
      inside(signal, async (channel) => {
        const kind = await kindIn(channel, "Namespace", signal);
        return (await channel.read(kind, { group: "", kind: kind.kind, namespace: "", name }, signal)) !== "Absent";
      }),
  };
}

/** For lists of all objects, not of those with our label alone. Throws CloudError NotServed. */
export async function kindIn(
  channel: ManifestChannel,
  kind: string,
  signal: AbortSignal,
  group = "",
): Promise<KindAbility> {
  const found = await channel.kindOf({ group, version: "v1", kind }, signal);
  if (found) return { ...found, selects: false };
  throw new CloudError("NotServed", { message: `The cluster serves no ${kind}`, advice: "" });
}

function claimOf(object: LiveObject): VolumeClaim {
  const { spec, status } = read(object, claimObject);
  const { name, namespace = "", uid, creationTimestamp = "", deletionTimestamp, labels = {} } = object.metadata;
  return {
    id: uid,
    name: `${namespace}/${name}`,
    key: { namespace, name },
    createdAtMs: instant(creationTimestamp),
    phase: PHASES.includes(status.phase) ? (status.phase as ClaimPhase) : "Unknown",
    cloudPhase: status.phase,
    isLeaving: deletionTimestamp !== undefined,
    accessModes: spec.accessModes,
    storageClassName: spec.storageClassName || undefined,
    requestedGiB: gibOf(spec.resources?.requests?.storage),
    capacity: status.capacity?.storage,
    volumeName: spec.volumeName || undefined,
    mark: labels[CLAIM_MARK],
  };
}

/** In GiB; undefined where it can't be read. */
export function gibOf(quantity: string | undefined): number | undefined {
  const bytes = numberOfQuantity(quantity);
  return bytes === undefined ? undefined : bytes / GIB;
}

const GIB = 2 ** 30;

function uses(pod: LiveObject, claim: string): boolean {
  const { spec, status } = read(pod, podObject);
  if (ENDED.has(status.phase)) return false;
  return spec.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim);
}

function read<T extends z.ZodType>(object: LiveObject, schema: T): z.output<T> {
  const result = schema.safeParse(object);
  if (result.success) return result.data;
  throw unreadable(`Read ${object.kind}`, `unexpected ${result.error.issues[0]?.path.join(".") ?? ""}`);
}
