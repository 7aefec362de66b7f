// What an administrator does to objects of an API server, by its own API: each kubectl would be a process and a third of a second of a
// core, and the suite has thousands. What kubectl prints, or makes of a manifest, is tested with kubectl.
import { Agent, request, type Dispatcher } from "undici";
import { accessOf } from "../../../src/cloud/simulation/kube/access.ts";

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
  };
  readonly [member: string]: unknown;
}

/** `kind` as kubectl takes it: singular, plural or short, in any letters, with its group where that is not one of `GROUPS`. */
export interface Target {
  readonly kind: string;
  readonly name: string;
  /** `default` where unset; of no account for what is in no namespace. */
  readonly namespace?: string | undefined;
}

/** Rejects with the server's words where it refuses. Its connections end by themselves when nothing is asked for some seconds. */
export interface Administrator {
  /** As `kubectl create`. */
  create(manifest: ApiObject): Promise<void>;
  /** As `kubectl apply` does it: what the manifest before had and this one has not is taken off. Unknown fields are refused. */
  apply<T>(manifest: ApiObject): Promise<T>;
  /** As `kubectl apply --server-side --force-conflicts` of this field manager. */
  own(manifest: ApiObject, manager: string): Promise<void>;
  /** JSON merge patch. */
  merge<T>(target: Target, patch: object): Promise<T>;
  /** Does not wait for the end of it. */
  remove(target: Target): Promise<void>;
  /** Undefined where there is none. */
  read<T>(target: Target): Promise<T | undefined>;
  list<T>(kind: string, namespace: string): Promise<readonly T[]>;
}

/** Kinds are looked for in these, in this order. */
const GROUPS = [
  "yunfan.dev/v1alpha1",
  "v1",
  "apps/v1",
  "batch/v1",
  "autoscaling/v2",
  "networking.k8s.io/v1",
  "storage.k8s.io/v1",
  "rbac.authorization.k8s.io/v1",
];
/** What kubectl itself notes by, so that it goes on from where this left off. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** JSON is YAML. */
const APPLY = "application/apply-patch+yaml";

interface Kind {
  readonly name: string;
  readonly singularName: string;
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly namespaced: boolean;
}

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** By the client certificate of a kubeconfig. */
export function administratorBy(kubeconfigPath: string): Administrator {
  const connection = connectBy(kubeconfigPath);
  const groups = new Map<string, readonly Kind[]>();

  async function ask<T>(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: object,
    contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json",
  ): Promise<Answer<T>> {
    const { agent, server } = await connection;
    const answer = await request(`${server}${path}`, {
      method,
      dispatcher: agent,
      headers: { "content-type": contentType },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    // What it does not serve at all is answered in plain words.
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    return { status: answer.statusCode, body: (isJson ? JSON.parse(text) : { message: text.trim() }) as T };
  }

  async function asked<T>(...args: Parameters<typeof ask>): Promise<T> {
    const [method, path] = args;
    const answer = await ask<T & { reason?: string; message?: string }>(...args);
    if (answer.status < 300) return answer.body;
    const { reason = String(answer.status), message = "" } = answer.body;
    throw new Error(`Error from server (${reason}): ${method} ${path}: ${message}`);
  }

  /** None where the server has no such group. */
  async function kindsOf(groupVersion: string): Promise<readonly Kind[]> {
    const known = groups.get(groupVersion);
    if (known) return known;
    const resources = (await existing<{ resources: readonly Kind[] }>(rootOf(groupVersion)))?.resources ?? [];
    if (resources.length > 0) groups.set(groupVersion, resources);
    return resources;
  }

  /** Where objects of a kind are: of these versions, the first that has the kind. */
  async function collection(kind: string, namespace = "default", versions?: readonly string[]): Promise<string> {
    const [wanted = "", ...group] = kind.toLowerCase().split(".");
    for (const version of versions ?? (await versionsOf(group.join(".")))) {
      const known = (await kindsOf(version)).find((each) => namesOf(each).includes(wanted));
      if (known) return `${rootOf(version)}/${known.namespaced ? `namespaces/${namespace}/` : ""}${known.name}`;
    }
    throw new Error(`The server has no kind ${kind} that is looked for here`);
  }

  async function versionsOf(group: string): Promise<readonly string[]> {
    if (group === "") return GROUPS;
    const { preferredVersion } = await asked<{ preferredVersion: { groupVersion: string } }>("GET", `/apis/${group}`);
    return [preferredVersion.groupVersion];
  }

  async function pathOf({ kind, name, namespace }: Target): Promise<string> {
    return `${await collection(kind, namespace)}/${name}`;
  }

  async function existing<T>(path: string): Promise<T | undefined> {
    const { status, body } = await ask<T & { message?: string }>("GET", path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.message}`);
    return body;
  }

  return {
    async create(manifest) {
      const { apiVersion, kind, metadata } = manifest;
      await asked("POST", await collection(kind, metadata.namespace, [apiVersion]), manifest);
    },
    async apply<T>(manifest: ApiObject): Promise<T> {
      const { apiVersion, kind, metadata } = manifest;
      const all = await collection(kind, metadata.namespace, [apiVersion]);
      const path = `${all}/${metadata.name}`;
      const noted = withNote(manifest);
      const present = await existing<ApiObject>(path);
      const strictly = "?fieldValidation=Strict&fieldManager=kubectl-client-side-apply";
      if (!present) return asked<T>("POST", `${all}${strictly}`, noted);
      const before = JSON.parse(present.metadata.annotations?.[LAST_APPLIED] ?? "{}") as object;
      return asked<T>("PATCH", `${path}${strictly}`, patchFrom(before, noted));
    },
    async own(manifest, manager) {
      const { apiVersion, kind, metadata } = manifest;
      const path = `${await collection(kind, metadata.namespace, [apiVersion])}/${metadata.name}`;
      await asked("PATCH", `${path}?fieldManager=${manager}&force=true&fieldValidation=Strict`, manifest, APPLY);
    },
    merge: async <T>(target: Target, patch: object) => asked<T>("PATCH", await pathOf(target), patch),
    async remove(target) {
      await asked("DELETE", await pathOf(target));
    },
    read: async (target) => existing(await pathOf(target)),
    async list<T>(kind: string, namespace: string) {
      const { items } = await asked<{ items: T[] }>("GET", await collection(kind, namespace));
      return items;
    },
  };
}

function namesOf({ name, singularName, kind, shortNames = [] }: Kind): readonly string[] {
  return [name, singularName, kind.toLowerCase(), ...shortNames];
}

/** The way to an API server by a client certificate of a kubeconfig, on which silence is no end. */
export async function connectBy(kubeconfigPath: string): Promise<{ readonly agent: Agent; readonly server: string }> {
  const { server, tls } = await accessOf(kubeconfigPath);
  return { agent: new Agent({ connect: tls, headersTimeout: 0, bodyTimeout: 0 }), server: server.origin };
}

function rootOf(groupVersion: string): string {
  return groupVersion.includes("/") ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
}

function withNote(manifest: ApiObject): ApiObject {
  const { metadata } = manifest;
  const annotations = { ...metadata.annotations, [LAST_APPLIED]: JSON.stringify(manifest) };
  return { ...manifest, metadata: { ...metadata, annotations } };
}

type Members = Readonly<Record<string, unknown>>;

/** The JSON merge patch that takes off what only `before` had, and puts on all of `after`. */
function patchFrom(before: object, after: object): object {
  const old = before as Members;
  const gone = Object.keys(old).filter((key) => (after as Members)[key] === undefined);
  const wanted = Object.entries(after as Members).map(([key, value]) => {
    return [key, isMembers(value) && isMembers(old[key]) ? patchFrom(old[key], value) : value];
  });
  return Object.fromEntries([...gone.map((key) => [key, null]), ...wanted]) as object;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
