// The generated parts of charts/yunfan: CRDs, rules of its roles, policies, and what other files have to agree on.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseDocument, stringify } from "yaml";
import { crdGuardRules, crdReadRules, joinRules, leaseRules, resourceRules } from "../src/cli/rbac.ts";
import type { PolicyRule } from "../src/controllers/lifecycle/rbac.ts";
import { customResourceDefinition } from "../src/crds/definition.ts";
import type { KindSchema } from "../src/crds/kind.ts";
import { schemas } from "../src/crds/schemas.ts";
import { renderCrd } from "../src/crds/yaml.ts";
import { LOG_LEVELS } from "../src/lib/log.ts";
import { VERSION } from "../src/lib/version.ts";

const CHART = "charts/yunfan";

/** What is asked of people's roles; the operator's own rules are what its parts declare. */
const VIEW_VERBS = ["get", "list", "watch"];
const EDIT_VERBS = ["create", "delete", "deletecollection", "patch", "update"];

/** Every generated file by its path from the top of the repository. */
export async function chartFiles(root: string): Promise<Map<string, string>> {
  const read = (file: string): Promise<string> => readFile(path.join(root, file), "utf8");
  return new Map([
    ...schemas.map((kind): [string, string] => [`${CHART}/templates/crds/${kind.type.plural}.yaml`, crdTemplate(kind)]),
    [`${CHART}/templates/_rules.tpl`, rulesTemplate()],
    [`${CHART}/files/policies.yaml`, await read("manifests/policies.yaml")],
    [`${CHART}/Chart.yaml`, chartYaml(await read(`${CHART}/Chart.yaml`))],
    [`${CHART}/values.schema.json`, valuesSchema(await read(`${CHART}/values.schema.json`))],
  ]);
}

function crdTemplate(kind: KindSchema): string {
  const crd = customResourceDefinition(kind);
  if (Object.keys(crd.metadata).join() !== "name") throw new Error(`${crd.metadata.name}: more metadata than a name`);
  const metadata = [
    `  name: ${crd.metadata.name}`,
    "  labels:",
    '    {{- include "yunfan.labels" . | nindent 4 }}',
    "  {{- if .Values.crds.keep }}",
    "  annotations:",
    "    helm.sh/resource-policy: keep",
    "  {{- end }}",
  ];
  const text = escapeTemplate(renderCrd(crd)).replace(`  name: ${crd.metadata.name}`, () => metadata.join("\n"));
  return `{{- if .Values.crds.enabled }}\n${text}{{- end }}\n`;
}

/** A description may show a template of something else. */
export function escapeTemplate(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}

function rulesTemplate(): string {
  const plurals = schemas.map(({ type }) => type.plural).toSorted();
  const scales = schemas.filter(({ scale }) => scale !== undefined).map(({ type }) => `${type.plural}/scale`);
  const statuses = plurals.map((plural) => `${plural}/status`);
  const ours = (resources: readonly string[], verbs: readonly string[]): PolicyRule => {
    return { apiGroups: ["yunfan.dev"], resources: resources.toSorted(), verbs };
  };
  const parts: Record<string, readonly PolicyRule[]> = {
    operator: joinRules([...resourceRules, ...crdReadRules, ...crdGuardRules]),
    resources: resourceRules,
    crds: crdReadRules,
    leases: leaseRules,
    view: [ours([...plurals, ...statuses, ...scales], VIEW_VERBS)],
    edit: [ours(plurals, EDIT_VERBS), ours(scales, ["patch", "update"])],
  };
  const definitions = Object.entries(parts).map(([name, rules]) => {
    return `{{- define "yunfan.rules.${name}" -}}\n${stringify(rules)}{{- end }}\n`;
  });
  return [
    "{{/* Generated from the rules that src/cli/rbac.ts puts together, by `npm run generate`. */}}\n",
    ...definitions,
  ].join("\n");
}

/** Its version is that of the operator, and Artifact Hub lists the schemas. */
function chartYaml(text: string): string {
  const chart = parseDocument(text);
  chart.set("version", VERSION);
  chart.setIn(["appVersion"], VERSION);
  const crds = schemas.map((kind) => ({
    kind: kind.type.kind,
    version: kind.type.version,
    name: `${kind.type.plural}.${kind.type.group}`,
    displayName: kind.type.kind,
    description: kind.description,
  }));
  chart.setIn(["annotations", "artifacthub.io/crds"], stringify(crds, { lineWidth: 0 }));
  return chart.toString({ lineWidth: 0 });
}

interface ValuesSchema {
  properties: {
    concurrency: { properties: Record<string, object> };
    log: { properties: { level: { enum: readonly string[] } } };
  };
}

/** What flags of `yunfan run` take. */
function valuesSchema(text: string): string {
  const schema = JSON.parse(text) as ValuesSchema;
  const workers = { type: "integer", minimum: 1, maximum: 9999 };
  schema.properties.concurrency.properties = Object.fromEntries(schemas.map(({ type }) => [type.kind, workers]));
  schema.properties.log.properties.level.enum = LOG_LEVELS;
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
