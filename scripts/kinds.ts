// docs/kinds: the list of kinds, and the reference of each from its CRD, in a marked part of the page. What stands outside of the
// marks is written by hand and never touched; a kind without a page gets one with its description.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { customResourceDefinition } from "../src/crds/definition.ts";
import type { Kind, KindSchema } from "../src/crds/kind.ts";
import { schemas } from "../src/crds/schemas.ts";
import { fieldsOf, rulesOfWhole, type Field } from "./fields.ts";
import { readVocabulary, type KindConditions } from "./reasons.ts";

const BEGIN = "<!-- Generated from src/crds by `npm run generate`, up to the end mark: changes belong there. -->";
const END = "<!-- End of what is generated. -->";

/** Every page by its path from the top of the repository. */
export async function kindPages(root: string): Promise<Map<string, string>> {
  const vocabulary = await readVocabulary(root);
  const pages = schemas.map(async (kind): Promise<[string, string]> => {
    const file = `docs/kinds/${kind.type.kind.toLowerCase()}.md`;
    const present = await readFile(path.join(root, file), "utf8").catch(() => newPage(kind));
    const conditions = vocabulary.kinds.find((entry) => entry.kind === kind.type.kind);
    return [file, withReference(present, renderReference(kind, conditions))];
  });
  return new Map([await listPage(root), ...(await Promise.all(pages))]);
}

async function listPage(root: string): Promise<[string, string]> {
  const file = "docs/kinds/README.md";
  const rows = schemas.map(({ type, shortNames, description }) => {
    return [`[${type.kind}](${type.kind.toLowerCase()}.md)`, shortNames.map(code).join(", "), description];
  });
  const list = table(["kind", "short", "in one line"], rows).join("\n");
  const present = await readFile(path.join(root, file), "utf8");
  return [file, withReference(present, `${list}\n`)];
}

function newPage({ type, description }: Kind): string {
  return `# ${type.kind}\n\n${description}\n`;
}

/** Puts the reference between the marks of the page; at its end where it has none. Throws where only one of both is there. */
export function withReference(page: string, reference: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  const generated = `${BEGIN}\n\n${reference}\n${END}`;
  if (begin === -1 && end === -1) return `${page.trimEnd()}\n\n${generated}\n`;
  if (begin === -1 || end < begin) throw new Error(`A page of docs/kinds needs both marks, ${BEGIN} before ${END}`);
  return page.slice(0, begin) + generated + page.slice(end + END.length);
}

function renderReference(kind: KindSchema, conditions: KindConditions | undefined): string {
  const { names, versions } = customResourceDefinition(kind).spec;
  const { spec, status } = versions[0]?.schema.openAPIV3Schema.properties ?? {};
  return [
    "## Names",
    "",
    `\`${kind.type.plural}.${kind.type.group}\`, short ${names.shortNames.map(code).join(", ")}; category ` +
      `${names.categories.map(code).join(", ")}; API version \`${kind.type.group}/${kind.type.version}\`; namespaced.`,
    ...scaleLines(kind),
    "",
    "## Conditions",
    "",
    `${(conditions?.conditions ?? []).map(code).join(", ")}. What their reasons mean, and what to do:`,
    `[troubleshooting](../troubleshooting.md#${kind.type.kind.toLowerCase()}).`,
    "",
    "## Fields of spec",
    "",
    ...(spec ? specTable(fieldsOf(spec)) : []),
    ...(spec ? wholeLines(rulesOfWhole(spec)) : []),
    "",
    "## Fields of status",
    "",
    ...(status ? statusTable(fieldsOf(status)) : []),
    "",
    "## Columns of kubectl get",
    "",
    ...columnTable(kind),
    "",
  ].join("\n");
}

function scaleLines({ scale, type }: Kind): string[] {
  if (!scale) return [];
  return [`\`kubectl scale ${type.plural}.${type.group}/NAME --replicas N\` writes \`${scale.specReplicas}\`.`];
}

function specTable(fields: readonly Field[]): string[] {
  const rows = fields.map((field) => [
    code(field.path),
    field.type,
    field.isRequired ? "required" : field.default === undefined ? "" : code(field.default),
    field.constraints.join("; "),
    field.description,
  ]);
  return table(["field", "type", "default", "checked at admission", "description"], rows);
}

function wholeLines(rules: readonly string[]): string[] {
  return rules.length === 0 ? [] : ["", "Of the whole:", "", ...rules.map((rule) => `- ${rule}`)];
}

function statusTable(fields: readonly Field[]): string[] {
  const rows = fields.map(({ path: name, type, description }) => [code(name), type, description]);
  return table(["field", "type", "description"], rows);
}

function columnTable({ printerColumns }: Kind): string[] {
  const rows = printerColumns.map(({ name, jsonPath, description, priority }) => {
    return [name.toUpperCase(), code(jsonPath), priority === 1 ? `${description} With \`-o wide\`.` : description];
  });
  return table(["column", "shows", "description"], rows);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map((cells) => line(cells.map(cell)))];
}

/** A bar ends a cell even inside of code; angle brackets outside of code would be taken for a tag. */
function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`).replaceAll("\n", " ");
}

function code(text: string): string {
  return `\`${text}\``;
}
