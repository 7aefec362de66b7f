// A schema becomes stricter while objects exist that only the older one took: they still lose their finalizer and go away,
// and their status can still say why. This is why rules stand on spec and never on the root.
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type CustomResourceDefinition, customResourceDefinition } from "../../src/crds/definition.ts";
import { registryProjectSchema } from "../../src/crds/registryproject/schema.ts";
import type { StructuralSchema } from "../../src/schema/structural.ts";
import { renderCrd } from "../../src/crds/yaml.ts";
import { type Kubectl, kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { registryProjectManifest, type Manifest } from "../support/environment/resources.ts";
import { installCrds } from "./cluster.ts";

type Change = (schema: StructuralSchema) => StructuralSchema;

const FINALIZER = "yunfan.dev/cleanup";
const KIND = "OutgrownProject";
const PLURAL = "outgrownprojects";
const onlyPrivate = { rule: "self.visibility == 'Private'", message: "only Private is left", fieldPath: ".visibility" };
const { kubectl } = sharedControlPlane();
let namespace: string;

beforeAll(async () => {
  namespace = await uniqueNamespace(kubectl, "tightening");
});

describe("An object of an older, wider schema", () => {
  const outgrown: [name: string, spec: Record<string, unknown>, refusals: string[]][] = [
    [
      "fields",
      {
        cloudName: "a--b",
        externalId: "p-7",
        contentsOnDelete: "Delete",
        driftIntervalSeconds: 600,
        pullSecrets: [{ namespace: "a", name: "b" }],
      },
      [
        "spec.cloudName: Too long",
        "spec.externalId: Invalid value",
        "spec.contentsOnDelete: Unsupported value",
        "spec.driftIntervalSeconds: Invalid value",
        "spec.pullSecrets: Too many",
        "spec.deletionPolicy: Required value",
      ],
    ],
    ["rule", { visibility: "Public", deletionPolicy: "Delete", driftIntervalSeconds: 601 }, ["only Private is left"]],
  ];
  let group: string;

  beforeAll(async () => {
    group = `fields.${namespace}.test`;
    await install(group, (root) => root);
    for (const [name, spec] of outgrown) await createHeld(group, name, spec);
    await install(group, withSpec(tightened));
  });

  it.each(outgrown)("gets a status, is deleted and loses its finalizer: outgrown %s", async (name, spec, refusals) => {
    await vi.waitFor(async () => {
      const { stderr } = await create(manifest(group, "twin", spec), ["--dry-run=server"]);
      for (const refusal of refusals) expect(stderr).toContain(refusal);
    }, 20_000);

    const target = `${PLURAL}.${group}/${name}`;
    await kubectlOk(
      kubectl,
      patchArgs(target, "merge", { status: { observedGeneration: 1 } }, ["--subresource=status"]),
    );
    await kubectlOk(kubectl, ["delete", target, "-n", namespace, "--wait=false"]);
    await kubectlOk(kubectl, removeFinalizer(target));
    expect((await kubectl(["get", target, "-n", namespace])).stderr).toContain("NotFound");
  });
});

it("A rule on the root would hold the finalizer of an older object for ever", async () => {
  const group = `root.${namespace}.test`;
  await install(group, (root) => root);
  await createHeld(group, "held", { visibility: "Public" });
  const rule = { rule: "self.spec.visibility == 'Private'", message: "only Private is left" };
  await install(group, (root) => ({ ...root, "x-kubernetes-validations": [rule] }));

  // A dry run, since the API server takes a moment until it validates by the stricter schema.
  const errors = async (): Promise<string> =>
    (await kubectl([...removeFinalizer(`${PLURAL}.${group}/held`), "--dry-run=server"])).stderr;
  await expect.poll(errors, { timeout: 20_000 }).toContain("only Private is left");
});

/** Narrower in every way that a schema can be, apart from types. */
function tightened(spec: StructuralSchema): StructuralSchema {
  const narrower: Record<string, StructuralSchema> = {
    cloudName: { maxLength: 3 },
    externalId: { pattern: "^[0-9]+$" },
    contentsOnDelete: { enum: ["Refuse"] },
    driftIntervalSeconds: { minimum: 601, default: 601 },
    pullSecrets: { maxItems: 0 },
  };
  const properties = Object.entries(spec.properties!).map(([name, schema]) => [name, { ...schema, ...narrower[name] }]);
  return {
    ...spec,
    properties: Object.fromEntries(properties),
    required: [...spec.required!, "deletionPolicy"],
    "x-kubernetes-validations": [...spec["x-kubernetes-validations"]!, onlyPrivate],
  };
}

function withSpec(change: Change): Change {
  return (root) => ({ ...root, properties: { ...root.properties, spec: change(root.properties!["spec"]!) } });
}

/**
 * Installs the CRD under a group and names of its own: nobody else's objects meet the stricter schema, and other tests' kubectl
 * finds no second kind behind the name that they use.
 */
async function install(group: string, change: Change): Promise<void> {
  const { spec, ...rest } = customResourceDefinition(registryProjectSchema);
  const versions = spec.versions.map((version) => ({
    ...version,
    schema: { openAPIV3Schema: change(version.schema.openAPIV3Schema) },
  }));
  const names = {
    kind: KIND,
    listKind: `${KIND}List`,
    plural: PLURAL,
    singular: KIND.toLowerCase(),
    categories: [],
    shortNames: [],
  };
  const metadata = { name: `${names.plural}.${group}` };
  const crd: CustomResourceDefinition = { ...rest, metadata, spec: { ...spec, group, names, versions } };
  await installCrds(kubectl, [renderCrd(crd)]);
}

async function createHeld(group: string, name: string, spec: Record<string, unknown>): Promise<void> {
  const { metadata, ...rest } = manifest(group, name, spec);
  const held = { ...rest, metadata: { ...metadata, finalizers: [FINALIZER] } };
  await vi.waitFor(async () => expect(await create(held, [])).toMatchObject({ code: 0 }), 20_000);
}

function manifest(group: string, name: string, spec: Record<string, unknown>): Manifest {
  return { ...registryProjectManifest({ metadata: { name }, spec }), kind: KIND, apiVersion: `${group}/v1alpha1` };
}

function create(object: object, flags: readonly string[]): ReturnType<Kubectl> {
  return kubectl(["create", "-n", namespace, ...flags, "-f", "-"], { input: JSON.stringify(object) });
}

function removeFinalizer(target: string): string[] {
  const path = "/metadata/finalizers/0";
  const operations = [
    { op: "test", path, value: FINALIZER },
    { op: "remove", path },
  ];
  return patchArgs(target, "json", operations, []);
}

function patchArgs(target: string, type: "json" | "merge", patch: unknown, flags: readonly string[]): string[] {
  return ["patch", target, "-n", namespace, `--type=${type}`, "-p", JSON.stringify(patch), ...flags];
}
