// An Informer of ConfigMaps on the real kube-apiserver, in a namespace of its own and with the fault proxy in between.
import { randomBytes } from "node:crypto";
import { KubeConfig } from "@kubernetes/client-node";
import { HttpKubeClient, type KubeClient } from "../../../src/kube/client.ts";
import type { KubeObject, ResourceType } from "../../../src/kube/types.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { createLogger } from "../../../src/lib/log.ts";
import { Informer, type InformerOptions } from "../../../src/runtime/cache/informer.ts";
import { keyOf } from "../../../src/runtime/cache/store.ts";
import { sharedControlPlane } from "./controlplane.ts";
import { faultProxyOptionsOf, startFaultProxy, type FaultProxy, type LoggedRequest } from "./fault-proxy.ts";
import { kubeConfigOf, transportOf } from "./transports.ts";

export interface Content extends KubeObject {
  data?: Record<string, string>;
  type?: string;
}

const coreType = (kind: string, plural: string, namespaced = true): ResourceType => ({
  group: "",
  version: "v1",
  plural,
  kind,
  namespaced,
});

export const CONFIG_MAP = coreType("ConfigMap", "configmaps");
export const SECRET = coreType("Secret", "secrets");
const NAMESPACE = coreType("Namespace", "namespaces", false);

/** Of the watches and lists that went through the proxy. */
export interface Asked {
  readonly what: "WatchList" | "Watch" | "List";
  readonly query: URLSearchParams;
  readonly status: number | undefined;
}

export interface InformerSetup extends AsyncDisposable {
  readonly namespace: string;
  /** Goes past the proxy. */
  readonly client: KubeClient;
  readonly proxy: FaultProxy;
  readonly informer: Informer<Content>;
  /** Such as "Updated a", from the moment the informer was made. */
  readonly changes: string[];
  /** How often each metric was counted. */
  readonly counts: Record<string, number>;
  readonly asked: () => Asked[];
  /** Creates a ConfigMap. */
  readonly create: (name: string) => Promise<Content>;
  readonly update: (name: string) => Promise<Content>;
  readonly remove: (name: string) => Promise<void>;
  readonly start: () => void;
  /** Aborts the run and resolves when it has ended. */
  readonly stop: () => Promise<void>;
}

/** On the shared control plane, unless a kubeconfig names another one. */
export async function informerSetup(
  overrides: Partial<InformerOptions<Content>> = {},
  kubeconfigPath = sharedControlPlane().kubeconfigPath,
): Promise<InformerSetup> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfigPath);
  const direct = transportOf(kubeConfig);
  const client = new HttpKubeClient(direct);
  const proxy = await startFaultProxy(await faultProxyOptionsOf(kubeconfigPath));
  const { clock = systemClock } = overrides;
  const transport = transportOf(kubeConfigOf({ server: proxy.url }), { clock });
  const namespace = await newNamespace(client);
  const counts: Record<string, number> = {};
  const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);
  const informer = new Informer<Content>({
    transport,
    type: CONFIG_MAP,
    namespaces: [namespace],
    clock,
    log: createLogger({ level: "silent" }),
    backoff: { firstMs: 10, longestMs: 50 },
    metrics: {
      listed: count,
      watched: () => count("Watched"),
      ended: count,
      handlerFailed: () => count("HandlerFailed"),
      observe: () => undefined,
    },
    ...overrides,
  });
  const changes: string[] = [];
  informer.store.onChange(({ type, ...change }) =>
    changes.push(`${type} ${(change.new ?? change.old)?.metadata.name}`),
  );
  const abort = new AbortController();
  let run: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    abort.abort(new Error("The test is over"));
    await run;
  };
  return {
    namespace,
    client,
    proxy,
    informer,
    changes,
    counts,
    asked: () => proxy.requests.map(askedOf),
    create: (name) => client.create<Content>(CONFIG_MAP, { metadata: { name, namespace } }),
    update: (name) =>
      client.mergePatch<Content>(CONFIG_MAP, { name, namespace }, { data: { at: randomBytes(4).toString("hex") } }),
    remove: (name) => client.delete(CONFIG_MAP, { name, namespace }),
    start: () => void (run = informer.run(abort.signal)),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await Promise.all([transport, direct, proxy].map((part) => part[Symbol.asyncDispose]()));
    },
  };
}

export async function newNamespace(client: KubeClient): Promise<string> {
  const name = `informer-${randomBytes(5).toString("hex")}`;
  return keyOf((await client.create(NAMESPACE, { metadata: { name } })).metadata);
}

function askedOf({ path, status }: LoggedRequest): Asked {
  const query = new URL(path, "http://server").searchParams;
  const watch = query.get("sendInitialEvents") === "true" ? "WatchList" : "Watch";
  return { what: query.get("watch") === "true" ? watch : "List", query, status };
}
