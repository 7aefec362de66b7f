// What a watch tells becomes hints; what it can't tell ends it or is an error that repeats nothing.
import { expect, it } from "vitest";
import type { ChangeHint } from "../facets/manifests.ts";
import { hintsOf } from "./changes.ts";
import { MARKS } from "./marks.ts";

async function hintsIn(...lines: readonly string[]): Promise<readonly ChangeHint[]> {
  const hints: ChangeHint[] = [];
  await hintsOf("Watch ConfigMap", of(lines), (hint) => hints.push(hint));
  return hints;
}

async function* of(lines: readonly string[]): AsyncGenerator<string, void, undefined> {
  for (const line of lines) yield await Promise.resolve(line);
}

function told(type: string, labels?: object): string {
  const metadata = { name: "web", namespace: "shop", uid: "u", resourceVersion: "7", ...(labels && { labels }) };
  return JSON.stringify({ type, object: { metadata } });
}

const OURS = { [MARKS.set]: "set-uid" };
const HINT = { set: "set-uid", namespace: "shop", name: "web", uid: "u", resourceVersion: "7" };

it("Objects of sets that come, change and go are hints; others' objects and bookmarks are none", async () => {
  const lines = [told("ADDED", OURS), told("MODIFIED"), told("BOOKMARK", OURS), told("DELETED", OURS)];
  expect(await hintsIn(...lines)).toEqual([HINT, HINT]);
});

it("An error, such as a version that is too old, ends the stream", async () => {
  const error = JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410 } });
  expect(await hintsIn(told("ADDED", OURS), error, told("ADDED", OURS))).toEqual([HINT]);
});

it("What is no watch event is an error that repeats nothing of it", async () => {
  await expect(hintsIn("<html>hush</html>")).rejects.toMatchObject({ kind: "Unavailable" });
  await expect(hintsIn("<html>hush</html>")).rejects.not.toThrow(/hush/);
});
