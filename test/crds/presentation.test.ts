// What a person sees: installation without warnings, samples that apply, columns, explanations.
import { readdir, readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { CloudAccountReason } from "../../src/crds/cloudaccount/conditions.ts";
import { kinds } from "../../src/crds/kinds.ts";
import { RegistryProjectReason } from "../../src/crds/registryproject/conditions.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { cloudAccountManifest, registryProjectManifest } from "../support/environment/resources.ts";
import { installCrds } from "./cluster.ts";

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  bcs: ["secret", "account", "inventorysink", "alarmsource", "inventoryquery"],
  ctyun: ["secret", "account", "registryproject", "manifestset"],
  easystack: [
    "secret",
    "account",
    "managedcluster",
    "managednamespace",
    "managedapplication",
    "registryproject",
    "cloudvolumeclaim",
    "manifestset",
  ],
  huawei: [
    "secret",
    "account",
    "managedcluster",
    "nodepool",
    "nodepool-autoscaled",
    "managednode",
    "managednode-accepted",
    "cloudvolumeclaim",
    "managedaddon",
    "manifestset",
  ],
  alibaba: [
    "secret",
    "account",
    "managedcluster",
    "managedcluster-dedicated",
    "managedcluster-edge",
    "managedcluster-serverless",
    "nodepool",
    "nodepool-existing-servers",
  ],
};
const { kubectl } = sharedControlPlane();
let namespace: string;
let warnings: string;

beforeAll(async () => {
  warnings = await installCrds(kubectl);
  namespace = await uniqueNamespace(kubectl, "presentation");
});

it("The CRDs are installed without a warning and with the names they ask for", async () => {
  expect(warnings).toBe("");
  const names = kinds.map(({ type }) => `crd/${type.plural}.${type.group}`);
  const { items } = JSON.parse(await kubectlOk(kubectl, ["get", ...names, "-o", "json"])) as { items: Definition[] };
  const conditions = items.map(({ status }) =>
    status.conditions.map(({ type, status: holds }) => `${type}=${holds}`).sort(),
  );
  expect(conditions).toEqual(kinds.map(() => ["Established=True", "NamesAccepted=True"]));
});

it("A second installation changes nothing", async () => {
  const names = kinds.map(({ type }) => `crd/${type.plural}.${type.group}`);
  const generations = ["get", ...names, "-o", "jsonpath={.items[*].metadata.generation}"];
  const before = await kubectlOk(kubectl, generations);
  await installCrds(kubectl);
  expect(await kubectlOk(kubectl, generations)).toBe(before);
});

describe.each(Object.entries(SAMPLES))("The samples of %s", (cloud, names) => {
  const files = names.map((name) => `manifests/samples/${cloud}/${name}.yaml`);

  it("are all that there are", async () => {
    expect(new Set(await readdir(`manifests/samples/${cloud}`))).toEqual(new Set(names.map((name) => `${name}.yaml`)));
  });

  it("apply as they stand, without a warning", async () => {
    const result = await kubectl(["apply", "-n", namespace, ...files.flatMap((file) => ["-f", file])]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
  });

  it("leave the namespace to kubectl and refer to one another", async () => {
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    const samples = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Sample));
    const [secret, account, thing, ...others] = samples;
    // What else a Secret is for, a set or a node, is in no account.
    const members = others.filter(({ kind, spec = {} }) => kind !== "Secret" && !("accountRef" in spec));
    expect(samples.map((sample) => sample.metadata.namespace)).toEqual(samples.map(() => undefined));
    expect(secret).toMatchObject({ type: "yunfan.dev/credentials", stringData: expect.anything() });
    expect(account!.spec).toMatchObject({ credentialsSecretRef: { name: secret!.metadata.name } });
    expect(thing!.spec).toMatchObject({ accountRef: { name: account!.metadata.name } });
    for (const { kind, spec } of members) {
      const parent =
        kind === thing!.kind
          ? { accountRef: { name: account!.metadata.name } }
          : { clusterRef: { name: thing!.metadata.name } };
      expect(spec).toMatchObject(parent);
    }
  });
});

it("A resource that nobody has visited yet counts as in progress", async () => {
  await kubectlOk(kubectl, ["apply", "-n", namespace, "-f", "-"], JSON.stringify(registryProjectManifest()));
  const status = await kubectlOk(kubectl, ["get", "yfrp/shop", "-n", namespace, "-o", "jsonpath={.status}"]);
  expect(JSON.parse(status)).toEqual({ observedGeneration: -1 });
});

it("kubectl get yunfan shows accounts and projects with their columns", async () => {
  const here = ["-n", namespace];
  const manifests = [
    cloudAccountManifest({ metadata: { name: "shown" } }),
    registryProjectManifest({ metadata: { name: "shown" } }),
  ];
  for (const manifest of manifests) {
    await kubectlOk(kubectl, ["apply", ...here, "-f", "-"], JSON.stringify(manifest));
  }
  const project = {
    cloudName: "shown",
    visibility: "Private",
    repositoryCount: 2,
    tagCount: 5,
    externalId: "16",
    phase: "Ready",
  };
  await patchStatus("yfca/shown", { phase: "Ready", conditions: [ready(CloudAccountReason.Verified)] });
  await patchStatus("yfrp/shown", { ...project, conditions: [ready(RegistryProjectReason.Available)] });

  const lines = rows(await kubectlOk(kubectl, ["get", "yunfan", ...here]));
  expect(lines).toContainEqual(["NAME", "PROVIDER", "ENDPOINT", "STATE", "READY", "REASON", "AGE"]);
  expect(lines).toContainEqual([
    "cloudaccount.yunfan.dev/shown",
    "CtyunCCI",
    "https://ctyun.example",
    "Ready",
    "True",
    "Verified",
    expect.any(String),
  ]);
  expect(lines).toContainEqual([
    "NAME",
    "CLOUD NAME",
    "VISIBILITY",
    "REPOS",
    "TAGS",
    "STATE",
    "READY",
    "REASON",
    "AGE",
  ]);
  expect(lines).toContainEqual([
    "registryproject.yunfan.dev/shown",
    "shown",
    "Private",
    "2",
    "5",
    "Ready",
    "True",
    "Available",
    expect.any(String),
  ]);

  const wide = rows(await kubectlOk(kubectl, ["get", "yfrp/shown", "-o", "wide", ...here]));
  expect(wide.map((row) => row.slice(-2))).toEqual([
    ["EXTERNAL ID", "MESSAGE"],
    ["16", "As declared"],
  ]);
});

it.each([
  ["cloudaccounts.spec.tls.mode", "Plaintext: endpoints may be http"],
  ["registryprojects.spec.contentsOnDelete", "Refuse: deletion waits"],
  ["registryprojects.spec.pullSecrets.name", "One that Yunfan did not make is never touched"],
  ["managedclusters.spec.powerState", "its nodes, public addresses and bandwidth are billed on"],
  ["nodepools.spec.autoscaling.enabled", "the cloud owns the count"],
  ["managedaddons.spec.values", "no place for passwords"],
])("kubectl explain says what %s means", async (field, text) => {
  const explain = ["explain", field, "--api-version=yunfan.dev/v1alpha1"];
  // The API server publishes the schema a moment after the kind is served.
  await expect
    .poll(async () => oneLine((await kubectl(explain)).stdout), { timeout: 20_000, interval: 250 })
    .toContain(text);
});

interface Definition {
  status: { conditions: { type: string; status: string }[] };
}

interface Sample {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: object;
  type?: string;
  stringData?: Record<string, string>;
}

function ready(reason: string): Record<string, unknown> {
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  return { type: "Ready", status: "True", reason, message: "As declared", observedGeneration: 1, lastTransitionTime };
}

async function patchStatus(target: string, status: unknown): Promise<void> {
  const patch = JSON.stringify({ status });
  await kubectlOk(kubectl, ["patch", target, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch]);
}

/** kubectl separates columns by at least two, mostly three blanks. */
function rows(table: string): string[][] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
