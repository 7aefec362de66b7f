// Part of `npm run check`: links of all documents, files that documents and comments name, reasons of docs/troubleshooting.md, README
// in both languages. One line per finding on standard error; exit 1 where there is any.
import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import { brokenLinks, type Pages } from "./links.ts";
import { parsePage, type Page } from "./markdown.ts";
import { danglingPaths } from "./paths.ts";
import { readVocabulary, reasonFaults } from "./reasons.ts";
import { translationFaults } from "./translations.ts";

const TROUBLESHOOTING = "docs/troubleshooting.md";
const README = "README.md";
const TRANSLATED = "README.zh-CN.md";

const root = path.resolve(import.meta.dirname, "..");
const pages = await readPages();
const page = (file: string): Page => pages.get(file) ?? parsePage("");
const findings = [
  ...(await brokenLinks(root, pages)),
  ...(await danglingPaths(root, pages)),
  ...reasonFaults(await readVocabulary(root), page(TROUBLESHOOTING)).map((fault) => `${TROUBLESHOOTING}: ${fault}`),
  ...translationFaults(page(README), page(TRANSLATED)).map((fault) => `${TRANSLATED}: ${fault}`),
];
for (const finding of findings) process.stderr.write(`${finding}\n`);
if (findings.length > 0) process.exitCode = 1;

async function readPages(): Promise<Pages> {
  const ignored = (name: string): boolean => name === "node_modules" || name.startsWith(".");
  const names = (
    await Array.fromAsync(glob("**/*.md", { cwd: root, exclude: (name) => ignored(path.basename(name)) }))
  ).sort();
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(root, name), "utf8")] as const),
  );
  return new Map(texts.map(([name, text]) => [name, parsePage(text)]));
}
