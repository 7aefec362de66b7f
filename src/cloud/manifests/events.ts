// Events of a target (Kubernetes: core/v1 Event), as what happened to which object.
import * as z from "zod";
import type { TargetEvent } from "../facets/manifests.ts";
import { unreadable } from "../kit/json.ts";

const eventList = z.object({
  items: z
    .array(
      z.object({
        type: z.string().default(""),
        reason: z.string().nullish(),
        message: z.string().nullish(),
        involvedObject: z.object({
          apiVersion: z.string().default("v1"),
          kind: z.string().default(""),
          namespace: z.string().default(""),
          name: z.string().default(""),
          uid: z.string().default(""),
        }),
      }),
    )
    .nullable(),
});

/** Throws CloudError Unavailable where that is no list of Events. */
export function eventsIn(operation: string, answer: unknown): readonly TargetEvent[] {
  const list = eventList.safeParse(answer);
  if (!list.success) throw unreadable(operation, "no list of Events");
  return (list.data.items ?? []).map(({ type, reason, message, involvedObject: { apiVersion, ...about } }) => ({
    about: { ...about, group: apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "" },
    type,
    reason: reason ?? "",
    message: message ?? "",
  }));
}
