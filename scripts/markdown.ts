// What the checks of the documents need to know of a Markdown page: headings with GitHub's anchors, links, code blocks, tables.
import GithubSlugger from "github-slugger";
import MarkdownIt, { type Token } from "markdown-it";

export interface Heading {
  readonly depth: number;
  /** As it is written, without the marks of emphasis, code and links. */
  readonly text: string;
  /** As GitHub makes it: what `#…` names. */
  readonly anchor: string;
}

export interface Link {
  /** As it is written: an address, a path, or `#anchor`. */
  readonly target: string;
  readonly line: number;
}

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  readonly line: number;
  /** Text of the heading that it stands under. */
  readonly section: string;
}

export interface Row {
  /** The Markdown of each cell. */
  readonly cells: readonly string[];
  readonly line: number;
  readonly section: string;
}

export interface Page {
  readonly headings: readonly Heading[];
  readonly links: readonly Link[];
  readonly blocks: readonly CodeBlock[];
  /** Of all tables, without their headers. */
  readonly rows: readonly Row[];
}

/** GitHub's dialect as far as it is used here: tables are, raw HTML is text. */
const markdown = new MarkdownIt({ html: true });

export function parsePage(text: string): Page {
  const tokens = markdown.parse(text, {});
  const headings = headingsOf(tokens);
  const sectionAt = (index: number): string => headings.findLast((heading) => heading.index < index)?.text ?? "";
  return { headings, links: linksOf(tokens), blocks: blocksOf(tokens, sectionAt), rows: rowsOf(tokens, sectionAt) };
}

function headingsOf(tokens: readonly Token[]): (Heading & { index: number })[] {
  const slugger = new GithubSlugger();
  return tokens.flatMap((token, index) => {
    if (token.type !== "heading_open") return [];
    const text = plainText(tokens[index + 1]);
    return [{ depth: Number(token.tag.slice(1)), text, anchor: slugger.slug(text), index }];
  });
}

function plainText(token: Token | undefined): string {
  return (token?.children ?? []).map(({ content }) => content).join("");
}

function linksOf(tokens: readonly Token[]): Link[] {
  return tokens.flatMap((token) => {
    const targets = (token.children ?? []).flatMap((child) => child.attrGet("href") ?? child.attrGet("src") ?? []);
    // A cell of a table has no line of its own; its row has.
    return targets.map((target) => ({ target: decodeURI(String(target)), line: lineOf(tokens, token) }));
  });
}

function lineOf(tokens: readonly Token[], token: Token): number {
  const before = tokens.slice(0, tokens.indexOf(token) + 1).findLast(({ map }) => map !== null);
  return (before?.map?.[0] ?? 0) + 1;
}

function blocksOf(tokens: readonly Token[], sectionAt: (index: number) => string): CodeBlock[] {
  return tokens.flatMap((token, index) => {
    if (token.type !== "fence") return [];
    const language = token.info.trim().split(/\s+/)[0] ?? "";
    return [{ language, text: token.content, line: (token.map?.[0] ?? 0) + 1, section: sectionAt(index) }];
  });
}

function rowsOf(tokens: readonly Token[], sectionAt: (index: number) => string): Row[] {
  return tokens.flatMap((token, index) => {
    if (token.type !== "tr_open") return [];
    const cells = cellsOf(tokens.slice(index));
    return cells.length === 0 ? [] : [{ cells, line: (token.map?.[0] ?? 0) + 1, section: sectionAt(index) }];
  });
}

/** Of the row that begins the tokens; none where it is a header. */
function cellsOf(tokens: readonly Token[]): string[] {
  const row = tokens.slice(
    0,
    tokens.findIndex(({ type }) => type === "tr_close"),
  );
  return row.flatMap(({ type }, index) => (type === "td_open" ? [row[index + 1]?.content ?? ""] : []));
}

/** Each `code span` in a piece of Markdown. */
export function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}
