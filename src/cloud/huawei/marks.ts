// Our marks on what a create made: at the end of a cluster's description, and a label of a pool.
import { CloudError } from "../errors.ts";

/** CCE API Reference 4.1.5. */
const LONGEST_DESCRIPTION = 200;

/** The label of a node pool (k8sTags) that holds the nonce. */
export const MARK_LABEL = "yunfan.dev/nonce";

/** The description with the mark behind it; throws CloudError Rejected where both together are too long. */
export function withMark(description: string, mark: string | undefined): string {
  const parts = [description, mark === undefined ? "" : `[yunfan:${mark}]`];
  const whole = parts.filter((part) => part !== "").join(" ");
  if (whole.length > LONGEST_DESCRIPTION) {
    throw new CloudError("Rejected", {
      message: `spec.description is longer than the cloud allows: with the mark of ${whole.length - description.length} characters it takes ${LONGEST_DESCRIPTION}`,
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
