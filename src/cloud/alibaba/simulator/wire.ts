// What several answers have in common: times, tags, and the acceptance of something that takes a while.
import type { Answer } from "../../simulation/cloud.ts";
import { pairsOf } from "./fields.ts";
import { newRequestId } from "./refusals.ts";
import type { AckRules } from "./rules.ts";

const BEIJING_MS = 8 * 3_600_000;

/** 2.9 shows UTC with whole seconds, the public cloud the time of Beijing. */
export function timeOnWire({ dialect }: AckRules, iso: string): string {
  if (dialect === "Reference") return `${iso.slice(0, 19)}Z`;
  return `${new Date(Date.parse(iso) + BEIJING_MS).toISOString().slice(0, 19)}+08:00`;
}

/** Nothing where no answer shows tags. */
export function tagsOnWire({ hideTags }: AckRules, tags: Readonly<Record<string, string>>): { tags?: unknown } {
  return hideTags ? {} : { tags: pairsOf(tags) };
}

/** 2.1: 202 with the ids of the cluster, the request and the task. */
export function accepted(ids: Readonly<Record<string, string>>): Answer {
  return { status: 202, body: { ...ids, request_id: newRequestId() } };
}
