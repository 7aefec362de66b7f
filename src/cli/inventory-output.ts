// What `yunfan inventory` prints: a table for people, JSON or YAML for programs. Pure.
import { stringify } from "yaml";
import type { Column, Found, Item } from "./inventory-look.ts";

export const FORMATS = ["table", "json", "yaml"] as const;
export type Format = (typeof FORMATS)[number];

interface Shown extends Found {
  readonly columns: readonly Column[];
  /** Items that are shown. */
  readonly most: number;
}

export function printed({ items, isCut, columns, most }: Shown, format: Format): string {
  const shown = items.slice(0, most);
  const answer = { total: items.length, truncated: isCut || shown.length < items.length, items: shown };
  if (format === "json") return `${JSON.stringify(answer)}\n`;
  if (format === "yaml") return stringify(answer);
  const more = answer.truncated ? `${shown.length} of ${isCut ? "more than " : ""}${items.length}\n` : "";
  return `${tableOf(shown, columns)}${more}`;
}

function tableOf(items: readonly Item[], columns: readonly Column[]): string {
  if (items.length === 0) return "Nothing was found\n";
  const header = ["NAMESPACE", "NAME", ...columns.map(({ path }) => headerOf(path))];
  const rows = items.map(({ namespace = "", name, values }) => [
    namespace,
    name,
    ...columns.map((column) => values[column.name] ?? ""),
  ]);
  const widths = header.map((_, at) => Math.max(...[header, ...rows].map((row) => (row[at] ?? "").length)));
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("   ")
      .trimEnd();
  return `${[header, ...rows].map(lineOf).join("\n")}\n`;
}

/** The last segment of a path, as kubectl heads its columns: data.status.podIP is POD IP. */
function headerOf(path: string): string {
  const last = path.slice(path.lastIndexOf(".") + 1);
  return last.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toUpperCase();
}
