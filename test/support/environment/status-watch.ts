// Every version of Yunfan's resources in some namespaces, as `kubectl get --watch` shows them: what a test waits on, and what it
// looks back at to show that something never happened.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";
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

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: Resource;
}

/** Generous: both cores may be busy with other tests. */
const TIMEOUT_MS = 40_000;

/** `kinds`: their plurals. */
export function watchStatuses(namespaces: readonly [string, ...string[]], kinds: readonly string[]): StatusWatch {
  const versions: Resource[] = [];
  const present = new Map<string, Resource>();
  const wakers = new Set<() => void>();
  const take = ({ type, object }: WatchEvent): void => {
    if (type === "DELETED") present.delete(keyOf(object));
    else present.set(keyOf(object), object);
    versions.push(object);
    for (const wake of wakers) wake();
  };
  const children = namespaces.flatMap((namespace) => kinds.map((kind) => watchKind(namespace, kind, take)));
  const full = (name: string): string => {
    const { namespace = namespaces[0], kind, short } = nameParts(name);
    return `${namespace}/${kind}/${short}`;
  };
  return {
    covers: (name) => kinds.includes(`${nameParts(name).kind}s`),
    latest: (name) => present.get(full(name)),
    history: (name) => versions.filter((version) => keyOf(version) === full(name)),
    everything: () => versions,
    until: (check, describe) => until(check, { wakers, describe }),
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(end));
      await recordStatuses(versions);
    },
  };
}

/** The parts of a name: kind/name or namespace/kind/name. */
export function nameParts(name: string): { namespace?: string; kind: string; short: string } {
  const [short = "", kind = "", namespace] = name.split("/").toReversed();
  return { ...(namespace !== undefined && { namespace }), kind: kind.toLowerCase(), short };
}

function watchKind(namespace: string, kind: string, take: (event: WatchEvent) => void): ChildProcess {
  const { kubectlPath, kubeconfigPath } = inject("controlPlane");
  const cache = path.join(path.dirname(kubeconfigPath), "kubectl-cache");
  const output = ["--watch", "--output-watch-events", "-o", 'jsonpath={@}{"\\n"}'];
  const args = ["--kubeconfig", kubeconfigPath, "--cache-dir", cache, "-n", namespace, "get", kind, ...output];
  const child = spawn(kubectlPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  createInterface({ input: child.stdout }).on("line", (line) => take(JSON.parse(line) as WatchEvent));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
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
