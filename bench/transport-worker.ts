// One side of the transport benchmark in a process of its own: creates ConfigMaps through our pooled transport or through
// client-node's own, and prints what it took as JSON.
import { CoreV1Api } from "@kubernetes/client-node";
import { HttpKubeClient } from "../src/kube/client.ts";
import { loadKubeConfig } from "../src/kube/kubeconfig.ts";
import { KubeTransport } from "../src/kube/transport.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLogger } from "../src/lib/log.ts";

const [side = "", path = "", namespace = "", requests = "", workers = ""] = process.argv.slice(2);
const CONFIG_MAPS = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true };

const create = side === "pooled" ? pooled() : clientNode();
for (let n = 0; n < 20; n++) await create(`warm-${side}-${workers}-${n}`);

let next = 0;
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await Promise.all(Array.from({ length: Number(workers) }, work));
const elapsedMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpuBefore);
process.stdout.write(JSON.stringify({ elapsedMs, cpuMs: (user + system) / 1000 }));
process.exit();

async function work(): Promise<void> {
  while (next < Number(requests)) await create(`${side}-${workers}-${next++}`);
}

function pooled(): (name: string) => Promise<unknown> {
  const log = createLogger({ level: "silent" });
  const kubeConfig = loadKubeConfig({ path });
  const client = new HttpKubeClient(KubeTransport.create({ kubeConfig, clock: systemClock, log, userAgent: "bench" }));
  return (name) => client.create(CONFIG_MAPS, { metadata: { name, namespace }, data: { key: "value" } } as never);
}

function clientNode(): (name: string) => Promise<unknown> {
  const api = loadKubeConfig({ path }).makeApiClient(CoreV1Api);
  return (name) => api.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { key: "value" } } });
}
