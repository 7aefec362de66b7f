// Every version of Yunfan's resources in some namespaces: what a test waits on, and what it looks back at to show that something never
// happened.
import { inject } from "vitest";
import { lookoutBy, type WatchEvent } from "./object-watch.ts";
import { recordStatuses } from "./status-record.ts";

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

export interface Resource {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: Record<string, unknown>;
  readonly status: {
    readonly observedGeneration: number;
    readonly externalId?: string;
    readonly operation?: { readonly nonce: string; readonly lastSentAt?: string };
    readonly conditions?: readonly Condition[];
    readonly [field: string]: unknown;
  };
}

/** A name is kind/name, as kubectl takes it, or namespace/kind/name outside the first namespace. */
export interface StatusWatch extends AsyncDisposable {
  /** Whether it is of a kind that is watched. */
  covers(name: string): boolean;
  /** Undefined where it has not been seen yet or is gone. */
  latest(name: string): Resource | undefined;
  /** All versions, oldest first, those of deleted namesakes included. */
  history(name: string): readonly Resource[];
  /** All versions of all resources. */
  everything(): readonly Resource[];
  /** Resolves when `check` returns something else than undefined or false; throws what `describe` says when it never does. */
  until<T>(check: () => T | undefined | false, describe: () => string): Promise<T>;
}

/** Where the operator's resources are served. */
const API = "/apis/yunfan.dev/v1alpha1";

/** Generous: both cores may be busy with other tests. */
const TIMEOUT_MS = 40_000;

/** `kinds`: their plurals. */
export function watchStatuses(namespaces: readonly [string, ...string[]], kinds: readonly string[]): StatusWatch {
  const versions: Resource[] = [];
  const present = new Map<string, Resource>();
  const wakers = new Set<() => void>();
  const take = ({ type, object }: WatchEvent<Resource>): void => {
    if (type === "DELETED") present.delete(keyOf(object));
    else present.set(keyOf(object), object);
    versions.push(object);
    for (const wake of wakers) wake();
  };
  const lookout = lookoutBy(inject("controlPlane").kubeconfigPath);
  const watches = namespaces.flatMap((namespace) =>
    kinds.map((kind) => lookout.watch(`${API}/namespaces/${namespace}/${kind}`, take)),
  );
  let blindness: Error | undefined;
  const isBlind = Promise.all(watches).catch((error: unknown) => {
    blindness = new Error("The resources are not watched any more", { cause: error });
    for (const wake of wakers) wake();
  });
  const seeing = <T>(check: () => T): T => {
    if (blindness) throw blindness;
    return check();
  };
  const full = (name: string): string => {
    const { namespace = namespaces[0], kind, short } = nameParts(name);
    return `${namespace}/${kind}/${short}`;
  };
  return {
    covers: (name) => kinds.includes(`${nameParts(name).kind}s`),
    latest: (name) => present.get(full(name)),
    history: (name) => versions.filter((version) => keyOf(version) === full(name)),
    everything: () => versions,
    until: (check, describe) => until(() => seeing(check), { wakers, describe }),
    async [Symbol.asyncDispose]() {
      await lookout[Symbol.asyncDispose]();
      await isBlind;
      await recordStatuses(versions);
    },
  };
}

/** The parts of a name: kind/name or namespace/kind/name. */
export function nameParts(name: string): { namespace?: string; kind: string; short: string } {
  const [short = "", kind = "", namespace] = name.split("/").toReversed();
  return { ...(namespace !== undefined && { namespace }), kind: kind.toLowerCase(), short };
}

function keyOf({ kind, metadata }: Resource): string {
  return `${metadata.namespace}/${kind.toLowerCase()}/${metadata.name}`;
}

interface Until {
  readonly wakers: Set<() => void>;
  readonly describe: () => string;
}

/** Looks at each new version; what `check` reads besides is looked at again ten times a second. */
async function until<T>(check: () => T | undefined | false, { wakers, describe }: Until): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const look = (): void => {
    try {
      const found = check();
      if (found !== undefined && found !== false) resolve(found);
    } catch (error) {
      reject(error);
    }
  };
  const late = setTimeout(() => reject(new Error(describe())), TIMEOUT_MS);
  const ticks = setInterval(look, 100);
  wakers.add(look);
  look();
  try {
    return await promise;
  } finally {
    wakers.delete(look);
    clearInterval(ticks);
    clearTimeout(late);
  }
}
