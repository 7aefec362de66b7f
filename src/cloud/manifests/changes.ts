// What a watch tells (Kubernetes: API concepts, efficient detection of changes), as hints that something of ours has changed.
import * as z from "zod";
import type { ChangeHint } from "../facets/manifests.ts";
import { readJson } from "../kit/json.ts";
import { MARKS } from "./marks.ts";

const text = z.string().default("");

const metadata = z.looseObject({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  labels: z.record(z.string(), z.string()).default({}),
});

const watchEvent = z.object({ type: z.string(), object: z.unknown() });

/** Until the stream ends: by itself, or because it says that it can't go on. Throws CloudError Unavailable, and what the lines throw. */
export async function hintsOf(
  operation: string,
  lines: AsyncIterable<string>,
  on: (hint: ChangeHint) => void,
): Promise<void> {
  for await (const line of lines) {
    const { type, object } = readJson(operation, line, watchEvent);
    if (type === "ERROR") return;
    const hint = hintIn(object);
    if (hint && type !== "BOOKMARK") on(hint);
  }
}

/** Undefined where it is no object of a set. */
function hintIn(object: unknown): ChangeHint | undefined {
  const read = z.object({ metadata }).safeParse(object);
  if (!read.success) return undefined;
  const { labels, name, namespace, uid, resourceVersion } = read.data.metadata;
  const set = labels[MARKS.set];
  return set === undefined ? undefined : { set, namespace, name, uid, resourceVersion };
}
