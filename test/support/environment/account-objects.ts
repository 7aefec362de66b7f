// Objects of the kinds that a CTYUN account takes, as sets declare them in tests.
import type { ExpectStatic } from "vitest";
import { accountSetManifest, becomesAvailable, deployment, type AccountStand, type Json } from "./manifest-sets.ts";

export function pod(name: string, image = "registry.example.com/web:1.0"): Json {
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers: [{ name: "web", image }] } };
}

export function service(): Json {
  const ports = [{ port: 80, targetPort: 8080 }];
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } };
}

export function ingress(): Json {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const rules = [{ host: "shop.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
  return { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "web" }, spec: { rules } };
}

export function autoscaler(maxReplicas: number): Json {
  const metrics = [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } },
  ];
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  const spec = { minReplicas: 1, maxReplicas, scaleTargetRef, metrics };
  return { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "web" }, spec };
}

/** Two pods of a Deployment that runs, one of a neighbour. */
export async function used(
  stand: AccountStand,
  { name, namespace, expect, ...more }: { name: string; namespace: string; expect: ExpectStatic; accountRef?: object },
): Promise<void> {
  for (const pods of ["web-5d4f8c7b9d-abcde", "web-5d4f8c7b9d-fghij", "web-other-5d4f8c7b9d-abcde"]) {
    await stand.target.apply({ ...pod(pods), metadata: { name: pods, namespace } });
  }
  const figures = {
    cpuCores: 0.23455,
    memoryBytes: 50 * 2 ** 20,
    receiveBytesPerSecond: 1024,
    transmitBytesPerSecond: 2048,
  };
  await stand.simulator.behindOurBack("POST", "usage", { namespace, pod: "web-.*", ...figures });
  const spec = {
    targetNamespace: namespace,
    manifests: [deployment("web", { replicas: 0 })],
    usageIntervalSeconds: 60,
    ...more,
  };
  await stand.apply(accountSetManifest(name, spec));
  await becomesAvailable(stand, "web", namespace);
  const { status } = await stand.until(`manifestset/${name}`, (set) =>
    JSON.stringify(set.status).includes("cpuMillicores"),
  );
  expect(status["workloads"]).toEqual([
    expect.objectContaining({
      ref: `apps/Deployment/${namespace}/web`,
      usage: {
        cpuMillicores: 470,
        memoryMebibytes: 100,
        receiveKibibytesPerSecond: 2,
        transmitKibibytesPerSecond: 4,
      },
    }),
  ]);
}
