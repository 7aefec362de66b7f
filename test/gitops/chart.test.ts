// The example repository against the chart that it installs: the version is this one's, and real helm takes the values.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type Document, exampleDocuments } from "../support/chart/gitops-examples.ts";
import { CHART, createHelm, type Helm, objectsOf, render } from "../support/chart/helm.ts";

/** Helm may have to be built. */
const SETUP_MS = 600_000;

let helm: Helm;
let documents: readonly Document[];
let version: string;
let folder: string;

beforeAll(async () => {
  [helm, documents, folder] = await Promise.all([
    createHelm(),
    exampleDocuments(),
    mkdtemp(path.join(tmpdir(), "yunfan-values-")),
  ]);
  ({ version } = parse(await readFile(path.join(CHART, "Chart.yaml"), "utf8")) as { version: string });
}, SETUP_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Source {
  readonly targetRevision: string;
  readonly helm: { readonly valuesObject: object };
}

function sourceOf(application: string): Source {
  return documents.find(({ metadata }) => metadata.name === application)!.spec!["source"] as Source;
}

async function crdsRendered(values: object): Promise<{ metadata: { annotations?: object } }[]> {
  const file = path.join(folder, "values.yaml");
  await writeFile(file, stringify(values));
  return objectsOf(await render(helm, ["--values", file])).filter(({ kind }) => kind === "CustomResourceDefinition");
}

test("Argo CD installs this version, and CRDs of the same release apart from the chart", async () => {
  const chart = sourceOf("yunfan");
  expect(chart.targetRevision).toBe(version);
  expect(sourceOf("yunfan-crds").targetRevision).toBe(`v${version}`);
  expect(await crdsRendered(chart.helm.valuesObject)).toEqual([]);
});

test("Flux installs patches of this version, with CRDs that outlive the release", async () => {
  const { spec } = documents.find(({ kind }) => kind === "HelmRelease")!;
  const { chart, values } = spec as unknown as { chart: { spec: { version: string } }; values: object };
  expect(chart.spec.version).toBe(version.replace(/\d+$/, "x"));
  const crds = await crdsRendered(values);
  expect(crds.length).toBeGreaterThan(0);
  for (const { metadata } of crds) expect(metadata.annotations).toMatchObject({ "helm.sh/resource-policy": "keep" });
});

test("The chart refuses a value that it does not know", async () => {
  await expect(crdsRendered({ crds: { unknown: true } })).rejects.toThrow(/unknown/);
});
