// The real kubectl as a function, and kubeconfigs for ServiceAccounts made with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { readCluster, renderKubeconfig, writeKubeconfig } from "./kubeconfig.ts";

interface KubectlResult {
  /** The exit code; 137 when it was killed at the time-out. */
  code: number;
  stdout: string;
  stderr: string;
}

interface KubectlCallOptions {
  /** Goes to standard input, for `apply -f -`. */
  input?: string;
  /** SIGKILL after that; 60,000 where unset. */
  timeoutMs?: number;
}

/** Resolves however kubectl ends; rejects only when it cannot be run at all. */
export type Kubectl = (args: readonly string[], options?: KubectlCallOptions) => Promise<KubectlResult>;

export interface KubectlOptions {
  binary: string;
  kubeconfigPath: string;
  /** For kubectl's discovery cache: the one in the home directory is keyed by port and outlives our servers. */
  cacheDirectory: string;
}

const KILLED = 137;
const DEFAULT_TIMEOUT_MS = 60_000;

/** Binds kubectl to one kubeconfig. */
export function createKubectl({ binary, kubeconfigPath, cacheDirectory }: KubectlOptions): Kubectl {
  return async (args, { input = "", timeoutMs = DEFAULT_TIMEOUT_MS } = {}) => {
    const child = spawn(binary, ["--kubeconfig", kubeconfigPath, "--cache-dir", cacheDirectory, ...args], {
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    // EPIPE when kubectl ends without reading its input; its exit code tells why.
    child.stdin.on("error", () => undefined).end(input);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number | null]>,
    ]);
    return { code: code ?? KILLED, stdout, stderr };
  };
}

export interface ServiceAccountKubeconfigOptions {
  kubectl: Kubectl;
  /** An administrator's, for server and CA; the new file is put beside it. */
  kubeconfigPath: string;
  namespace: string;
  name: string;
  /** At least 600, which is the server's minimum; a day where unset. */
  tokenSeconds?: number;
}

const DAY_SECONDS = 86_400;

/**
 * Writes a kubeconfig with a fresh token of an existing ServiceAccount (TokenRequest) and resolves with its path. Repeating it
 * replaces the file. Rejects with kubectl's words when there is no such ServiceAccount.
 */
export async function serviceAccountKubeconfig(options: ServiceAccountKubeconfigOptions): Promise<string> {
  const { kubectl, kubeconfigPath, namespace, name, tokenSeconds = DAY_SECONDS } = options;
  const result = await kubectl(["create", "token", name, "--namespace", namespace, `--duration=${tokenSeconds}s`]);
  if (result.code !== 0) throw new Error(`no token for ServiceAccount ${namespace}/${name}: ${result.stderr.trim()}`);
  const file = path.join(path.dirname(kubeconfigPath), `${namespace}-${name}.kubeconfig`);
  const cluster = await readCluster(kubeconfigPath);
  await writeKubeconfig(file, renderKubeconfig(cluster, `${namespace}:${name}`, { token: result.stdout.trim() }));
  return file;
}
