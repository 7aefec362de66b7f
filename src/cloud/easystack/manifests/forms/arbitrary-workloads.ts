// For tests only: workloads and jobs that forms carry, as the translation writes them back: without what Kubernetes does anyhow.
import * as fc from "fast-check";
import { manifest, name, object, port, some, text, texts, whole, word } from "./arbitrary-parts.ts";

export const REGISTRY = "registry.ecns.local";

const image = fc.constantFrom(
  "nginx:1.25",
  "docker.io/library/nginx:latest",
  "host:5000/team/app:v1",
  `${REGISTRY}/team/app:v2`,
  `${REGISTRY}/team/deep/app:v2`,
);

const amounts = object(
  {},
  { cpu: whole(1, 4_000).map((milli) => `${milli}m`), memory: whole(1, 9_000).map((mib) => `${mib}Mi`) },
).filter((each) => Object.keys(each).length > 0);

const resources = object({}, { requests: amounts, limits: amounts }).filter((each) => Object.keys(each).length > 0);

const keyRef = object({ name, key: word });

const env = some(
  fc.oneof(
    object({ name: word, value: text }),
    object({ name: word, valueFrom: object({ configMapKeyRef: keyRef }) }),
    object({ name: word, valueFrom: object({ secretKeyRef: keyRef }) }),
  ),
);

const mount = object(
  { name, mountPath: word.map((path) => `/${path}`) },
  { readOnly: fc.constant(true), subPath: word },
);

const TIMES = {
  initialDelaySeconds: whole(1, 90),
  periodSeconds: whole(1, 90),
  timeoutSeconds: whole(1, 90),
  failureThreshold: whole(1, 9),
};

const action = fc.oneof(
  object({
    httpGet: object(
      { path: word.map((path) => `/${path}`), port, scheme: fc.constantFrom("HTTP", "HTTPS") },
      { host: word },
    ),
  }),
  object({ tcpSocket: object({ port }, { host: word }) }),
  object({ exec: text.map((line) => ({ command: ["/bin/sh", "-c", line] })) }),
);

const probe = fc.tuple(action, object({}, TIMES)).map(([act, times]) => Object.assign({}, act, times));

const command = some(fc.stringMatching(/^[!-~]{1,6}$/), 3);
const hook = object({ exec: some(text, 3).map((words) => ({ command: words })) });

const securityContext = object(
  {},
  {
    runAsNonRoot: fc.constant(true),
    readOnlyRootFilesystem: fc.constant(true),
    runAsUser: whole(0, 70_000),
    runAsGroup: whole(0, 70_000),
    privileged: fc.constant(true),
    capabilities: fc.oneof(
      object({ add: fc.constant(["NET_ADMIN"]) }),
      object({ drop: fc.constant(["CHOWN", "KILL"]) }),
    ),
  },
).filter((each) => Object.keys(each).length > 0);

const container = (named: fc.Arbitrary<string>) =>
  object(
    { name: named, image },
    {
      imagePullPolicy: fc.constantFrom("Always", "IfNotPresent"),
      resources,
      env,
      volumeMounts: some(mount),
      livenessProbe: probe,
      readinessProbe: probe,
      startupProbe: probe,
      securityContext,
      lifecycle: object({}, { preStop: hook, postStart: hook }).filter((each) => Object.keys(each).length > 0),
      command,
      args: command,
    },
  );

const items = some(object({ key: word, path: word }));

const source = fc.oneof(
  fc.constant({ emptyDir: {} }),
  object({ persistentVolumeClaim: object({ claimName: name }) }),
  object({ hostPath: object({ path: word.map((path) => `/${path}`) }) }),
  object({ configMap: object({ name }, { items }) }),
  object({ secret: object({ secretName: name }, { items }) }),
);

const volume = fc.tuple(name, source).map(([called, from]) => Object.assign({ name: called }, from));

const POD = {
  initContainers: some(container(word)),
  volumes: some(volume),
  imagePullSecrets: name.map((secret) => [{ name: secret }]),
  hostPID: fc.constant(true),
  hostIPC: fc.constant(true),
  runtimeClassName: word,
};

const expression = (operators: readonly string[]) =>
  fc.oneof(
    object({ key: word, operator: fc.constantFrom(...operators), values: some(word) }),
    object({ key: word, operator: fc.constantFrom("Exists", "DoesNotExist") }),
  );

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const podTerms = object({ matchExpressions: some(expression(["In", "NotIn"])) }).map((labelSelector) => ({
  [REQUIRED]: [{ topologyKey: "kubernetes.io/hostname", labelSelector }],
}));
const nodeTerms = object({ matchExpressions: some(expression(["In", "NotIn", "Gt", "Lt"])) }).map((term) => ({
  [REQUIRED]: { nodeSelectorTerms: [term] },
}));

const SCHEDULED = {
  nodeSelector: texts,
  affinity: object({}, { nodeAffinity: nodeTerms, podAffinity: podTerms, podAntiAffinity: podTerms }).filter(
    (each) => Object.keys(each).length > 0,
  ),
  hostNetwork: fc.constant(true),
  hostAliases: some(object({ ip: fc.constant("10.0.0.1"), hostnames: some(word) })),
};

const containers = container(fc.constant("main")).map((one) => [one]);

const DEPLOYMENT_STRATEGY = fc.oneof(
  fc.constant({ type: "Recreate" }),
  fc
    .tuple(whole(0, 3), whole(0, 3))
    .filter(([surge, unavailable]) => surge + unavailable > 0)
    .map(([maxSurge, maxUnavailable]) => ({ type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } })),
);

const claimTemplates = some(
  fc.tuple(word, whole(1, 90)).map(([called, size]) => ({
    metadata: { name: called },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "general",
      resources: { requests: { storage: `${size}Gi` } },
    },
  })),
);

const template = (must: Record<string, fc.Arbitrary<unknown>>, may: Record<string, fc.Arbitrary<unknown>>) =>
  object({ containers, ...must }, { ...POD, ...may }).map((spec) => ({ spec }));

const workloadTemplate = template({ dnsPolicy: fc.constantFrom("ClusterFirst", "ClusterFirstWithHostNet") }, SCHEDULED);

export const workload = fc.oneof(
  manifest(
    "apps/v1",
    "Deployment",
    fc.oneof(
      object({ replicas: whole(0, 9), template: workloadTemplate }, {}),
      object(
        { replicas: whole(0, 9), template: workloadTemplate, strategy: DEPLOYMENT_STRATEGY },
        { minReadySeconds: whole(1, 9) },
      ),
    ),
  ),
  manifest(
    "apps/v1",
    "StatefulSet",
    object(
      { replicas: whole(0, 9), template: workloadTemplate },
      {
        updateStrategy: fc.constantFrom({ type: "OnDelete" }, { type: "RollingUpdate" }),
        volumeClaimTemplates: claimTemplates,
      },
    ),
  ),
  manifest(
    "apps/v1",
    "DaemonSet",
    object(
      { template: workloadTemplate },
      {
        updateStrategy: fc.constantFrom<object[]>(
          { type: "OnDelete" },
          { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } },
        ),
      },
    ),
  ),
);

const jobSpec = object(
  {
    completions: whole(1, 9),
    parallelism: whole(1, 9),
    backoffLimit: whole(0, 9),
    template: template({ restartPolicy: fc.constantFrom("Never", "OnFailure") }, {}),
  },
  { activeDeadlineSeconds: whole(1, 9_000) },
);

export const job = manifest("batch/v1", "Job", jobSpec);

export const cronJob = manifest(
  "batch/v1",
  "CronJob",
  object({
    schedule: fc.constantFrom("*/5 * * * *", "10 6 */2 * *", "10 6 * * 3,4", "* * * * *"),
    concurrencyPolicy: fc.constantFrom("Allow", "Forbid", "Replace"),
    jobTemplate: jobSpec.map((spec) => ({ spec })),
  }),
);
