// An operator in this process on an injected clock, before the real API server, whose own clock goes on: hours pass in the time that
// the requests take. Simulators run on the same clock.
import { runOperator } from "../../../src/cli/operator.ts";
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { HttpKubeClient, type KubeClient } from "../../../src/kube/client.ts";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import type { KubeTransport } from "../../../src/kube/transport.ts";
import type { ResourceType } from "../../../src/kube/types.ts";
import { type Clock, systemClock } from "../../../src/lib/clock.ts";
import { createLogger } from "../../../src/lib/log.ts";
import { Informer } from "../../../src/runtime/cache/informer.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { transportOf } from "../apiserver/transports.ts";
import { ClockDriver, countTimers } from "../clock/clock-driver.ts";
import { FakeClock } from "../clock/fake-clock.ts";
import type { LogLine } from "../operator/operator.ts";
import { scrape, type Sample } from "../operator/scrape.ts";
import { Traffic } from "../operator/traffic.ts";

export interface TurnedOptions {
  /** Of which a watch is kept. */
  readonly watched: readonly ResourceType[];
  /** Default: yunfan-system. */
  readonly platformNamespace?: "Own" | undefined;
}

/** Disposing of it ends the operator, and then what it was given to keep. */
export interface Turned extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly driver: ClockDriver;
  /** For simulators: what they delay waits for the clock and is not waited for. */
  readonly cloudClock: Clock;
  readonly namespace: string;
  /** Straight to the API server, as administrator. */
  readonly kube: KubeClient;
  readonly transport: KubeTransport;
  /** What the operator has logged so far. */
  readonly log: readonly LogLine[];
  /** Resolves when the operator works. To be called once. */
  start(): Promise<void>;
  /** As a watch shows them now. */
  all(kind: string): readonly Managed[];
  /** Told of every version that the watch shows from now on. */
  onVersion(kind: string, listener: (version: Managed) => void): void;
  metrics(): Promise<Sample[]>;
  keep<T extends AsyncDisposable>(part: T): T;
}

/** Generous, and of the injected clock. */
const STARTS_WITHIN_MS = 600_000;
const STOPS_WITHIN_MS = 120_000;

export async function createTurned(prefix: string, options: TurnedOptions): Promise<Turned> {
  const plane = sharedControlPlane();
  const namespace = await uniqueNamespace(plane.kubectl, prefix);
  const parts = new AsyncDisposableStack();
  const traffic = parts.use(new Traffic(new URL(plane.server).origin));
  // The API server stamps with the real time, so the injected one begins there.
  const clock = new FakeClock({ startMs: Date.now() });
  const cloudClock = countTimers(clock);
  const driver = new ClockDriver({ clock, traffic, waiting: () => cloudClock.pending });
  const transport = parts.use(transportOf(loadKubeConfig({ path: plane.kubeconfigPath })));
  const watch = await startWatch(transport, { namespace, watched: options.watched });
  const log: LogLine[] = [];
  let operator: RunningOperator | undefined;
  return {
    clock,
    driver,
    cloudClock,
    namespace,
    kube: new HttpKubeClient(transport),
    transport,
    log,
    async start() {
      const platformNamespace = options.platformNamespace === "Own" ? namespace : "yunfan-system";
      const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
      operator = await startOperator({ kubeconfig, clock, driver, namespace, platformNamespace, log });
    },
    all: (kind) => watch.informer(kind).store.list(),
    onVersion: (kind, listener) =>
      watch.informer(kind).store.onChange(({ new: version }) => {
        if (version) listener(version);
      }),
    metrics: () => scrape(operator?.metricsPort ?? 0),
    keep: (part) => parts.use(part),
    async [Symbol.asyncDispose]() {
      await operator?.stop();
      await watch.stop();
      await parts.disposeAsync();
    },
  };
}

interface Watch {
  informer(kind: string): Informer<Managed>;
  stop(): Promise<void>;
}

/** By the real clock, as anybody else's watch. */
async function startWatch(
  transport: KubeTransport,
  { namespace, watched }: { namespace: string; watched: readonly ResourceType[] },
): Promise<Watch> {
  const log = createLogger({ level: "silent" });
  const informer = (type: ResourceType): Informer<Managed> =>
    new Informer<Managed>({ type, namespaces: [namespace], transport, clock: systemClock, log });
  const informers = new Map(watched.map((type) => [type.kind, informer(type)]));
  const end = new AbortController();
  const all = [...informers.values()];
  const running = all.map((each) => each.run(end.signal));
  await Promise.all(all.map(({ synced }) => synced));
  return {
    informer(kind) {
      const found = informers.get(kind);
      if (!found) throw new Error(`${kind} is not watched`);
      return found;
    },
    async stop() {
      end.abort();
      await Promise.all(running);
    },
  };
}

interface RunningOperator {
  readonly metricsPort: number;
  /** Rejects where it has ended by itself. */
  stop(): Promise<void>;
}

async function startOperator(setup: {
  readonly kubeconfig: string;
  readonly clock: Clock;
  readonly driver: ClockDriver;
  readonly namespace: string;
  readonly platformNamespace: string;
  readonly log: LogLine[];
}): Promise<RunningOperator> {
  const { kubeconfig, clock, driver, namespace, platformNamespace, log } = setup;
  const end = new AbortController();
  let metricsPort: number | undefined;
  let isOver = false;
  const running = runOperator(
    {
      kubeConfig: loadKubeConfig({ path: kubeconfig }),
      clock,
      log: createLogger({ level: "debug", destination: { write: (line) => log.push(JSON.parse(line) as LogLine) } }),
      identity: namespace,
      election: undefined,
      watchNamespaces: [namespace],
      concurrency: new Map(),
      targetWatches: 0,
      settleWindowMs: 120_000,
      platformNamespace,
      onNamespaceDeletion: "Hold",
      metricsAddress: "127.0.0.1:0",
      healthAddress: "0",
      onReady: (ports) => (metricsPort = ports.metricsPort),
    },
    end.signal,
  ).finally(() => (isOver = true));
  // An API server that has just learned of a kind throttles, which is waited out on the injected clock.
  await driver.until(() => isOver || metricsPort !== undefined, STARTS_WITHIN_MS);
  if (metricsPort === undefined) await running;
  return {
    metricsPort: metricsPort ?? 0,
    async stop() {
      end.abort();
      await driver.until(() => isOver, STOPS_WITHIN_MS);
      await running;
    },
  };
}
