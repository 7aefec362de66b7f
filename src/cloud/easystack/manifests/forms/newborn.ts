// Objects that no form can mark (pure): a form of these kinds has neither labels nor annotations, so that our label follows as YAML. In between,
// what was made is told by its contents, and by what it does not bear.
import { isDeepStrictEqual } from "node:util";
import type { LiveObject, Manifest } from "../../../facets/manifests.ts";
import { nounOf } from "./nouns.ts";

const UNMARKED: ReadonlySet<string> = new Set(["ConfigMap", "Secret", "PersistentVolumeClaim", "StorageClass"]);

/** Written by Kubernetes itself, on what anybody makes. */
const SERVERS = /^(?:pv|volume|volume\.beta|storageclass)\.kubernetes\.io\//;

export function isBornUnmarked({ kind }: Pick<Manifest, "kind">): boolean {
  return UNMARKED.has(kind);
}

/**
 * Whether an object may be what the form of `sent` has just made: it says the same and no more, and bears nothing of anybody. When it was made,
 * the caller compares. One that kubectl, Helm or an owner made bears their words.
 */
export function isNewborn(live: LiveObject, sent: Manifest): boolean {
  if (!isBornUnmarked(sent) || live.kind !== sent.kind) return false;
  const { labels = {}, annotations = {}, ownerReferences } = live.metadata;
  const isBare = Object.keys(labels).length === 0 && Object.keys(annotations).every((name) => SERVERS.test(name));
  if (!isBare || ownerReferences !== undefined) return false;
  return isDeepStrictEqual(formOf(live), formOf(sent));
}

function formOf(manifest: Manifest): unknown {
  return nounOf(manifest.kind)?.read(manifest, {}).made;
}
