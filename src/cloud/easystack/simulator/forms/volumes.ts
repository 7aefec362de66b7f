// Volumes of a workload, what mounts them, and environment variables (1.21).
import * as z from "zod";
import { Refusal } from "../../../simulation/refusal.ts";
import type { Container, EnvVar, Typed, Volume } from "../kube/manifest.ts";
import { compact, draft } from "../kube/manifest.ts";
import { gibibytes } from "../kube/quantity.ts";

const config = z.object({
  name: z.string(),
  path: z.string().nullish(),
  items: z.array(z.object({ key: z.string(), path: z.string() })).nullish(),
});

export const volume = z.object({
  name: z.string(),
  type: z.enum(["StorageClass", "PVC", "LocalStorage", "EmptyDir", "ConfigMap", "Secret"]),
  storage_class: z.object({ class_name: z.string(), capacity: z.coerce.string() }).nullish(),
  pvc: z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]).nullish(),
  local_storage: z.string().nullish(),
  configmap: config.nullish(),
  secret: config.nullish(),
});

export const volumeMount = z.object({
  volume_name: z.string(),
  mount_path: z.string(),
  read_only: z.boolean().default(false),
  sub_path: z.string().nullish(),
});

export const environment = z.object({
  type: z.enum(["Normal", "ConfigMap", "Secret"]),
  name: z.string(),
  value: z.string().nullish(),
  key: z.string().nullish(),
});

type VolumeForm = z.output<typeof volume>;
type Environment = z.output<typeof environment>;
type Claim = Typed<"PersistentVolumeClaim">;

/** `10` and `10Gi` are the same. */
export function capacity(text: string): string {
  return /^\d+$/.test(text) ? `${text}Gi` : text;
}

/** What the volumes of a workload are in Kubernetes; those of a StorageClass are claims of their own, or a StatefulSet's templates. */
export function toVolumes(forms: readonly VolumeForm[], owner: string): { volumes: Volume[]; claims: Claim[] } {
  const claims = forms.flatMap((form) => (form.type === "StorageClass" ? [toClaim(form, owner)] : []));
  return { volumes: forms.map((form) => ({ name: form.name, ...SOURCES[form.type](form, owner) })), claims };
}

/** Of a StatefulSet's template, whose name is the volume's. */
export function toTemplates(forms: readonly VolumeForm[]): Claim[] {
  return forms.flatMap((form) =>
    form.type === "StorageClass" ? [{ ...toClaim(form, ""), metadata: { name: form.name } }] : [],
  );
}

function claimName(owner: string, name: string): string {
  return `${owner}-${name}`;
}

function toClaim({ name, storage_class: wanted }: VolumeForm, owner: string): Claim {
  if (!wanted) throw new Refusal(400, "is wanted with type StorageClass", "volumes.storage_class");
  const spec = {
    accessModes: ["ReadWriteOnce"],
    storageClassName: wanted.class_name,
    resources: { requests: { storage: capacity(wanted.capacity) } },
  };
  return draft("PersistentVolumeClaim", { name: claimName(owner, name) }, { spec });
}

const SOURCES: Record<VolumeForm["type"], (form: VolumeForm, owner: string) => Omit<Volume, "name">> = {
  StorageClass: ({ name }, owner) => ({ persistentVolumeClaim: { claimName: claimName(owner, name) } }),
  PVC: ({ pvc }) => ({ persistentVolumeClaim: { claimName: required(pvc, "pvc") } }),
  LocalStorage: ({ local_storage: path }) => ({ hostPath: { path: required(path, "local_storage") } }),
  EmptyDir: () => ({ emptyDir: {} }),
  ConfigMap: ({ configmap }) => {
    const { name, items } = required(configmap, "configmap");
    return { configMap: compact({ name, items: items ?? undefined }) as NonNullable<Volume["configMap"]> };
  },
  Secret: ({ secret }) => {
    const { name, items } = required(secret, "secret");
    return { secret: { secretName: name, ...(items && { items }) } };
  },
};

function required<T>(value: T | null | undefined, member: string): T {
  if (value === null || value === undefined) throw new Refusal(400, "is wanted with this type", `volumes.${member}`);
  return value;
}

/** Where a configuration says its path itself and nothing mounts it. */
export function impliedMounts(forms: readonly VolumeForm[], mounted: ReadonlySet<string>): Container["volumeMounts"] {
  return forms.flatMap(({ name, configmap, secret }) => {
    const path = configmap?.path ?? secret?.path;
    return path && !mounted.has(name) ? [{ name, mountPath: path, readOnly: true }] : [];
  });
}

/** As a form shows them: templates of a StatefulSet first. */
export function volumesOnWire(volumes: readonly Volume[], templates: readonly Claim[], mounts: Mounts): object[] {
  const made = templates.map(({ metadata, spec }) => ({
    name: metadata.name,
    type: "StorageClass",
    storage_class: {
      class_name: spec?.storageClassName ?? "",
      capacity: String(gibibytes(spec?.resources?.requests?.["storage"])),
    },
  }));
  return [...made, ...volumes.map((one) => ({ name: one.name, ...sourceOnWire(one, mounts) }))];
}

/** The path at which a volume is mounted first. */
type Mounts = (volume: string) => string;

function sourceOnWire({ name, persistentVolumeClaim, hostPath, configMap, secret }: Volume, mounts: Mounts): object {
  const path = mounts(name);
  if (persistentVolumeClaim) return { type: "PVC", pvc: { name: persistentVolumeClaim.claimName } };
  if (hostPath) return { type: "LocalStorage", local_storage: hostPath.path };
  if (configMap) {
    const items = configMap.items ?? [];
    return { type: "ConfigMap", configmap: { type: "ConfigMap", name: configMap.name ?? "", path, items } };
  }
  if (secret) {
    const items = secret.items ?? [];
    return { type: "Secret", secret: { type: "Secret", name: secret.secretName ?? "", path, items } };
  }
  return { type: "EmptyDir", emptydir: "" };
}

/** A plain value stands in `key`; of a configuration, `key` is the object and `value` the key in it. */
export function toEnv({ type, name, value, key }: Environment): EnvVar {
  if (type === "Normal") return { name, value: key ?? value ?? "" };
  const selector = { name: key ?? "", key: value ?? "" };
  return { name, valueFrom: type === "ConfigMap" ? { configMapKeyRef: selector } : { secretKeyRef: selector } };
}

export function envOnWire({ name, value, valueFrom }: EnvVar): object {
  const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
  const selector = configMapKeyRef ?? secretKeyRef;
  if (selector === undefined) return { type: "Normal", name, value: "", key: value ?? "" };
  const type = configMapKeyRef === undefined ? "Secret" : "ConfigMap";
  return { type, name, value: selector.key, key: selector.name ?? "" };
}
