// The local control plane: etcd and kube-apiserver on loopback with throw-away data, for the demo and the tests.
import path from "node:path";
import { type Clock, systemClock } from "../src/lib/clock.ts";
import { findBinaries, findKubectl } from "./binaries.ts";
import { type Certificates, createCertificates } from "./certificates.ts";
import { exitError } from "./component.ts";
import { type ControllerName, startControllerManager } from "./controller-manager.ts";
import { renderKubeconfig, writeKubeconfig } from "./kubeconfig.ts";
import { createKubectl, type Kubectl, serviceAccountKubeconfig } from "./kubectl.ts";
import { type Launched, launch } from "./launch.ts";
import type { BinaryName } from "./recipes.ts";

export interface ControlPlaneOptions {
  /** Where to write the administrator's kubeconfig; in the data directory where unset. Not removed on stop. */
  kubeconfigPath?: string;
  /** A kube-apiserver that died starts again after that long on the same port; unset: it is a failure (`ended`). */
  respawnMs?: number;
  /** Where kube-apiserver writes one JSON line per request (level Metadata). */
  auditLogPath?: string;
  /** Also kube-controller-manager, with these controllers; built first where it is nowhere. None: it does not run. */
  controllers?: readonly ControllerName[];
  /** More flags for kube-apiserver; they win over ours. */
  apiServerFlags?: readonly string[];
  /** Aborts the start, the building of binaries included. After the start it does nothing: use `stop`. */
  signal?: AbortSignal;
  /** One line each; standard error where unset. */
  log?: (message: string) => void;
  clock?: Clock;
  /** KUBEBUILDER_ASSETS, YUNFAN_CACHE and HOME are read from it. */
  env?: NodeJS.ProcessEnv;
}

export interface ControlPlane {
  /** https://127.0.0.1:PORT; the same for its whole life. */
  readonly server: string;
  readonly caPem: string;
  /** Of the administrator, with a client certificate in system:masters. */
  readonly kubeconfigPath: string;
  /** Certificates, data and the logs etcd.log and kube-apiserver.log; removed on stop. */
  readonly directory: string;
  /** Of now: kube-apiserver's changes when it starts again. */
  readonly pids: { etcd: number; kubeApiserver: number; controllerManager?: number };
  /** Resolves with the reason when a program died for good, with undefined after `stop`. Never rejects. */
  readonly ended: Promise<Error | undefined>;
  /** SIGKILL; resolves when it is gone. It stays down until `restartApiServer`, even with `respawnMs`. */
  killApiServer(): Promise<void>;
  /** Starts it on the same port, killing it first where it runs; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  /** The real kubectl as administrator; built at its first use where it is nowhere to be found. */
  readonly kubectl: Kubectl;
  /** Path of a kubeconfig with a fresh token of an existing ServiceAccount; a day where `tokenSeconds` is unset. */
  serviceAccountKubeconfig(account: { namespace: string; name: string; tokenSeconds?: number }): Promise<string>;
  /** Kills all programs and removes their data. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a control plane and resolves when it is ready: 2 to 3 s, or some minutes more when its binaries must be built first.
 * On rejection nothing is left behind. If this process dies without `stop`, a watchdog kills the programs and removes the data.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { clock = systemClock, log = logToStandardError, respawnMs, auditLogPath, signal } = options;
  const isManaged = (options.controllers ?? []).length > 0;
  const names: readonly BinaryName[] = isManaged ? [...ALWAYS, "kube-controller-manager"] : ALWAYS;
  const [binaries, certificates] = await Promise.all([findBinaries(names, options), createCertificates(clock.now())]);
  const extraFlags = options.apiServerFlags;
  const launched = await launch({ binaries, certificates, respawnMs, auditLogPath, extraFlags, signal, log, clock });
  try {
    return await handle(options, certificates, { ...launched, binaries });
  } catch (error) {
    await shutDown(launched);
    throw error;
  }
}

const ALWAYS = ["etcd", "kube-apiserver"] as const;

async function handle(
  options: ControlPlaneOptions,
  certificates: Certificates,
  launched: Launched & { binaries: Record<BinaryName, string> },
): Promise<ControlPlane> {
  const { directory, guard, binaries, etcd, apiServer, server } = launched;
  const ownKubeconfig = path.join(directory, "administrator.kubeconfig");
  const kubeconfigPath = options.kubeconfigPath ?? ownKubeconfig;
  const content = renderKubeconfig({ server, caPem: certificates.ca }, "administrator", certificates.administrator);
  await Promise.all([...new Set([ownKubeconfig, kubeconfigPath])].map((file) => writeKubeconfig(file, content)));

  const end = Promise.withResolvers<Error | undefined>();
  void apiServer.failed.then(end.resolve);
  void etcd.exited.then(() => exitError(etcd)).then(end.resolve, end.resolve);
  const { controllers = [] } = options;
  const manager =
    controllers.length > 0
      ? await startControllerManager({
          controllers,
          binary: binaries["kube-controller-manager"],
          kubeconfigPath: ownKubeconfig,
          directory,
          guard,
        })
      : undefined;
  void manager?.exited.then(() => exitError(manager)).then(end.resolve, end.resolve);
  const kubectl: Kubectl = async (args, callOptions) => {
    const binary = await findKubectl({ env: options.env, clock: options.clock });
    const cacheDirectory = path.join(directory, "kubectl-cache");
    return createKubectl({ binary, kubeconfigPath: ownKubeconfig, cacheDirectory })(args, callOptions);
  };
  return {
    server,
    caPem: certificates.ca,
    kubeconfigPath,
    directory,
    get pids() {
      const managerPid = manager && { controllerManager: manager.pid };
      return { etcd: etcd.pid, kubeApiserver: apiServer.pid, ...managerPid };
    },
    ended: end.promise,
    killApiServer: () => apiServer.kill(),
    async restartApiServer() {
      await apiServer.kill();
      await apiServer.start();
      await apiServer.ready();
    },
    kubectl,
    serviceAccountKubeconfig: (account) =>
      serviceAccountKubeconfig({ kubectl, kubeconfigPath: ownKubeconfig, ...account }),
    async stop() {
      end.resolve(undefined);
      await manager?.kill();
      await shutDown(launched);
    },
  };
}

/** The data is thrown away, so there is nothing to flush: SIGKILL, then the watchdog removes the directory. */
async function shutDown({ apiServer, etcd, guard }: Launched): Promise<void> {
  await Promise.all([apiServer.kill(), etcd.kill()]);
  await guard.close();
}

function logToStandardError(message: string): void {
  process.stderr.write(`${message}\n`);
}
