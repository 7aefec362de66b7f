// A translated page against its original: the same sections, the same code, the same links.
import type { Page } from "./markdown.ts";

/** One line per difference. Links to the other language are each page's own. */
export function translationFaults(original: Page, translated: Page): string[] {
  const depths = ({ headings }: Page): string[] => headings.map(({ depth }) => "#".repeat(depth));
  return [
    ...difference("headings", depths(original), depths(translated)),
    ...difference("code", codeOf(original), codeOf(translated)),
    ...difference("links", linksOf(original), linksOf(translated)),
  ];
}

/** Comments may be translated. */
function codeOf({ blocks }: Page): string[] {
  return blocks.map(({ language, text }) => `${language}\n${text.replaceAll(/\s*(^|\s)# .*$/gm, "")}`);
}

/** Sorted: another language has another order of words. */
function linksOf({ links }: Page): string[] {
  return links
    .map(({ target }) => target.replace(/#.*/, ""))
    .filter((target) => !/^README(\.[\w-]+)?\.md$/.test(target))
    .sort();
}

function difference(what: string, original: readonly string[], translated: readonly string[]): string[] {
  const at = original.findIndex((value, index) => value !== translated[index]);
  if (at === -1 && original.length === translated.length) return [];
  const position = at === -1 ? original.length : at;
  return [
    `${what} differ from the original: ${shown(translated[position])} where that has ${shown(original[position])}`,
  ];
}

function shown(value: string | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
