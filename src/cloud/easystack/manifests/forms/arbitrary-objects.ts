// For tests only: configurations, Services, routes and claims that forms carry, as the translation writes them back.
import * as fc from "fast-check";
import { manifest, name, object, optional, port, some, texts, whole, word } from "./arbitrary-parts.ts";

export const configMap = fc.record({
  apiVersion: fc.constant("v1"),
  kind: fc.constant("ConfigMap"),
  metadata: fc.record({ name }),
  data: texts,
});

const base64 = (value: string): string => Buffer.from(value, "utf8").toString("base64");
const plain = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });

const login = fc.tuple(word, plain, plain).map(([host, username, password]) => {
  const auth = base64(`${username}:${password}`);
  return { ".dockerconfigjson": base64(JSON.stringify({ auths: { [host]: { username, password, auth } } })) };
});

const tls = fc
  .record({ "tls.crt": plain, "tls.key": plain, "ca.crt": plain }, { requiredKeys: ["tls.crt", "tls.key"] })
  .map((files) => Object.fromEntries(Object.entries(files).map(([key, value]) => [key, base64(value)])));

export const secret = fc
  .tuple(
    name,
    fc.oneof(
      fc.dictionary(word, plain.map(base64), { minKeys: 1, maxKeys: 3 }).map((data) => ({ type: "Opaque", data })),
      tls.map((data) => ({ type: "kubernetes.io/tls", data })),
      login.map((data) => ({ type: "kubernetes.io/dockerconfigjson", data })),
    ),
  )
  .map(([called, content]) => Object.assign({ apiVersion: "v1", kind: "Secret", metadata: { name: called } }, content));

const servicePort = (may: Record<string, fc.Arbitrary<unknown>>) =>
  object({ port, protocol: fc.constantFrom("TCP", "UDP"), targetPort: port }, may);

export const service = fc
  .tuple(
    name,
    fc.oneof(
      object({ type: fc.constant("ClusterIP"), ports: some(servicePort({})) }, { clusterIP: fc.constant("10.0.0.9") }),
      object({ type: fc.constant("NodePort"), ports: some(servicePort({ nodePort: whole(30_000, 32_767) })) }),
      object({ type: fc.constant("LoadBalancer"), ports: some(servicePort({})) }),
      object({ type: fc.constant("ExternalName"), externalName: fc.constant("db.example.com") }),
    ),
    optional({ labels: texts, annotations: texts }),
  )
  .map(([called, spec, { labels, annotations }]) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: called,
      ...(labels && { labels }),
      annotations: { ...annotations, "yunfan.dev/easystack-workload": "StatefulSet/db" },
    },
    spec,
  }));

const path = fc.tuple(word, name, port).map(([at, called, number]) => ({
  path: `/${at}`,
  pathType: "Prefix",
  backend: { service: { name: called, port: { number } } },
}));

export const ingress = manifest(
  "networking.k8s.io/v1",
  "Ingress",
  fc
    .uniqueArray(fc.constantFrom("", "a.example.com", "b.example.com"), { minLength: 1 })
    .chain((hosts) =>
      fc.tuple(
        ...hosts.map((host) =>
          some(path).map((paths) => Object.assign(host === "" ? {} : { host }, { http: { paths } })),
        ),
      ),
    )
    .map((rules) => ({ rules })),
);

export const claim = manifest(
  "v1",
  "PersistentVolumeClaim",
  fc.tuple(whole(1, 90), fc.constantFrom("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany")).map(([size, mode]) => ({
    accessModes: [mode],
    storageClassName: "general",
    resources: { requests: { storage: `${size}Gi` } },
  })),
  false,
);
