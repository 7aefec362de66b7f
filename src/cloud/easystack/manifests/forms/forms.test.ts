// The translation between manifests and forms: what a form carries comes back as it was, and what it does not carry is refused by its path.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../../facets/manifests.ts";
import * as objects from "./arbitrary-objects.ts";
import * as workloads from "./arbitrary-workloads.ts";
import { claimForm, claimOf, toClaim } from "./claim.ts";
import { configForm, configOf, toConfig } from "./config.ts";
import { cronJobOf, cronJobView, toCronJob } from "./cronjob.ts";
import type { Read } from "./fields.ts";
import { ingressForm, ingressOf, toIngress } from "./ingress.ts";
import { jobForm, jobOf, toJob } from "./job.ts";
import { lostIn } from "./nouns.ts";
import { secretForm, secretOf, toSecret } from "./secret.ts";
import { serviceOf, serviceView, toService } from "./service.ts";
import { toWorkload, workloadForm, workloadOf } from "./workload.ts";

const KNOWN = { registry: workloads.REGISTRY };

interface Noun {
  readonly arbitrary: fc.Arbitrary<unknown>;
  readonly form: (manifest: Manifest) => Read<unknown>;
  /** As the cloud shows it, back. */
  readonly back: (form: never, manifest: Manifest) => Manifest;
}

const NOUNS: Readonly<Record<string, Noun>> = {
  workload: {
    arbitrary: workloads.workload,
    form: (manifest) => toWorkload(manifest, KNOWN),
    back: (form) => workloadOf(workloadForm.parse(form), KNOWN),
  },
  job: {
    arbitrary: workloads.job,
    form: (manifest) => toJob(manifest, KNOWN),
    back: (form) => jobOf(jobForm.parse(form), KNOWN),
  },
  "cron job": {
    arbitrary: workloads.cronJob,
    form: (manifest) => toCronJob(manifest, KNOWN),
    back({
      job,
      concurrency_policy,
      cron_rule,
    }: {
      job: { labels: object };
      concurrency_policy: string;
      cron_rule: Record<string, string>;
    }) {
      const scheduler = ["minute", "hour", "day", "month", "week"].map((field) => cron_rule[field] ?? "*").join(" ");
      const status = { scheduler, status: "Running", concurrency_policy, labels: job.labels };
      return cronJobOf(cronJobView.parse({ spec: job, status }), KNOWN);
    },
  },
  config: { arbitrary: objects.configMap, form: toConfig, back: (form) => configOf(configForm.parse(form)) },
  secret: {
    arbitrary: objects.secret,
    form: toSecret,
    back: (form, manifest) => secretOf(secretForm.parse(form), toSecret(manifest).made),
  },
  service: {
    arbitrary: objects.service,
    form: toService,
    back: (form: { access_mode: object }, { metadata: { name } }) =>
      serviceOf(serviceView.parse({ ...form, access_mode: { ...form.access_mode, name } })),
  },
  ingress: { arbitrary: objects.ingress, form: toIngress, back: (form) => ingressOf(ingressForm.parse(form)) },
  claim: { arbitrary: objects.claim, form: toClaim, back: (form) => claimOf(claimForm.parse(form)) },
};

describe.each(Object.entries(NOUNS))("the form of a %s", (_, { arbitrary, form, back }) => {
  test("comes back as the manifest that it was made of", () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const manifest = given as Manifest;
        const { made, refusals } = form(manifest);
        expect(refusals).toEqual([]);
        const sent: unknown = JSON.parse(JSON.stringify(made));
        expect(back(sent as never, manifest)).toEqual(manifest);
      }),
      { numRuns: 60 },
    );
  });

  test("lets no field be lost: one that it does not know is refused by its path, wherever it stands", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (given, which) => {
        const manifest = structuredClone(given) as Manifest;
        const places = placesIn(manifest);
        const { holder, path } = places[which % places.length]!;
        holder["unheardOf"] = "x";
        expect(lostIn(manifest).map((refusal) => refusal.path)).toContain(
          path === "" ? "unheardOf" : `${path}.unheardOf`,
        );
      }),
      { numRuns: 60 },
    );
  });
});

/** Maps, whose members are anybody's. */
const MAPS: ReadonlySet<string> = new Set(["labels", "annotations", "data", "nodeSelector"]);

interface Holder {
  readonly holder: Record<string, unknown>;
  readonly path: string;
}

/** Every object in it, by its path. */
function placesIn(value: unknown, path = ""): readonly Holder[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => placesIn(item, `${path}[${at}]`));
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).filter(([name]) => !MAPS.has(name));
  const own = { holder: value as Record<string, unknown>, path };
  return [own, ...below.flatMap(([name, member]) => placesIn(member, path === "" ? name : `${path}.${name}`))];
}

const base: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { template: { spec: { containers: [{ name: "web", image: "nginx" }] } } },
};

/** With that in its container, or in its pod. */
function withContainer(members: object, pod: object = {}): Manifest {
  return {
    ...base,
    spec: { template: { spec: { containers: [{ name: "web", image: "nginx", ...members }], ...pod } } },
  };
}

const CONTAINER = "spec.template.spec.containers[0]";

test.each([
  ["ports", { ports: [{ containerPort: 80 }] }, "ports"],
  ["a digest", { image: "nginx@sha256:abc" }, "image"],
  ["a pull policy that no form has", { imagePullPolicy: "Never" }, "imagePullPolicy"],
  ["a share of a millicore", { resources: { requests: { cpu: "100u" } } }, "resources.requests.cpu"],
  ["memory in other units", { resources: { limits: { memory: "1M" } } }, "resources.limits.memory"],
  ["another resource", { resources: { limits: { "nvidia.com/gpu": "1" } } }, 'resources.limits["nvidia.com/gpu"]'],
  ["an argument with a space", { args: ["a b"] }, "args"],
  ["a check with words of its own", { livenessProbe: { exec: { command: ["ls"] } } }, "livenessProbe.exec.command"],
  ["a named port", { readinessProbe: { httpGet: { port: "http" } } }, "readinessProbe.httpGet.port"],
  [
    "headers",
    { readinessProbe: { httpGet: { port: 1, httpHeaders: [{ name: "a" }] } } },
    "readinessProbe.httpGet.httpHeaders",
  ],
  [
    "a field of the pod",
    { env: [{ name: "a", valueFrom: { fieldRef: { fieldPath: "x" } } }] },
    "env[0].valueFrom.fieldRef",
  ],
  [
    "a wish",
    { env: [{ name: "a", valueFrom: { secretKeyRef: { name: "s", key: "k", optional: true } } }] },
    "env[0].valueFrom.secretKeyRef.optional",
  ],
])("%s in a container is refused by its path", (_, members, path) => {
  expect(lostIn(withContainer(members)).map((refusal) => refusal.path)).toEqual([`${CONTAINER}.${path}`]);
});

test("what says no more than Kubernetes does anyhow needs no form", () => {
  const usual = {
    terminationGracePeriodSeconds: 30,
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  };
  const manifest = withContainer({ terminationMessagePolicy: "File", resources: {}, env: [] }, usual);
  expect(lostIn(manifest)).toEqual([]);
  expect(lostIn(withContainer({}, { ...usual, restartPolicy: "Never" }))).toHaveLength(1);
});

test("capabilities both added and dropped go where one of them is so anyhow", () => {
  const capabilities = { initial: new Set(["CHOWN"]), settable: new Set(["CHOWN", "NET_ADMIN"]) };
  const read = (some: object) =>
    toWorkload(withContainer({ securityContext: { capabilities: some } }), { capabilities });
  expect(read({ add: ["CHOWN"], drop: ["NET_ADMIN"] }).refusals).toEqual([]);
  expect(read({ drop: ["ALL"] }).made.containers[0]?.security?.capabilities).toEqual({
    action: "drop",
    caps: ["CHOWN", "NET_ADMIN"],
  });
  expect(read({ add: ["NET_ADMIN"], drop: ["CHOWN"] }).refusals).toHaveLength(1);
  expect(read({ add: ["SYS_TIME"] }).refusals[0]?.message).toContain("SYS_TIME");
});

test("no refusal of a Secret repeats what is in it", () => {
  const value = Buffer.from(JSON.stringify({ auths: { a: { username: "u", password: "hidden-1" }, b: {} } })).toString(
    "base64",
  );
  const data = { ".dockerconfigjson": value };
  const manifest = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    type: "kubernetes.io/dockerconfigjson",
    data,
  };
  const refusals = lostIn(manifest);
  expect(refusals).toHaveLength(1);
  expect(JSON.stringify(refusals)).not.toMatch(/hidden-1|eyJ/);
  const binary = { ...manifest, type: "Opaque", data: { a: "/w==" } };
  expect(lostIn(binary)).toEqual([{ path: "data.a", message: "the form has text alone, and this is not UTF-8" }]);
});
