// What the wire formats of ACK have in common.
import * as z from "zod";
import type { HttpAnswer } from "../http/answer.ts";
import { parseJson } from "../kit/json.ts";
import type { PageInfo } from "../kit/lists.ts";
import type { QueryItem } from "../kit/uri.ts";
import { count, lenientObject, optionalText } from "../kit/wire.ts";

/** What a create, a change or a deletion answers (2.1): 202 with ids. */
export const accepted = lenientObject({ cluster_id: optionalText, nodepool_id: optionalText, task_id: optionalText });

/** 2.11 and 2.12 answer nothing; today there are ids. */
export function acceptedOf(operation: string, { body }: HttpAnswer): { jobId: string | undefined } {
  if (body.trim() === "") return { jobId: undefined };
  return { jobId: someText(accepted.parse(parseJson(operation, body)).task_id) };
}

/** `page_info`, or `page` of a list of nodes. */
export const pageInfo = lenientObject({ page_number: count, page_size: count, total_count: count }).transform(
  (info): PageInfo => ({ number: info.page_number, size: info.page_size, total: info.total_count }),
);

/** Undefined where it says nothing. */
export function someText(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** `deleteFailed`, `delete_failed` and `DELETE_FAILED` are one word. */
export function stateWord(state: string): string {
  return state.replaceAll("_", "").toLowerCase();
}

/** Go leaves out what is null. */
export const texts = z
  .array(z.string())
  .nullish()
  .catch(undefined)
  .transform((list): readonly string[] => list ?? []);

/** A list in a query is JSON; an empty one is not sent. */
export function listQuery(name: string, list: readonly unknown[]): readonly QueryItem[] {
  return list.length === 0 ? [] : [[name, JSON.stringify(list)]];
}
