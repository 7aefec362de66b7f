// A way to the API server for one operator, through a fault proxy of its own: a test can watch what it asks, and cut it off.
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { faultProxyOptionsOf, startFaultProxy, type FaultProxy } from "./fault-proxy.ts";

export interface Cuttable {
  readonly proxy: FaultProxy;
  /** Of the same user as the one it was made from, but leading to the proxy. */
  readonly kubeconfig: string;
}

interface KubeconfigFile {
  clusters: { cluster: Record<string, unknown> }[];
}

/** From a kubeconfig with a token. Dispose of the proxy; the file goes with the control plane, beside whose own it lies. */
export async function cuttable(kubeconfigPath: string): Promise<Cuttable> {
  const proxy = await startFaultProxy(await faultProxyOptionsOf(kubeconfigPath));
  const content = parse(await readFile(kubeconfigPath, "utf8")) as KubeconfigFile;
  for (const entry of content.clusters) entry.cluster = { server: proxy.url };
  const kubeconfig = `${kubeconfigPath}.${randomBytes(4).toString("hex")}`;
  await writeFile(kubeconfig, stringify(content), { mode: 0o600 });
  return { proxy, kubeconfig };
}
