// Manifests that EasyStack's forms carry, for tests.
import type { Json } from "../../environment/manifest-sets.ts";

export const container: Json = { name: "main", image: "nginx:1.25" };

export function workload(kind: string, name: string, spec: Json = {}, pod: Json = {}): Json {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [container], ...pod } };
  const metadata = { name, labels: { team: "shop" } };
  return { apiVersion: "apps/v1", kind, metadata, spec: { selector: { matchLabels: labels }, template, ...spec } };
}

export const job = { template: { spec: { restartPolicy: "Never", containers: [container] } } };

export function service(name: string, spec: Json): Json {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

export function ingress(name: string, port = 80): Json {
  const path = { path: "/", pathType: "Prefix", backend: { service: { name: "inside", port: { number: port } } } };
  const spec = { rules: [{ host: "web.example.com", http: { paths: [path] } }] };
  return { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name }, spec };
}

/** A Secret beside the sets, labelled so that they may read it. */
export function sourceSecret(name: string, type: string, stringData: Readonly<Record<string, string>>): object {
  const metadata = { name, labels: { "yunfan.dev/manifests": "true" } };
  return { apiVersion: "v1", kind: "Secret", metadata, type, stringData };
}

export const ports = [{ port: 80, targetPort: 8080 }];
