// What a user does to the resources of a stand. Each change resolves when the watch shows it.
import type { Administrator, ApiObject, Target } from "../apiserver/administrator.ts";
import { nameParts, type Resource, type StatusWatch } from "./status-watch.ts";

export interface Changes {
  /** Applies manifests, in the stand's first namespace where they name none; throws with the server's words where it refuses one. */
  apply(...manifests: readonly object[]): Promise<void>;
  /** Merge patch, as `kubectl edit` would make it. */
  edit(name: string, change: object): Promise<void>;
  /** Null takes one off. */
  annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void>;
  /** Deletes without waiting for the end of it. */
  remove(name: string): Promise<void>;
}

interface Parts {
  readonly administrator: Administrator;
  readonly namespace: string;
  readonly watch: StatusWatch;
  /** Called with each value that is applied in a Secret. */
  readonly onSecret: (value: string) => void;
}

export function createChanges({ administrator, namespace, watch, onSecret }: Parts): Changes {
  const target = (name: string): Target => targetOf(name, namespace);
  const edit: Changes["edit"] = async (name, patch) => shown(watch, await administrator.merge(target(name), patch));
  return {
    async apply(...manifests) {
      for (const value of manifests.flatMap(secretsIn)) onSecret(value);
      const objects = manifests.map((manifest) => inNamespace(manifest, namespace));
      const applied = [];
      for (const object of objects) applied.push(await administrator.apply<Resource>(object));
      await Promise.all(applied.map((object) => shown(watch, object)));
    },
    edit,
    annotate: (name, annotations) => edit(name, { metadata: { annotations } }),
    async remove(name) {
      await administrator.remove(target(name));
      if (!watch.covers(name)) return;
      const isLeaving = (): boolean => watch.latest(name)?.metadata.deletionTimestamp !== undefined;
      await watch.until(
        () => watch.latest(name) === undefined || isLeaving(),
        () => `${name} shows no deletion`,
      );
    },
  };
}

/** Where a resource is, by its name in tests. */
export function targetOf(name: string, defaultNamespace: string): Target {
  const { namespace = defaultNamespace, kind, short } = nameParts(name);
  return { kind, name: short, namespace };
}

/** Waits until the watch has come as far as the server's answer. */
async function shown(watch: StatusWatch, { kind, metadata }: Resource): Promise<void> {
  const name = `${metadata.namespace}/${kind}/${metadata.name}`;
  if (!watch.covers(name)) return;
  const isShown = (): boolean =>
    watch.history(name).some((version) => Number(version.metadata.resourceVersion) >= Number(metadata.resourceVersion));
  await watch.until(isShown, () => `The watch never showed ${name}`);
}

/** As JSON has it, without what is undefined. */
function inNamespace(manifest: { metadata?: object }, namespace: string): ApiObject {
  const whole = { ...manifest, metadata: { namespace, ...manifest.metadata } };
  return JSON.parse(JSON.stringify(whole)) as ApiObject;
}

/** What may show nowhere. */
function secretsIn({ stringData = {} }: { stringData?: Readonly<Record<string, string>> }): string[] {
  return ["secretKey", "password"].map((key) => (stringData[key] ?? "").trim()).filter((value) => value !== "");
}
