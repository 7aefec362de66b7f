// What answers have in common: errors (1.11), times, pages, lists without a name, and what a deletion answers.
import { randomUUID } from "node:crypto";
import type * as z from "zod";
import type { Answer, Call } from "../../simulation/cloud.ts";
import { parseInput, parseJson, Refusal } from "../../simulation/refusal.ts";
import type { EcnsRules } from "./state.ts";

const TITLES: Readonly<Record<number, string>> = {
  300: "multiple choices",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** `{"error":{"message","code","title"}}`, as 1.11 prints it, with the request's id in a header of its name. */
export function failure(said: number, message: string): Answer {
  // 422, which an API server says, is none of the codes of 1.11.
  const status = said === 422 ? 400 : said;
  return {
    status,
    headers: requestId(),
    body: { error: { message, code: status, title: TITLES[status] ?? "Error" } },
  };
}

/** "Whether the call succeeds or not, it is returned" (1.11): the reference does not say where. */
export function requestId(): Record<string, string> {
  return { requestid: `req-${randomUUID()}` };
}

export function ok(body?: unknown): Answer {
  return body === undefined ? { status: 200 } : { status: 200, body };
}

/** A deletion that was done. 1.2 calls 404 its normal code. */
export function deleted({ deletes }: EcnsRules): Answer {
  return deletes === "Ok" ? { status: 200 } : failure(404, "Not Found");
}

/** A list for which the reference's table has members of its elements and no name. */
export function unnamed({ lists }: EcnsRules, name: string, items: readonly unknown[]): Answer {
  return ok(lists === "Bare" ? items : { [name]: items });
}

/** What a read's table calls one thing where its write takes a list. */
export function oneOrList({ single }: EcnsRules, items: readonly unknown[]): unknown {
  return single === "List" ? items : (items[0] ?? null);
}

const CHINA_OFFSET_MS = 8 * 3_600_000;

/** Undefined stays so. */
export function stamp(rules: EcnsRules, iso: string): string;
export function stamp(rules: EcnsRules, iso: string | undefined): string | undefined;
export function stamp({ times }: EcnsRules, iso: string | undefined): string | undefined {
  if (iso === undefined) return undefined;
  if (times === "Rfc3339") return `${iso.slice(0, 19)}Z`;
  return new Date(Date.parse(iso) + CHINA_OFFSET_MS).toISOString().slice(0, 19).replace("T", " ");
}

const DEFAULT_PAGE_SIZE = 20;
const LARGEST_PAGE = 100;

/** The page that `page` and `page_size` name: 1 and 20 where they are left out, 100 entries at most. */
export function pageOf<Item>(items: readonly Item[], call: Call, { pages }: EcnsRules): readonly Item[] {
  const size = Math.min(positive(call, "page_size", DEFAULT_PAGE_SIZE), LARGEST_PAGE);
  const last = Math.max(1, Math.ceil(items.length / size));
  const page = positive(call, "page", 1);
  if (page > last && pages === "NotFound") throw new Refusal(404, "Invalid page.");
  const shown = page > last && pages === "Last" ? last : page;
  return items.slice((shown - 1) * size, shown * size);
}

function positive(call: Call, name: string, fallback: number): number {
  const text = call.query.get(name);
  if (text === null || text === "") return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(400, `${JSON.stringify(text)} is not a positive number`, name);
  return Number(text);
}

/** The body as the schema reads it. Members that it does not know are ignored. */
export function bodyOf<Schema extends z.ZodType>(call: Call, schema: Schema): z.output<Schema> {
  return parseInput(schema, parseJson(call.body));
}

/** A part of the path; routes have the parts that handlers ask for. */
export function part(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the path has no part ${name}`);
  return value;
}

/** An empty value counts as left out. */
export function query(call: Call, name: string): string | undefined {
  return call.query.get(name) || undefined;
}
