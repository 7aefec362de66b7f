// Our marks on what a create made: at the end of a cluster's description, and a label of a pool.
import { lengthOf } from "../../lib/text.ts";
import type { Refusal } from "../collection.ts";
import { CloudError } from "../errors.ts";

/** In characters (CCE API Reference 4.1.5). */
const LONGEST_DESCRIPTION = 200;

/** The label of a node pool (k8sTags) that holds the nonce. */
export const MARK_LABEL = "yunfan.dev/nonce";

/** A create's nonce is the UID of a resource and a number; with its brackets and a blank before it. */
const LONGEST_MARK = 60;

/** Why CCE can't take this description; undefined where it can. It keeps our mark behind it, in the same text. */
export function refusalOfDescription(description: string): Refusal | undefined {
  const room = LONGEST_DESCRIPTION - LONGEST_MARK;
  if (lengthOf(description) <= room) return undefined;
  const message = `spec.description is longer than the ${room} characters that this cloud leaves for it beside Yunfan's mark. Shorten it`;
  return { kind: "Rejected", message };
}

/** Table 4-75; one of them is our mark. */
const MOST_LABELS = 20;
/** Keys under it are the cloud's own. */
const CLOUDS_LABELS = "cce.cloud.com/";

/** Why CCE can't take these labels of a node pool; undefined where it can. */
export function refusalOfLabels(labels: Readonly<Record<string, string>>): Refusal | undefined {
  const keys = Object.keys(labels);
  const reserved = keys.find((key) => key.startsWith(CLOUDS_LABELS));
  if (reserved !== undefined) {
    const message = `spec.labels has ${reserved}, but labels under ${CLOUDS_LABELS} are this cloud's own. Choose another key`;
    return { kind: "Rejected", message };
  }
  if (keys.length < MOST_LABELS) return undefined;
  const message = `spec.labels has ${keys.length} labels, but this cloud takes ${MOST_LABELS - 1} beside Yunfan's mark. Remove some`;
  return { kind: "Rejected", message };
}

/** The description with the mark behind it; throws CloudError Rejected where both together are too long. */
export function withMark(description: string, mark: string | undefined): string {
  const parts = [description, mark === undefined ? "" : `[yunfan:${mark}]`];
  const whole = parts.filter((part) => part !== "").join(" ");
  if (lengthOf(whole) > LONGEST_DESCRIPTION) {
    throw new CloudError("Rejected", {
      message: `spec.description is longer than the cloud allows: with the mark of ${lengthOf(whole) - lengthOf(description)} characters it takes ${LONGEST_DESCRIPTION}`,
      advice: "Shorten spec.description",
    });
  }
  return whole;
}

/** The user's part of a description, and the nonce where there is a mark. */
export function parseDescription(whole: string): { description: string; mark: string | undefined } {
  const match = /^(?:(.*) )?\[yunfan:([A-Za-z0-9-]+)\]\s*$/s.exec(whole);
  if (match === null) return { description: whole, mark: undefined };
  return { description: match[1] ?? "", mark: match[2] };
}
