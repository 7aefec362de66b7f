// Where a benchmark runs: a control plane with what is to be managed applied before the operator starts, and a watch on it.
import path from "node:path";
import { stringify } from "yaml";
import type { ControlPlane } from "../controlplane/control-plane.ts";
import { loadKubeConfig } from "../src/kube/kubeconfig.ts";
import { KubeTransport } from "../src/kube/transport.ts";
import type { KubeObject, ResourceType } from "../src/kube/types.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLogger } from "../src/lib/log.ts";
import { Informer } from "../src/runtime/cache/informer.ts";

export const ROOT = path.resolve(import.meta.dirname, "..");
export const KEYS = { accessKey: "bench-access-key", secretKey: "bench-secret-key" } as const;

/** Installs Yunfan and creates the manifests. Resolves with the kubeconfig of its ServiceAccount. */
export async function prepare(plane: ControlPlane, manifests: readonly object[]): Promise<string> {
  const files = ["-f", path.join(ROOT, "manifests/crds"), "-f", path.join(ROOT, "manifests/rbac.yaml")];
  await kubectl(plane, ["apply", "--server-side", ...files]);
  await kubectl(plane, ["wait", "--for=condition=Established", "-f", path.join(ROOT, "manifests/crds")]);
  await kubectl(plane, ["create", "-f", "-"], manifests.map((each) => stringify(each)).join("---\n"));
  return plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
}

/** A resource of ours. */
export function manifest(kind: string, name: string, spec: object): object {
  return { apiVersion: "yunfan.dev/v1alpha1", kind, metadata: { name, namespace: "default" }, spec };
}

/** Credentials and an account of that name for a simulator. */
export function account(name: string, spec: object): object[] {
  const secret = `${name}-credentials`;
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secret, namespace: "default" },
      type: "yunfan.dev/credentials",
      stringData: KEYS,
    },
    manifest("CloudAccount", name, { tls: { mode: "Plaintext" }, credentialsSecretRef: { name: secret }, ...spec }),
  ];
}

/** Watches instead of listing again and again, which would take the CPU that is measured. */
export function watch<T extends KubeObject>(plane: ControlPlane, type: ResourceType, signal: AbortSignal): Informer<T> {
  const log = createLogger({ level: "warn" });
  const kubeConfig = loadKubeConfig({ path: plane.kubeconfigPath });
  const transport = KubeTransport.create({ kubeConfig, clock: systemClock, log, userAgent: "bench" });
  const informer = new Informer<T>({ transport, type, clock: systemClock, log });
  void informer.run(signal).then(() => transport[Symbol.asyncDispose]());
  return informer;
}

async function kubectl(plane: ControlPlane, args: readonly string[], input = ""): Promise<void> {
  const { code, stderr } = await plane.kubectl(args, { input, timeoutMs: 300_000 });
  if (code !== 0) throw new Error(`kubectl ${args[0]}: ${stderr}`);
}
