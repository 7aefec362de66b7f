// Generated templates of pods, and what colleagues may change of them.
import * as fc from "fast-check";
import { anyones, editedMap, itemsBy, mapOf, ours, some, text, whole, type Members } from "./values.ts";

const quantity = fc.constantFrom<string | number>("100m", 1, "0.5", "1000m");
const resources = some({
  limits: some({ cpu: quantity, memory: fc.constant("1Gi") }),
  requests: some({ cpu: fc.constant("50m") }),
});
const environment = (name: fc.Arbitrary<string>): fc.Arbitrary<readonly Members[]> =>
  itemsBy("name", fc.record({ name, value: text }));
const probe = fc.record({
  httpGet: fc.record({ path: fc.constantFrom("/", "/live"), port: fc.constantFrom<string | number>(80, "web") }),
});
const ports = itemsBy(
  "containerPort",
  fc.oneof(
    fc.record({ containerPort: fc.constantFrom(80, 81) }),
    fc.record({ containerPort: fc.constantFrom(80, 82), protocol: fc.constantFrom("TCP", "UDP") }),
  ),
);
const container = (name: string): fc.Arbitrary<Members> =>
  fc
    .tuple(
      fc.record({ image: fc.constantFrom("nginx:1", "nginx:2") }),
      some({
        env: environment(ours),
        args: fc.array(text, { maxLength: 2 }),
        ports,
        resources,
        readinessProbe: probe,
        workingDir: text,
        securityContext: some({ runAsUser: fc.constantFrom(0, 1), capabilities: some({ drop: fc.constant(["ALL"]) }) }),
        volumeMounts: fc.constant([{ name: "tmp", mountPath: "/tmp" }]),
      }),
    )
    .map((parts) => whole([{ name }, ...parts]));
const editedContainer = fc.oneof(
  some({
    image: fc.constant("theirs:1"),
    env: environment(anyones),
    imagePullPolicy: fc.constantFrom("Always", "Never"),
    resources: some({ limits: fc.record({ cpu: fc.constant("2") }) }),
    workingDir: fc.constant("/theirs"),
    securityContext: some({ runAsUser: fc.constant(7), readOnlyRootFilesystem: fc.boolean() }),
  }).map((rest) => whole([{ name: "web" }, rest])),
  fc.constant({ name: "theirs", image: "mesh:1" }),
);
const containers = fc.oneof(
  container("web").map((web) => [web]),
  fc.tuple(container("web"), container("side")),
  fc.tuple(container("side"), container("web")),
);
/** What the containers mount is there. */
const volumes = fc.constantFrom<readonly Members[]>(
  [{ name: "tmp", emptyDir: {} }],
  [
    { name: "tmp", emptyDir: { medium: "Memory" } },
    { name: "more", configMap: { name: "more" } },
  ],
);
export const podSpec = fc
  .tuple(
    fc.record({ containers, volumes }),
    some({
      terminationGracePeriodSeconds: fc.constantFrom(0, 5),
      nodeSelector: mapOf(ours),
      initContainers: fc.constantFrom<readonly Members[]>(
        [],
        [{ name: "first", image: "init:1" }],
        [
          { name: "first", image: "init:1" },
          { name: "second", image: "init:2" },
        ],
      ),
      tolerations: fc.constantFrom<readonly Members[]>([], [{ key: "a", operator: "Exists" }]),
      dnsConfig: some({
        nameservers: fc.constant(["192.0.2.1"]),
        options: fc.constant([{ name: "ndots", value: "2" }]),
      }),
      imagePullSecrets: fc.constantFrom<readonly Members[]>([], [{ name: "ours" }]),
      securityContext: some({ fsGroup: fc.constantFrom(1, 2) }),
    }),
  )
  .map(whole);
export const editedPodSpec = some({
  containers: fc.array(editedContainer, { minLength: 1, maxLength: 1 }),
  nodeSelector: editedMap(),
  terminationGracePeriodSeconds: fc.constantFrom(7, null),
  imagePullSecrets: fc.constant([{ name: "theirs" }]),
  priorityClassName: fc.constant(null),
  securityContext: some({ fsGroup: fc.constant(7), runAsUser: fc.constant(7) }),
  volumes: fc.constant([{ name: "theirs", emptyDir: {} }]),
});
