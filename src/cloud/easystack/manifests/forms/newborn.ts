// Objects that no form can mark (pure): a form of these kinds has neither labels nor annotations, so that our label follows as YAML. In between,
// what was made is told by its contents, and by what it does not bear.
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { stringifyExactly } from "../../../../lib/exact-json.ts";
import type { LiveObject, Manifest } from "../../../facets/manifests.ts";
import type { Newborns } from "../../../facets/object-traces.ts";
import { nounOf } from "./nouns.ts";

const UNMARKED: ReadonlySet<string> = new Set(["ConfigMap", "Secret", "PersistentVolumeClaim", "StorageClass"]);

/** Written by Kubernetes itself, on what anybody makes. */
const SERVERS = /^(?:pv|volume|volume\.beta|storageclass)\.kubernetes\.io\//;

/** One that kubectl, Helm or an owner made bears their words. */
export const formNewborns: Newborns = {
  are: ({ kind }) => UNMARKED.has(kind),
  isOf: (live, sent) =>
    UNMARKED.has(sent.kind) && live.kind === sent.kind && isBare(live) && isDeepStrictEqual(formOf(live), formOf(sent)),
  printOf(object) {
    if (!UNMARKED.has(object.kind) || object.kind === "Secret") return undefined;
    if (isLive(object) && !isBare(object)) return undefined;
    return createHash("sha256")
      .update(stringifyExactly(formOf(object)))
      .digest("base64");
  },
};

function isLive(object: Manifest): object is LiveObject {
  return object.metadata["uid"] !== undefined;
}

function isBare({ metadata }: LiveObject): boolean {
  const { labels = {}, annotations = {}, ownerReferences } = metadata;
  if (ownerReferences !== undefined || Object.keys(labels).length > 0) return false;
  return Object.keys(annotations).every((name) => SERVERS.test(name));
}

function formOf(manifest: Manifest): unknown {
  return nounOf(manifest.kind)?.read(manifest, {}).made;
}
