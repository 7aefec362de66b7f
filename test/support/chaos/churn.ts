// Work that never ends: RegistryProjects that are created and deleted all the time, whatever happens to the API server meanwhile.
import { setTimeout as elapse } from "node:timers/promises";
import { registryProject } from "../../../src/crds/registryproject/kind.ts";
import type { RegistryProject } from "../../../src/crds/registryproject/schema.ts";
import { HttpKubeClient } from "../../../src/kube/client.ts";
import { KubeUnreachableError, isAlreadyExists, isNotFound } from "../../../src/kube/errors.ts";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import { projectManifest } from "../environment/manifests.ts";
import { transportOf } from "../apiserver/transports.ts";

const TYPE = registryProject.type;

export interface ChurnOptions {
  /** Of the administrator. */
  readonly kubeconfigPath: string;
  /** Where an account "ctyun" is. */
  readonly namespace: string;
  /** How many projects there are at a time; older ones are deleted. */
  readonly size: number;
  /** Time between two steps; each creates one, and deletes one where there are too many. */
  readonly everyMs: number;
}

export interface Churn extends AsyncDisposable {
  /** All that were ever created, in that order. */
  readonly created: readonly string[];
  /** Ends with the step under way; resolves with the names of those that are to stay. Idempotent. */
  stop(): Promise<readonly string[]>;
  /** The resources as the API server has them. */
  list(): Promise<RegistryProject[]>;
}

/** Each name is used once. */
export function startChurn({ kubeconfigPath, namespace, size, everyMs }: ChurnOptions): Churn {
  const transport = transportOf(loadKubeConfig({ path: kubeconfigPath }), { requestTimeoutMs: 5000 });
  const client = new HttpKubeClient(transport);
  const stopping = new AbortController();
  const created: string[] = [];
  const standing: string[] = [];
  const step = async (number: number): Promise<void> => {
    const name = `churn-${number}`;
    created.push(name);
    standing.push(name);
    await untilDone(() => client.create(TYPE, manifestOf(namespace, name)), isAlreadyExists);
    if (standing.length <= size) return;
    await untilDone(() => client.delete(TYPE, { namespace, name: standing[0]! }), isNotFound);
    standing.shift();
  };
  const work = (async () => {
    for (let number = 1; !stopping.signal.aborted; number++) {
      await step(number);
      await elapse(everyMs);
    }
  })();
  // It is awaited by `stop`.
  work.catch(() => undefined);
  const stop = async (): Promise<readonly string[]> => {
    stopping.abort();
    await work;
    return standing;
  };
  return {
    created,
    stop,
    list: async () => (await client.list<RegistryProject>(TYPE, { namespace })).items,
    async [Symbol.asyncDispose]() {
      try {
        await stop();
      } finally {
        await transport[Symbol.asyncDispose]();
      }
    },
  };
}

type Authored = Parameters<HttpKubeClient["create"]>[1];

function manifestOf(namespace: string, name: string): Authored {
  return projectManifest(name, {}, { namespace }) as Authored;
}

/** Again and again while the API server is away; `isDone` knows the refusal that says that an earlier try has done it. */
async function untilDone(act: () => Promise<unknown>, isDone: (error: unknown) => boolean): Promise<void> {
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (isDone(error)) return;
      if (!isPassing(error)) throw error;
      await elapse(100);
    }
  }
}

/** An API server that just came up answers some requests with 429 or 5xx, and one with 403 until its roles are there. */
function isPassing(error: unknown): boolean {
  const { code = 0 } = error as { code?: number };
  return error instanceof KubeUnreachableError || code === 403 || code === 429 || code >= 500;
}
