// What the chart renders, by real helm 4 and 3: lint, equal output, the schema's refusals, exact rights, complete arguments.
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { escapeTemplate } from "../../scripts/chart.ts";
import { crdReadRules } from "../../src/cli/rbac.ts";
import { command } from "../../src/cli/run.ts";
import { VERSION } from "../../src/lib/version.ts";
import {
  CHART,
  createHelm,
  FLOOR,
  helmOk,
  objectsOf,
  render,
  valuesFiles,
  type Helm,
  type Rendered,
} from "../support/chart/helm.ts";

const values = await valuesFiles();
let helm: Helm;
let helm3: Helm;

beforeAll(async () => {
  helm = await createHelm();
  helm3 = await createHelm({ version: "helm3" });
}, 900_000);

describe.each(values)("with the $name values", ({ file }) => {
  it("passes helm lint --strict of Helm 4 and 3", async () => {
    for (const each of [helm, helm3]) {
      const report = await helmOk(each, ["lint", "--strict", CHART, "--values", file]);
      expect(report).toContain("1 chart(s) linted, 0 chart(s) failed");
    }
  });

  it("renders the same objects by Helm 4 and 3", async () => {
    const [four, three] = await Promise.all([helm, helm3].map((each) => render(each, ["--values", file])));
    expect(objectsOf(three!)).toEqual(objectsOf(four!));
  });

  it("grants nothing by wildcard, to nobody", async () => {
    const roles = (await rendered(file)).filter(({ kind }) => kind === "Role" || kind === "ClusterRole");
    const wide = roles.filter(({ rules = [] }) => rules.length === 0 || JSON.stringify(rules).includes("*"));
    expect(wide).toEqual([]);
  });

  it("labels every object that it names itself as part of this release", async () => {
    const objects = (await rendered(file)).filter(({ kind }) => !kind.startsWith("ValidatingAdmissionPolicy"));
    for (const { metadata } of objects) {
      expect(metadata.labels).toMatchObject({
        "app.kubernetes.io/instance": "yunfan",
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/version": VERSION,
      });
    }
  });
});

it("Has the operator's version as its own", async () => {
  expect(parse(await readFile(path.join(CHART, "Chart.yaml"), "utf8"))).toMatchObject({
    version: VERSION,
    appVersion: VERSION,
  });
});

describe("The Deployment", () => {
  it("shows every flag that the operator has, but for those of a process outside of a pod", async () => {
    const flags = command().options.map(({ long }) => long);
    const files = ["everything", "namespaced", "minimal"].map(
      (name) => values.find((each) => each.name === name)!.file,
    );
    const args = (await Promise.all(files.map((file) => rendered(file)))).flatMap((objects) => argsOf(objects));
    const shown = new Set(args.map((arg) => arg.split("=")[0]));
    expect(flags.filter((flag) => !shown.has(flag))).toEqual(["--kubeconfig", "--identity"]);
  });

  it("has arguments that the operator takes", async () => {
    for (const { file } of values) {
      const program = command()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined });
      const { operands, unknown } = program.parseOptions(argsOf(await rendered(file)).slice(1));
      expect([...operands, ...unknown]).toEqual([]);
    }
  });

  it("tells proxy and CA bundle to the operator", async () => {
    const { file } = values.find(({ name }) => name === "closed-network")!;
    const [container] = podOf(await rendered(file)).containers;
    expect(container).toMatchObject({
      image: expect.stringMatching(/^registry\.corp\.example:5000\/mirror\/yunfan@sha256:0123456789abcdef/),
      env: [
        { name: "HTTP_PROXY", value: "http://proxy.corp.example:3128" },
        { name: "HTTPS_PROXY", value: "http://proxy.corp.example:3128" },
        { name: "NO_PROXY", value: ".corp.example,10.1.2.3" },
        { name: "NODE_EXTRA_CA_CERTS", value: "/etc/yunfan/ca/ca.crt" },
      ],
      volumeMounts: [{ name: "ca-bundle", mountPath: "/etc/yunfan/ca", readOnly: true }],
    });
  });
});

it("In namespaced mode has a Role in each namespace, one for the lease, and in the cluster the sight of its CRDs alone", async () => {
  const { file } = values.find(({ name }) => name === "namespaced")!;
  const objects = await rendered(file);
  expect(namesOf(objects, "Role")).toEqual([
    "default/yunfan-resources",
    "team-a/yunfan-resources",
    "yunfan-system/yunfan",
  ]);
  expect(namesOf(objects, "RoleBinding")).toEqual(namesOf(objects, "Role"));
  expect(namesOf(objects, "ClusterRoleBinding")).toEqual(["/yunfan-crds-yunfan-system"]);
  const ours = objects.filter(({ kind, metadata }) => kind === "ClusterRole" && metadata.name.includes("crds"));
  expect(ours.map(({ rules }) => rules)).toEqual([crdReadRules]);
});

it("Gives every object a name that Kubernetes takes, with the longest name of a release too, and no other release's", async () => {
  const release = (end: string): string => `${"r".repeat(52)}${end}`;
  const namesIn = async (end: string): Promise<readonly string[]> => {
    const args = ["template", release(end), CHART, "--namespace", "yunfan-system", ...FLOOR];
    const objects = objectsOf(await helmOk(helm, args)).filter(({ kind }) => !/^(Custom|Validating)/.test(kind));
    const services = objects.filter(({ kind }) => kind === "Service");
    expect(services.map(({ metadata }) => metadata.name.length <= 63)).toEqual([true]);
    return objects.map(({ metadata }) => metadata.name);
  };
  const [one, other] = [await namesIn("a"), await namesIn("b")];
  expect(one.filter((name) => other.includes(name))).toEqual([]);
});

it("Renders no PrometheusRule without alerts, and one with them", async () => {
  const alerts = await readFile(path.join(CHART, "files/alerts.yaml"), "utf8").catch(() => "");
  const groups = ((parse(alerts) ?? {}) as { groups?: unknown[] }).groups ?? [];
  const objects = await rendered(values.find(({ name }) => name === "everything")!.file);
  const rules = objects.filter(({ kind }) => kind === "PrometheusRule");
  expect(rules.map(({ spec }) => spec?.["groups"])).toEqual(groups.length === 0 ? [] : [groups]);
});

it("Keeps the CRDs at an uninstall by default, and leaves them out on request", async () => {
  const crds = (objects: readonly Rendered[]): (string | undefined)[] =>
    objects
      .filter(({ kind }) => kind === "CustomResourceDefinition")
      .map(({ metadata }) => metadata.annotations?.["helm.sh/resource-policy"]);
  expect(new Set(crds(objectsOf(await render(helm))))).toEqual(new Set(["keep"]));
  expect(new Set(crds(objectsOf(await render(helm, ["--set", "crds.keep=false"]))))).toEqual(new Set([undefined]));
  expect(crds(objectsOf(await render(helm, ["--set", "crds.enabled=false"])))).toEqual([]);
});

it("Shows a description as it is that looks like a template", async () => {
  const chart = await mkdtemp(path.join(tmpdir(), "yunfan-escape-"));
  const object = { kind: "Description", text: "{{ .Values.a }}, {{- end }}, }} and {{{ `x` }}" };
  await mkdir(path.join(chart, "templates"));
  await writeFile(path.join(chart, "Chart.yaml"), stringify({ apiVersion: "v2", name: "a", version: "0.0.1" }));
  await writeFile(path.join(chart, "templates/a.yaml"), escapeTemplate(stringify(object)));
  for (const each of [helm, helm3]) {
    expect(objectsOf(await helmOk(each, ["template", "a", chart]))).toEqual([object]);
  }
});

it("Refuses a Kubernetes that refuses its CRDs", async () => {
  const { code, stderr } = await helm(["template", "yunfan", CHART, "--kube-version", "1.30.9"]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("chart requires kubeVersion: >=1.31.0-0");
});

describe("Refuses", () => {
  it.each([
    ["replicaCount=two", /replicaCount/],
    ["replicas=2", /replicas/],
    ["log.level=loud", /log[/.]level/],
    ["concurrency.Pod=3", /concurrency/],
    ["watchNamespaces={Team_A}", /watchNamespaces/],
    ["proxy.https=proxy:3128", /proxy[/.]https/],
    ["proxy.https=http://user:password@proxy:3128", /proxy[/.]https/],
    ["image.digest=latest", /image[/.]digest/],
    ["extraArgs={run}", /extraArgs/],
    ["leaderElection.enabled=false", /replicaCount is more than 1, which needs leaderElection\.enabled/],
    ["leaderElection.renewDeadlineSeconds=20", /renewDeadlineSeconds, and that less than leaseDurationSeconds/],
    ["healthPort=8080", /metrics\.port and healthPort are the same/],
    ["podDisruptionBudget.minAvailable=1", /set minAvailable or maxUnavailable/],
  ])("%s", async (setting, message) => {
    for (const each of [helm, helm3]) {
      const { code, stderr } = await each(["template", "yunfan", CHART, ...FLOOR, "--set", setting]);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(message);
    }
  });
});

async function rendered(file: string): Promise<Rendered[]> {
  return objectsOf(await render(helm, ["--values", file]));
}

interface Pod {
  readonly containers: readonly [{ readonly args: readonly string[] }];
}

function podOf(objects: readonly Rendered[]): Pod {
  const { spec } = objects.find(({ kind }) => kind === "Deployment") as unknown as {
    spec: { template: { spec: Pod } };
  };
  return spec.template.spec;
}

function argsOf(objects: readonly Rendered[]): string[] {
  return [...podOf(objects).containers[0].args];
}

function namesOf(objects: readonly Rendered[], kind: string): string[] {
  const those = objects.filter((object) => object.kind === kind);
  return those.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`).sort();
}
