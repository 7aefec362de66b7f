// Whether the links of all documents lead somewhere: files and anchors are looked up, addresses are only read.
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Page } from "./markdown.ts";

/** Pages by their path from the top of the repository. */
export type Pages = ReadonlyMap<string, Page>;

/** One line per link that leads nowhere, as `file:line: what is wrong`. */
export async function brokenLinks(root: string, pages: Pages): Promise<string[]> {
  const checked = [...pages].flatMap(([file, { links }]) =>
    links.map(async ({ target, line }) => {
      const fault = await faultOf(target, { root, file, pages });
      return fault === undefined ? [] : [`${file}:${line}: ${target}: ${fault}`];
    }),
  );
  return (await Promise.all(checked)).flat();
}

interface Place {
  readonly root: string;
  readonly file: string;
  readonly pages: Pages;
}

async function faultOf(target: string, place: Place): Promise<string | undefined> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return faultOfAddress(target);
  if (target.startsWith("/")) return "a link starts from its own page, not from the top";
  const [pathname = "", anchor] = target.split("#", 2);
  const file = pathname === "" ? place.file : path.posix.join(path.posix.dirname(place.file), pathname);
  if (file.startsWith("../")) return "it leaves the repository";
  const found = await stat(path.join(place.root, file)).catch(() => undefined);
  if (!found) return "there is no such file";
  return anchor === undefined ? undefined : faultOfAnchor(anchor, place.pages.get(file));
}

function faultOfAddress(target: string): string | undefined {
  const url = URL.parse(target);
  return url && (url.protocol === "https:" || url.protocol === "mailto:") ? undefined : "it is no https address";
}

function faultOfAnchor(anchor: string, page: Page | undefined): string | undefined {
  if (!page) return "only a Markdown page has anchors";
  return page.headings.some((heading) => heading.anchor === anchor) ? undefined : "the page has no such heading";
}
