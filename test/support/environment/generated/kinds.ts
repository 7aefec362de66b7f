// Generated objects of the seven kinds that every channel takes, and what a colleague may change of them with kubectl: small, valid on
// a real server, and reaching every way in which Kubernetes merges.
import * as fc from "fast-check";
import type { Manifest } from "../../../../src/cloud/facets/manifests.ts";
import { editedPodSpec, podSpec } from "./pods.ts";
import { anyones, editedMap, inSpec, mapOf, ours, some, whole, type Members } from "./values.ts";

/** One kind: what is declared, and strategic merge patches of colleagues. */
export interface GeneratedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Up to its objects. */
  readonly path: (namespace: string) => string;
  readonly declared: fc.Arbitrary<Members>;
  readonly edited: fc.Arbitrary<Members>;
}

export function manifestOf({ apiVersion, kind }: GeneratedKind, members: Members): Manifest {
  const { metadata, ...rest } = members;
  return { apiVersion, kind, ...rest, metadata: { ...(metadata as Members), name: "generated" } };
}

const metadata = some({
  labels: mapOf(ours),
  annotations: mapOf(ours),
  finalizers: fc.uniqueArray(fc.constantFrom("example.com/a", "example.com/b"), { maxLength: 2 }),
});
const editedMetadata = some({ labels: editedMap(), annotations: editedMap() });

const kindAt = (apiVersion: string, plural: string): ((namespace: string) => string) => {
  const root = apiVersion.includes("/") ? "apis" : "api";
  return (namespace) => `/${root}/${apiVersion}/namespaces/${namespace}/${plural}`;
};

const config: GeneratedKind = {
  apiVersion: "v1",
  kind: "ConfigMap",
  path: kindAt("v1", "configmaps"),
  declared: some({
    metadata,
    data: mapOf(ours),
    binaryData: fc.dictionary(fc.constantFrom("d", "e"), fc.constant("AQID")),
  }),
  edited: some({ metadata: editedMetadata, data: editedMap() }),
};

const encoded = fc.dictionary(ours, fc.constantFrom("b25l", "dHdv", ""), { maxKeys: 3 });
const secret: GeneratedKind = {
  apiVersion: "v1",
  kind: "Secret",
  path: kindAt("v1", "secrets"),
  declared: some({ metadata, data: encoded, type: fc.constant("Opaque") }),
  edited: some({
    metadata: editedMetadata,
    data: fc.dictionary(anyones, fc.option(fc.constantFrom("b25l", "dHdv")), { maxKeys: 3 }),
  }),
};

function runs(labels: Members, spec: Members): Members {
  const template = { metadata: { labels: whole([labels, { app: "web" }]) }, spec };
  return { selector: { matchLabels: { app: "web" } }, template };
}

const deployment: GeneratedKind = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  path: kindAt("apps/v1", "deployments"),
  declared: fc
    .tuple(
      some({ metadata }),
      podSpec,
      some({
        replicas: fc.constantFrom(0, 1, 2),
        paused: fc.boolean(),
        strategy: fc.constantFrom<Members>(
          { type: "Recreate" },
          { rollingUpdate: { maxSurge: 1 } },
          { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "50%", maxSurge: 0 } },
        ),
        minReadySeconds: fc.constantFrom(0, 3),
      }),
      mapOf(ours),
    )
    .map(([rest, template, spec, labels]) => inSpec([rest, spec, runs(labels, template)])),
  edited: some({
    metadata: editedMetadata,
    spec: some({
      replicas: fc.constantFrom(3, 4),
      revisionHistoryLimit: fc.constantFrom(1, 2),
      template: some({ metadata: some({ labels: editedMap(), annotations: editedMap() }), spec: editedPodSpec }),
    }),
  }),
};

/** Of a pod little can be changed: the rest shall be refused alike. */
const pod: GeneratedKind = {
  apiVersion: "v1",
  kind: "Pod",
  path: kindAt("v1", "pods"),
  declared: fc
    .record({ metadata, image: fc.constantFrom("nginx:1", "nginx:2"), seconds: fc.constantFrom(1, 2) })
    .map(({ metadata: about, image, seconds }) => ({
      metadata: about,
      spec: {
        automountServiceAccountToken: false,
        activeDeadlineSeconds: seconds,
        containers: [{ name: "web", image, env: [{ name: "a", value: "1" }] }],
      },
    })),
  edited: some({ metadata: editedMetadata, spec: fc.constant({ containers: [{ name: "web", image: "theirs:1" }] }) }),
};

const servicePort = fc.oneof(
  fc.record({
    name: fc.constant("http"),
    port: fc.constantFrom(80, 81),
    targetPort: fc.constantFrom<string | number>(8080, "http"),
  }),
  fc.record({ name: fc.constant("dns"), port: fc.constant(53), protocol: fc.constantFrom("TCP", "UDP") }),
);
const service: GeneratedKind = {
  apiVersion: "v1",
  kind: "Service",
  path: kindAt("v1", "services"),
  declared: fc
    .tuple(
      some({ metadata }),
      fc.record({ ports: fc.uniqueArray(servicePort, { minLength: 1, maxLength: 2, selector: ({ name }) => name }) }),
      some({
        selector: mapOf(ours),
        type: fc.constantFrom("ClusterIP", "NodePort"),
        sessionAffinity: fc.constantFrom("None", "ClientIP"),
        publishNotReadyAddresses: fc.boolean(),
      }),
    )
    .map(inSpec),
  edited: some({
    metadata: editedMetadata,
    spec: some({
      selector: editedMap(),
      publishNotReadyAddresses: fc.boolean(),
      ports: fc.constant([{ name: "theirs", port: 99 }]),
    }),
  }),
};

const backend = fc.record({
  service: fc.record({
    name: fc.constantFrom("a", "b"),
    port: fc.constantFrom<Members>({ number: 80 }, { name: "http" }),
  }),
});
const rule = fc
  .record({ host: fc.constantFrom("a.example.com", "b.example.com"), backend, path: fc.constantFrom("/", "/api") })
  .map(({ host, path, backend: to }) => ({ host, http: { paths: [{ path, pathType: "Prefix", backend: to }] } }));
const ingress: GeneratedKind = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  path: kindAt("networking.k8s.io/v1", "ingresses"),
  declared: fc
    .tuple(
      some({ metadata }),
      fc.record({ rules: fc.array(rule, { minLength: 1, maxLength: 2 }) }),
      some({
        defaultBackend: backend,
        ingressClassName: fc.constantFrom("one", "two"),
        tls: fc.constant([{ hosts: ["a.example.com"] }]),
      }),
    )
    .map(inSpec),
  edited: some({
    metadata: editedMetadata,
    spec: some({ defaultBackend: backend, ingressClassName: fc.constant("theirs") }),
  }),
};

const metric = fc
  .record({ name: fc.constantFrom("cpu", "memory"), averageUtilization: fc.constantFrom(50, 80) })
  .map(({ name, averageUtilization }) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  }));
const autoscaler: GeneratedKind = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  path: kindAt("autoscaling/v2", "horizontalpodautoscalers"),
  declared: fc
    .tuple(
      some({ metadata }),
      fc.record({ maxReplicas: fc.constantFrom(5, 6) }),
      some({
        minReplicas: fc.constantFrom(1, 2),
        metrics: fc.uniqueArray(metric, { maxLength: 2, selector: ({ resource }) => resource.name }),
        behavior: some({ scaleDown: fc.record({ stabilizationWindowSeconds: fc.constantFrom(0, 60) }) }),
      }),
    )
    .map((parts) => inSpec([...parts, { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } }])),
  edited: some({ metadata: editedMetadata, spec: some({ minReplicas: fc.constant(3), maxReplicas: fc.constant(9) }) }),
};

export const GENERATED_KINDS: readonly GeneratedKind[] = [
  deployment,
  pod,
  autoscaler,
  service,
  ingress,
  config,
  secret,
];
