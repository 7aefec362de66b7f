// What a user does with kubectl to the resources of a stand. Each change resolves when the watch shows it.
import { kubectlOk, type Kubectl } from "../apiserver/controlplane.ts";
import { yaml } from "./manifests.ts";
import { nameParts, type Resource, type StatusWatch } from "./status-watch.ts";

export interface Changes {
  /** Applies manifests, in the stand's first namespace where they name none; throws with kubectl's words when it refuses. */
  apply(...manifests: readonly object[]): Promise<void>;
  /** Merge patch, as `kubectl edit` would make it. */
  edit(name: string, change: object): Promise<void>;
  /** Null takes one off. */
  annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void>;
  /** Deletes without waiting for the end of it. */
  remove(name: string): Promise<void>;
}

interface Parts {
  /** As administrator, not bound to a namespace. */
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly watch: StatusWatch;
  /** Called with each value that is applied in a Secret. */
  readonly onSecret: (value: string) => void;
}

export function createChanges({ kubectl, namespace, watch, onSecret }: Parts): Changes {
  const target = (name: string): string[] => kubectlTarget(name, namespace);
  const change = async (args: readonly string[], input?: string): Promise<void> => {
    const answer = JSON.parse(await kubectlOk(kubectl, [...args, "-o", "json"], input)) as
      | Resource
      | { items: Resource[] };
    await Promise.all(("items" in answer ? answer.items : [answer]).map((resource) => shown(watch, resource)));
  };
  const annotate: Changes["annotate"] = (name, annotations) => {
    const wanted = Object.entries(annotations).map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`));
    return change(["annotate", "--overwrite", ...target(name), ...wanted]);
  };
  return {
    async apply(...manifests) {
      for (const value of manifests.flatMap(secretsIn)) onSecret(value);
      await change(["apply", "-f", "-"], yaml(manifests.map((manifest) => inNamespace(manifest, namespace))));
    },
    edit: (name, patch) => change(["patch", ...target(name), "--type=merge", "-p", JSON.stringify(patch)]),
    annotate,
    async remove(name) {
      await kubectlOk(kubectl, ["delete", ...target(name), "--wait=false"]);
      if (!watch.covers(name)) return;
      const isLeaving = (): boolean => watch.latest(name)?.metadata.deletionTimestamp !== undefined;
      await watch.until(
        () => watch.latest(name) === undefined || isLeaving(),
        () => `${name} shows no deletion`,
      );
    },
  };
}

/** A resource in kubectl's arguments. */
export function kubectlTarget(name: string, defaultNamespace: string): string[] {
  const { namespace = defaultNamespace, kind, short } = nameParts(name);
  return [`${kind}/${short}`, "--namespace", namespace];
}

/** Waits until the watch has come as far as kubectl's answer. */
async function shown(watch: StatusWatch, { kind, metadata }: Resource): Promise<void> {
  const name = `${metadata.namespace}/${kind}/${metadata.name}`;
  if (!watch.covers(name)) return;
  const isShown = (): boolean =>
    watch.history(name).some((version) => Number(version.metadata.resourceVersion) >= Number(metadata.resourceVersion));
  await watch.until(isShown, () => `The watch never showed ${name}`);
}

function inNamespace(manifest: { metadata?: object }, namespace: string): object {
  return { ...manifest, metadata: { namespace, ...manifest.metadata } };
}

/** What may show nowhere. */
function secretsIn({ stringData = {} }: { stringData?: Readonly<Record<string, string>> }): string[] {
  return ["secretKey", "password"].map((key) => (stringData[key] ?? "").trim()).filter((value) => value !== "");
}
