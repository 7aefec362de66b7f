// Where objects are kept: on the API server behind the simulator, or, without one, storage classes in memory and nothing else.
import { randomUUID } from "node:crypto";
import type { Clock } from "../../../../lib/clock.ts";
import { Refusal } from "../../../simulation/refusal.ts";
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { ApiRefusal } from "../../../simulation/kube/api-server.ts";
import type { Kind, Manifest } from "./manifest.ts";
import { RESOURCE_TYPES } from "./manifest.ts";

/** Real names; `namespace` is undefined for what lies in none, and, in a list, for all namespaces. */
export interface Target {
  readonly kind: Kind;
  readonly namespace: string | undefined;
}

export interface Removal {
  readonly propagation?: "Foreground" | "Background" | undefined;
  /** Without waiting for whoever should let go. */
  readonly force?: boolean | undefined;
}

/** Throws an {@link ApiRefusal} for what an API server refuses, a `Refusal` with 503 where there is none. */
export interface Backend {
  get(target: Target, name: string): Promise<Manifest | undefined>;
  list(target: Target, labelSelector?: string): Promise<Manifest[]>;
  create(target: Target, manifest: Manifest): Promise<Manifest>;
  replace(target: Target, manifest: Manifest, subresource?: "status"): Promise<Manifest>;
  remove(target: Target, name: string, removal?: Removal): Promise<void>;
}

export function apiBackend(api: ApiServer): Backend {
  const named = (target: Target, manifest: unknown): Manifest => ({
    ...(manifest as Manifest),
    apiVersion: RESOURCE_TYPES[target.kind].apiVersion,
    kind: target.kind,
  });
  return {
    async get(target, name) {
      try {
        return named(target, await api.send({ method: "GET", path: pathOf(target, name) }));
      } catch (error) {
        if (error instanceof ApiRefusal && error.status === 404) return undefined;
        throw error;
      }
    },
    async list(target, labelSelector) {
      const query = labelSelector === undefined ? undefined : { labelSelector };
      const { items } = (await api.send({ method: "GET", path: pathOf(target), query })) as { items: unknown[] };
      return items.map((item) => named(target, item));
    },
    create: async (target, body) => named(target, await api.send({ method: "POST", path: pathOf(target), body })),
    async replace(target, body, subresource) {
      const path = `${pathOf(target, body.metadata.name)}${subresource === undefined ? "" : `/${subresource}`}`;
      return named(target, await api.send({ method: "PUT", path, body }));
    },
    async remove(target, name, { propagation = "Background", force = false } = {}) {
      const body = { propagationPolicy: propagation, ...(force && { gracePeriodSeconds: 0 }) };
      await api.send({ method: "DELETE", path: pathOf(target, name), body });
    },
  };
}

export function pathOf({ kind, namespace }: Target, name?: string): string {
  const { apiVersion, plural, namespaced } = RESOURCE_TYPES[kind];
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
  return `${root}${place}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

/** Only storage classes can be without an API server behind. */
export function memoryBackend(clock: Clock): Backend {
  const classes = new Map<string, Manifest>();
  let version = 0;
  const only = (target: Target): void => {
    if (target.kind === "StorageClass") return;
    throw new Refusal(503, "what acts inside a cluster needs --kubeconfig");
  };
  const found = (name: string): Manifest => {
    const kept = classes.get(name);
    if (kept === undefined) throw new ApiRefusal(404, "NotFound", `storageclasses "${name}" not found`);
    return kept;
  };
  const put = (manifest: Manifest, kept: Manifest["metadata"]): Manifest => {
    version += 1;
    const { uid, creationTimestamp } = kept;
    const stamps = { ...(uid && { uid }), ...(creationTimestamp && { creationTimestamp }) };
    const stored = { ...manifest, metadata: { ...manifest.metadata, ...stamps, resourceVersion: String(version) } };
    classes.set(manifest.metadata.name, stored);
    return stored;
  };
  return {
    async get(target, name) {
      only(target);
      return Promise.resolve(classes.get(name));
    },
    async list(target) {
      only(target);
      return Promise.resolve([...classes.values()]);
    },
    async create(target, manifest) {
      only(target);
      const { name } = manifest.metadata;
      if (classes.has(name)) throw new ApiRefusal(409, "AlreadyExists", `storageclasses "${name}" already exists`);
      const creationTimestamp = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
      return Promise.resolve(put(manifest, { name, uid: randomUUID(), creationTimestamp }));
    },
    async replace(target, manifest) {
      only(target);
      const kept = found(manifest.metadata.name);
      const isSame = JSON.stringify(manifest) === JSON.stringify(kept);
      return Promise.resolve(isSame ? kept : put(manifest, kept.metadata));
    },
    async remove(target, name) {
      only(target);
      found(name);
      await Promise.resolve(classes.delete(name));
    },
  };
}
