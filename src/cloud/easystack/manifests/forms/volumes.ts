// Volumes of a pod, what mounts them, and environment variables (1.21, "volume", "volume_mount", "config", "env").
import * as z from "zod";
import { numberOfQuantity } from "../../../../lib/quantity.ts";
import { compact, set, type Fields } from "./fields.ts";

const optional = z.string().nullish();

const configForm = z.object({
  type: optional,
  name: z.string(),
  path: optional,
  items: z.array(z.object({ key: z.string(), path: z.string() })).nullish(),
});

export const volumeForm = z.object({
  name: z.string(),
  type: z.enum(["StorageClass", "PVC", "LocalStorage", "EmptyDir", "ConfigMap", "Secret"]),
  storage_class: z.object({ class_name: z.string(), capacity: z.coerce.string() }).nullish(),
  pvc: z.union([z.string().transform((name) => ({ name })), z.object({ name: z.string() })]).nullish(),
  local_storage: optional,
  emptydir: optional,
  configmap: configForm.nullish(),
  secret: configForm.nullish(),
});

export const mountForm = z.object({
  volume_name: z.string(),
  mount_path: z.string(),
  read_only: z.boolean().nullish(),
  sub_path: optional,
});

export const envForm = z.object({
  type: z.enum(["Normal", "ConfigMap", "Secret"]),
  name: z.string(),
  value: optional,
  key: optional,
});

export type VolumeForm = z.output<typeof volumeForm>;
export type MountForm = z.output<typeof mountForm>;
export type EnvForm = z.output<typeof envForm>;
type Source = Omit<VolumeForm, "name">;

const GIB = 1024 ** 3;
const READ_WRITE = 0o644;
const NO_SOURCE = "the form has StorageClass, PersistentVolumeClaim, hostPath, emptyDir, configMap and secret alone";

/** `mounts`: of all containers; a configuration names the path at which it is mounted first. */
export function toVolumes(pod: Fields, mounts: readonly MountForm[]): VolumeForm[] {
  return [...pod.each("volumes", (volume) => toVolume(volume, mounts))];
}

function toVolume(volume: Fields, mounts: readonly MountForm[]): VolumeForm {
  const name = volume.text("name") ?? "";
  const path = mounts.find((mount) => mount.volume_name === name)?.mount_path ?? "";
  return { name, ...(sourceIn(volume, path) ?? noSource(volume)) };
}

function noSource(volume: Fields): Source {
  volume.refuse("name", NO_SOURCE);
  return { type: "EmptyDir" };
}

function sourceIn(volume: Fields, path: string): Source | undefined {
  if (volume.has("emptyDir")) {
    volume.object("emptyDir", () => undefined);
    return { type: "EmptyDir", emptydir: "" };
  }
  return (
    volume.object("persistentVolumeClaim", (claim): Source => {
      claim.usual({ readOnly: false });
      return { type: "PVC", pvc: { name: claim.text("claimName") ?? "" } };
    }) ??
    volume.object("hostPath", (host): Source => ({ type: "LocalStorage", local_storage: host.text("path") ?? "" })) ??
    volume.object("configMap", (map): Source => ({ type: "ConfigMap", configmap: toConfig(map, "ConfigMap", path) })) ??
    volume.object("secret", (secret): Source => ({ type: "Secret", secret: toConfig(secret, "Secret", path) }))
  );
}

function toConfig(source: Fields, type: "ConfigMap" | "Secret", path: string): z.output<typeof configForm> {
  source.usual({ defaultMode: READ_WRITE, optional: false });
  const name = source.text(type === "ConfigMap" ? "name" : "secretName") ?? "";
  const items = source.each("items", (item) => ({ key: item.text("key") ?? "", path: item.text("path") ?? "" }));
  return { type, name, path, items: [...items] };
}

export function volumesOf(forms: readonly VolumeForm[]): object {
  const volumes = forms
    .filter(({ type }) => type !== "StorageClass")
    .map((form) => Object.assign({ name: form.name }, sourceOf(form)));
  return volumes.length === 0 ? {} : { volumes };
}

function sourceOf({ pvc, local_storage: path, configmap, secret }: VolumeForm): object {
  if (pvc) return { persistentVolumeClaim: { claimName: pvc.name } };
  if (path) return { hostPath: { path } };
  if (configmap) return { configMap: { name: configmap.name, ...itemsOf(configmap) } };
  if (secret) return { secret: { secretName: secret.name, ...itemsOf(secret) } };
  return { emptyDir: {} };
}

function itemsOf({ items }: z.output<typeof configForm>): object {
  return items && items.length > 0 ? { items } : {};
}

/** A StatefulSet's own claims: the form has class and size of each. */
export function toTemplates(spec: Fields): VolumeForm[] {
  const templates = spec.each("volumeClaimTemplates", (template): VolumeForm => {
    template.usual({ apiVersion: "v1", kind: "PersistentVolumeClaim" });
    template.elsewhere("status");
    const name = template.object("metadata", (metadata) => metadata.text("name")) ?? "";
    const storage_class = template.object("spec", toClass) ?? { class_name: "", capacity: "" };
    return { name, type: "StorageClass", storage_class };
  });
  return [...templates];
}

function toClass(claim: Fields): NonNullable<VolumeForm["storage_class"]> {
  claim.usual({ accessModes: ["ReadWriteOnce"], volumeMode: "Filesystem" });
  const class_name = claim.text("storageClassName") ?? claim.refuse("storageClassName", "the form wants one") ?? "";
  const capacity = claim.object("resources", (resources) => resources.object("requests", toCapacity)) ?? "";
  return { class_name, capacity };
}

/** Of `requests`: in GiB, whole ones, as in the example. */
export function toCapacity(requests: Fields): string {
  const bytes = numberOfQuantity(requests.raw("storage"));
  if (bytes !== undefined && bytes >= GIB && bytes % GIB === 0) return String(bytes / GIB);
  requests.refuse("storage", "the form wants whole gibibytes, such as 10Gi");
  return "";
}

/** `10` and `10Gi` are the same. */
export function storageOf(capacity: string): string {
  return /^\d+$/.test(capacity) ? `${capacity}Gi` : capacity;
}

export function templatesOf(forms: readonly VolumeForm[]): object {
  const templates = forms.flatMap(({ name, storage_class: wanted }) => {
    if (!wanted) return [];
    const spec = {
      accessModes: ["ReadWriteOnce"],
      storageClassName: wanted.class_name,
      resources: { requests: { storage: storageOf(wanted.capacity) } },
    };
    return [{ metadata: { name }, spec }];
  });
  return templates.length === 0 ? {} : { volumeClaimTemplates: templates };
}

export function toMounts(container: Fields): MountForm[] {
  const mounts = container.each("volumeMounts", (mount) => {
    mount.usual({ mountPropagation: "None", recursiveReadOnly: "Disabled" });
    return {
      volume_name: mount.text("name") ?? "",
      mount_path: mount.text("mountPath") ?? "",
      read_only: mount.flag("readOnly") ?? false,
      sub_path: mount.text("subPath") ?? "",
    };
  });
  return [...mounts];
}

export function mountsOf(forms: readonly MountForm[]): object {
  const volumeMounts = forms.map(({ volume_name: name, mount_path: mountPath, read_only, sub_path }) =>
    compact({ name, mountPath, readOnly: set(read_only), subPath: set(sub_path) }),
  );
  return volumeMounts.length === 0 ? {} : { volumeMounts };
}

/** A plain value stands in `key`; of a configuration, `key` is the object and `value` the key in it. */
export function toEnv(container: Fields): EnvForm[] {
  const env = container.each("env", (variable): EnvForm => {
    const name = variable.text("name") ?? "";
    const value = variable.text("value");
    const from = variable.object("valueFrom", (source) => toSource(source));
    return from === undefined ? { type: "Normal", name, value: "", key: value ?? "" } : { name, ...from };
  });
  return [...env];
}

function toSource(source: Fields): Omit<EnvForm, "name"> | undefined {
  const refer =
    (type: "ConfigMap" | "Secret") =>
    (selector: Fields): Omit<EnvForm, "name"> => {
      selector.usual({ optional: false });
      return { type, key: selector.text("name") ?? "", value: selector.text("key") ?? "" };
    };
  return source.object("configMapKeyRef", refer("ConfigMap")) ?? source.object("secretKeyRef", refer("Secret"));
}

export function envOf(forms: readonly EnvForm[]): object {
  const env = forms.map(({ type, name, value, key }) => {
    if (type === "Normal") return compact({ name, value: key || value || undefined });
    const selector = { name: key ?? "", key: value ?? "" };
    return { name, valueFrom: type === "ConfigMap" ? { configMapKeyRef: selector } : { secretKeyRef: selector } };
  });
  return env.length === 0 ? {} : { env };
}
