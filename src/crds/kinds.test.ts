import { readdir, readFile } from "node:fs/promises";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { KubeObject, ResourceType } from "../kube/types.ts";
import type { CloudAccount } from "./cloudaccount/schema.ts";
import { customResourceDefinition } from "./definition.ts";
import { defineKind, defineSchema } from "./kind.ts";
import { kinds } from "./kinds.ts";
import { lintKind } from "./lint.ts";
import { registryProjectSchema, type RegistryProject } from "./registryproject/schema.ts";
import { schemas } from "./schemas.ts";
import { crdFiles, renderAllCrds } from "./yaml.ts";

const isRe2 = (pattern: string): boolean => RE2JS.compile(pattern) !== null;

/** Words of a cloud's in a field that no block of a provider holds. */
const AS_THE_STORE_SPELLS_THEM = new Set([
  "$.spec.events.levels[]: the enum value warning is not CamelCase",
  "$.spec.events.levels[]: the enum value normal is not CamelCase",
]);

describe.each(schemas.map((kind) => [kind.type.kind, kind] as const))("%s", (_name, kind) => {
  it("means on the API server what it means to zod, and kubectl can apply it", () => {
    const findings = lintKind(kind, { isRe2 });
    expect(findings.filter((finding) => !AS_THE_STORE_SPELLS_THEM.has(finding))).toEqual([]);
  });

  it("belongs to the category yunfan and has short names of its own", () => {
    const { names, scope } = customResourceDefinition(kind).spec;
    expect(names).toMatchObject({ categories: ["yunfan"], singular: kind.type.kind.toLowerCase() });
    expect(names.shortNames.every((name) => name.startsWith("yf"))).toBe(true);
    expect(scope).toBe("Namespaced");
  });

  it("shows in every row what Ready alone does not tell: paused, leaving, differing", () => {
    const shown = kind.printerColumns.filter(({ priority }) => priority === undefined).map(({ name }) => name);
    expect(shown.slice(-4)).toEqual(["State", "Ready", "Reason", "Age"]);
  });
});

it("Every kind has its fields", () => {
  expect(schemas.map(({ type }) => type)).toEqual(kinds.map(({ type }) => type));
});

it("No two kinds share a plural or a short name", () => {
  const names = schemas.flatMap(({ type, shortNames }) => [type.plural, ...shortNames]);
  expect(new Set(names).size).toBe(names.length);
});

it("manifests/crds holds what the schemas say, and nothing else (npm run generate)", async () => {
  const paths = (await readdir("manifests/crds")).map((name) => `manifests/crds/${name}`);
  const present = await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")] as const));
  expect(new Map(present)).toEqual(crdFiles());
});

it("All CRDs are one stream of YAML documents", () => {
  const documents = parseAllDocuments(renderAllCrds()).map((document) => document.toJS() as unknown);
  expect(documents).toEqual(
    schemas.map((kind) => JSON.parse(JSON.stringify(customResourceDefinition(kind))) as unknown),
  );
});

it("A kind that loses something on the way, or is too large for kubectl apply, is found", () => {
  const { spec, status } = registryProjectSchema;
  const declaration = {
    kind: "Thing",
    plural: "things",
    shortNames: ["yft"],
    printerColumns: [],
  } as const;
  const thing = defineKind({ ...declaration, description: "A thing." });
  const lost = defineSchema(thing, { spec: spec.refine(() => true), status });
  expect(lintKind(lost, { isRe2 })).toEqual(["$.spec: a refinement without a rule is lost"]);
  const large = defineSchema(defineKind({ ...declaration, description: "Long. ".repeat(50_000) }), { spec, status });
  expect(lintKind(large, { isRe2 })).toEqual([expect.stringMatching(/^\$: \d+ bytes, too large for kubectl apply$/)]);
});

it("Only a kind that declares it can be scaled", () => {
  const scaled = schemas.flatMap((kind) => {
    const { scale } = customResourceDefinition(kind).spec.versions[0]!.subresources;
    return scale ? [{ kind: kind.type.kind, ...scale }] : [];
  });
  expect(scaled).toEqual([
    {
      kind: "NodePool",
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.replicas",
      labelSelectorPath: ".status.selector",
    },
  ]);
});

it("The types fit those of the Kubernetes client", () => {
  const type: ResourceType = registryProjectSchema.type;
  const asObject = (resource: CloudAccount | RegistryProject): KubeObject => resource;
  expect(type).toEqual({
    group: "yunfan.dev",
    version: "v1alpha1",
    plural: "registryprojects",
    kind: "RegistryProject",
    namespaced: true,
  });
  expect(asObject).toBeTypeOf("function");
});
