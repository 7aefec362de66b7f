// What the API server's answers mean: errors by metav1.Status, throttling by Retry-After.
import type { Dispatcher } from "undici";
import { cutTo } from "../lib/text.ts";
import { type ApiStatus, KubeError } from "./errors.ts";

/** More of an error's body is not read. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Of a body that is no Status, such as a proxy's error page. */
const MAX_MESSAGE_CHARS = 512;

type Body = AsyncIterable<Buffer>;

export interface Answer {
  statusCode: number;
  headers: Dispatcher.ResponseData["headers"];
  body: Body;
}

/**
 * The error of an answer outside 2xx, whether its body is a metav1.Status or not. The HTTP status code decides; redirects
 * are errors, since following them could take the token elsewhere.
 */
export async function readError(
  answer: Answer,
  request: { method: string; path: string },
  nowMs: number,
): Promise<KubeError> {
  const text = await readStart(answer.body, MAX_ERROR_BYTES);
  const { code: _, details, ...status } = statusOf(text);
  const afterMs = retryAfterMs(answer.headers["retry-after"], nowMs);
  const retry = afterMs === undefined ? undefined : { retryAfterSeconds: Math.ceil(afterMs / 1000) };
  const withDetails = details || retry ? { details: { ...details, ...retry } } : undefined;
  return new KubeError({ ...status, ...withDetails, code: answer.statusCode }, request);
}

/** Milliseconds until a Retry-After header's time (RFC 9110 section 10.2.3: seconds or a date); undefined where there is none. */
export function retryAfterMs(header: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof header !== "string") return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  // Date.parse finds a date in almost anything.
  const dateMs = header.endsWith(" GMT") ? Date.parse(header) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(dateMs - nowMs, 0);
}

function statusOf(text: string): Partial<ApiStatus> {
  try {
    const parsed = JSON.parse(text) as Partial<ApiStatus> & { kind?: string };
    if (parsed?.kind === "Status") {
      const { reason, message, details } = parsed;
      return { ...(reason && { reason }), ...(message && { message }), ...(details && { details }) };
    }
  } catch {
    // Not the API server but something on the way to it answered: its text is the message.
  }
  const message = cutTo(text.replaceAll(/\s+/g, " ").trim(), MAX_MESSAGE_CHARS);
  return message === "" ? {} : { message };
}

async function readStart(body: Body, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(parts).subarray(0, maxBytes).toString("utf8");
}
