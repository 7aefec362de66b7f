// Whether the files that comments and documents name are there: files move, and sentences stay behind.
import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import type { Pages } from "./links.ts";

/** Folders at the top of the repository: what begins with one is a path. */
const TOP = "bench|charts|controlplane|demo|docs|gitops|image|manifests|scripts|src|test|tools";
const NAME = String.raw`(?:[\w.<>*-]|\{[\w.,<>*-]+\})+`;
/** No part of an address, of a package's name or of a longer path. */
const ALONE = String.raw`(?<![\w./:@~$<>=*{}-])`;
const FROM_TOP = `(?:${TOP})/(?:${NAME}/?)*`;
const ANCHOR = String.raw`(?:#[\p{L}\p{N}_-]+)?`;
/** In the comments of code a file's name alone will do; in prose and manifests, names without a path are examples. */
const IN_CODE = new RegExp(`${ALONE}(?:${FROM_TOP}|(?:${NAME}/)*${NAME}\\.(?:ts|mjs|md|txt|ya?ml)\\b)${ANCHOR}`, "gu");
const IN_TEXT = new RegExp(`${ALONE}(?:${FROM_TOP}|(?:${NAME}/)+${NAME}\\.(?:ts|mjs)\\b)${ANCHOR}`, "gu");

const READ = /\.(?:ts|mjs|md|ya?ml|sh|tpl)$|Dockerfile/;
const CODE = /\.(?:ts|mjs)$/;
const DOCUMENT = /\.md$/;

interface Citation {
  readonly file: string;
  readonly line: number;
  /** As it is written: `<name>` stands for any, as `*` does; `{a,b}` for one of those. */
  readonly cited: string;
}

/** One line per path that is not there, as `file:line: what is wrong`. `pages`: the documents, for anchors. */
export async function danglingPaths(root: string, pages: Pages): Promise<string[]> {
  const files = await readableFiles(root);
  const citations = await Promise.all(files.map((file) => citationsIn(root, file)));
  const faults = citations.flat().map(async (citation) => {
    const fault = await faultOf(citation, { root, pages });
    return fault === undefined ? [] : [`${citation.file}:${citation.line}: ${citation.cited}: ${fault}`];
  });
  return (await Promise.all(faults)).flat();
}

async function readableFiles(root: string): Promise<readonly string[]> {
  const isForeign = (name: string): boolean => name === "node_modules" || name === "dist" || /^\.[^.]/.test(name);
  const files = await Array.fromAsync(glob("**/*.*", { cwd: root, exclude: (file) => isForeign(path.basename(file)) }));
  return [...files, "Dockerfile", ".dependency-cruiser.mjs"].filter((file) => READ.test(file)).sort();
}

async function citationsIn(root: string, file: string): Promise<readonly Citation[]> {
  const text = await readFile(path.join(root, file), "utf8").catch(() => "");
  const pattern = CODE.test(file) ? IN_CODE : IN_TEXT;
  return text.split("\n").flatMap((source, index) =>
    [...saidIn(source, file).matchAll(pattern)].map(([cited]) => {
      const trimmed = cited.replace(/[.*-]+$/, "");
      return { file, line: index + 1, cited: trimmed };
    }),
  );
}

/** The part of a line that is for people. */
function saidIn(source: string, file: string): string {
  if (DOCUMENT.test(file)) return source;
  const comment = CODE.test(file) ? /^\s*(?:\/\/|\/?\*)(.*)|\s\/\/\s(.*)/ : /(?:^|\s)#\s(.*)/;
  const [, whole, tail] = comment.exec(source) ?? [];
  return whole ?? tail ?? "";
}

async function faultOf(
  { file, cited }: Citation,
  { root, pages }: { root: string; pages: Pages },
): Promise<string | undefined> {
  const [pathname = "", anchor] = cited.split("#", 2);
  const pattern = pathname.replace(/\/$/, "").replaceAll(/<[^>]*>/g, "*");
  const found = await firstOf(
    startsOf(file).map((start) => path.posix.join(start, pattern)),
    root,
  );
  if (found === undefined) return "there is no such file";
  if (anchor === undefined) return undefined;
  const headings = pages.get(found)?.headings ?? [];
  return headings.some((heading) => heading.anchor === anchor) ? undefined : "the page has no such heading";
}

/** Where a path may start: at the top, in src or its controllers, and in any folder above the file that names it. */
function startsOf(file: string): readonly string[] {
  const folders = path.posix.dirname(file).split("/");
  return [".", "src", "src/controllers", ...folders.map((_, index) => folders.slice(0, index + 1).join("/"))];
}

async function firstOf(patterns: readonly string[], root: string): Promise<string | undefined> {
  for (const pattern of patterns) {
    for await (const found of glob(pattern, { cwd: root })) return found;
  }
  return undefined;
}
