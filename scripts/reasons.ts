// The reasons in the code against those that docs/troubleshooting.md explains: each has a row in the section of its kind.
import { glob } from "node:fs/promises";
import path from "node:path";
import { codeSpans, type Page, type Row } from "./markdown.ts";

/** Condition types and reasons of one kind, the common ones included. */
export interface KindConditions {
  readonly kind: string;
  readonly conditions: readonly string[];
  readonly reasons: readonly string[];
}

export interface Vocabulary {
  /** Reasons of every kind. */
  readonly common: readonly string[];
  readonly kinds: readonly KindConditions[];
}

type Words = Readonly<Record<string, string>>;

/** Section of the page for what is common. */
const COMMON_SECTION = "Every kind";

/** From src/crds: `<kind>/conditions.ts` exports `<Kind>Reason`, and `<Kind>Condition` where it has more than those of every kind. */
export async function readVocabulary(root: string): Promise<Vocabulary> {
  const files = await Array.fromAsync(glob("src/crds/*/conditions.ts", { cwd: root }));
  const modules = await Promise.all(
    files.sort().map(async (file) => (await import(path.join(root, file))) as Readonly<Record<string, Words>>),
  );
  const common = modules.flatMap((module) => Object.values(module["Reason"] ?? {}));
  const types = modules.find((module) => module["ConditionType"])?.["ConditionType"] ?? {};
  const kinds = modules.flatMap((module) => {
    const name = Object.keys(module).find((key) => key.endsWith("Reason") && key !== "Reason");
    if (name === undefined) return [];
    const kind = name.slice(0, -"Reason".length);
    const conditions = Object.values(module[`${kind}Condition`] ?? types);
    return [{ kind, conditions, reasons: Object.values(module[name] ?? {}) }];
  });
  return { common, kinds };
}

/** One line per reason that the page lacks, or names without there being one. */
export function reasonFaults({ common, kinds }: Vocabulary, page: Page): string[] {
  const ofKinds = kinds.flatMap(({ kind, reasons }) => {
    const own = reasons.filter((reason) => !common.includes(reason));
    return compare(kind, { must: own, may: reasons, rows: rowsIn(page, kind) });
  });
  return [...compare(COMMON_SECTION, { must: common, may: common, rows: rowsIn(page, COMMON_SECTION) }), ...ofKinds];
}

function rowsIn(page: Page, section: string): readonly Row[] {
  return page.rows.filter((row) => row.section === section);
}

interface Comparison {
  readonly must: readonly string[];
  readonly may: readonly string[];
  readonly rows: readonly Row[];
}

function compare(section: string, { must, may, rows }: Comparison): string[] {
  const explained = rows.flatMap(({ cells }) => codeSpans(cells[0] ?? ""));
  const missing = must.filter((reason) => !explained.includes(reason));
  const unknown = explained.filter((reason) => !may.includes(reason));
  return [
    ...missing.map((reason) => `section "${section}" lacks a row for the reason ${reason}`),
    ...unknown.map((reason) => `section "${section}" explains ${reason}, which no code has`),
  ];
}
