// From an answer that is no success to a CloudError: what is the same for every cloud. What differs is the cloud's table.
import { CloudError, type CloudErrorKind } from "../errors.ts";
import { requestIdOf, retryAfterMs, type HttpAnswer } from "../http/answer.ts";
import { presentable, type Redact } from "../http/message.ts";
import { jsonOrUndefined } from "./json.ts";

/** A body may speak with several voices, of which the first is often the most general: all are heard and shown. */
export interface Said {
  /** The cloud's own codes, those of the body itself before those of its members. Empty ones and the status count as none. */
  readonly codes: readonly string[];
  /** In the cloud's words. */
  readonly texts: readonly string[];
}

/** What a cloud's answers mean, in its `errors.ts`. */
export interface ErrorTable<Operation extends string> {
  /** Of these only what is listed, 400 and 422 prove that nothing was made. */
  readonly creates: ReadonlySet<Operation>;
  /** Nothing that their paths name could be missing: a 404 says that there is no such API at the endpoint. */
  readonly nameless: ReadonlySet<Operation>;
  /** Out of the body, as `jsonOrUndefined` reads it; undefined where it is in no shape of the cloud's: then the body is the text. */
  readonly said: (json: unknown) => Said | undefined;
  /** Whether the cloud says that these are too many requests, with whatever status: asked before all else. Left out: 429 says it. Pure. */
  readonly isThrottled?: (said: Said) => boolean;
  /** What the cloud's codes, words and statuses mean beyond KIND_BY_STATUS. Not asked of 401 and from 500 on. Pure. */
  readonly meaning: (operation: Operation, status: number, said: Said) => CloudErrorKind | undefined;
  /** Whether a 404, or a 410, is the service's own word about the very thing that was asked for: nobody else proves that it is gone. */
  readonly provesAbsence: (said: Said) => boolean;
  /** What to do about a 404 that proves nothing. */
  readonly elsewhere: string;
}

/** What to make of an answer that is not a success. The message is stable and redacted; what to do follows from the kind. */
export type ErrorOf<Operation extends string> = (
  operation: Operation,
  answer: HttpAnswer,
  redact: Redact,
) => CloudError;

/** A list of errors may be long; one text is cut anyway. */
const MOST_TEXTS = 5;

const KIND_BY_STATUS: Readonly<Record<number, CloudErrorKind>> = {
  401: "Unauthenticated",
  403: "Forbidden",
  404: "NotFound",
  408: "Unavailable",
  409: "Busy",
  410: "NotFound",
  429: "Throttled",
};

export function errorsBy<Operation extends string>(table: ErrorTable<Operation>): ErrorOf<Operation> {
  return (operation, answer, redact) => {
    const { status } = answer;
    if (status < 400) return redirect(unlisted(table, operation, status), operation, { answer, redact });
    const said = saidBy(table, answer);
    const kind = kindOf(table, operation, { answer, said });
    const codes = (said.codes.length === 0 ? [String(status)] : said.codes).map((code) => presentable(code, redact));
    const parts = [`${operation} was answered ${codes.join(", ")}`, ...textsOf(said, redact)];
    return new CloudError(kind, {
      message: parts.join(": "),
      codes,
      status,
      retryAfterMs: retryAfterMs(answer),
      requestId: requestIdOf(answer),
      // Only where the kind alone would send a person to the wrong field.
      advice: saysAbsent(status) && kind !== "NotFound" ? table.elsewhere : undefined,
    });
  };
}

/** For reads by id: `Absent` where the cloud says that there is no such thing. */
export async function orAbsent<T>(read: Promise<T>): Promise<T | "Absent"> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof CloudError && error.kind === "NotFound") return "Absent";
    throw error;
  }
}

function saidBy<Operation extends string>({ said }: ErrorTable<Operation>, answer: HttpAnswer): Said {
  if (isWebPage(answer)) return { codes: [], texts: ["a web page"] };
  const { codes, texts } = said(jsonOrUndefined(answer.body)) ?? { codes: [], texts: [answer.body] };
  const told = codes.filter((code) => code !== "" && code !== String(answer.status));
  return { codes: [...new Set(told)], texts };
}

/** Presentable, those that differ: what another one holds is said by that. */
function textsOf({ texts }: Said, redact: Redact): readonly string[] {
  const told = [...new Set(texts.map((text) => presentable(text, redact)))].filter((text) => text !== "");
  const differing = told.filter((text) => !told.some((other) => other !== text && other.includes(text)));
  const more = differing.length - MOST_TEXTS;
  return more > 0 ? [...differing.slice(0, MOST_TEXTS), `and ${more} more`] : differing;
}

function kindOf<Operation extends string>(
  table: ErrorTable<Operation>,
  operation: Operation,
  { answer, said }: { answer: HttpAnswer; said: Said },
): CloudErrorKind {
  const { status } = answer;
  if (table.isThrottled?.(said)) return "Throttled";
  if (status >= 500) return "Unavailable";
  // The secret is wrong, whatever it is called: this decides that it is not tried again.
  if (status === 401) return "Unauthenticated";
  const meaning = table.meaning(operation, status, said);
  if (meaning !== undefined) return meaning;
  if (saysAbsent(status) && !isAbsence(table, operation, { answer, said })) return strangers404(table, operation);
  return KIND_BY_STATUS[status] ?? unlisted(table, operation, status);
}

function saysAbsent(status: number): boolean {
  return status === 404 || status === 410;
}

/** That something is gone has to be the service's own word: a gateway, a load balancer and a proxy say 404 and 410 too. */
function isAbsence<Operation extends string>(
  { nameless, provesAbsence }: ErrorTable<Operation>,
  operation: Operation,
  { answer, said }: { answer: HttpAnswer; said: Said },
): boolean {
  return !nameless.has(operation) && !isWebPage(answer) && provesAbsence(said);
}

/**
 * A gateway whose route was taken out says so for some seconds: no observation, and looked at again. Where nothing could be missing, it
 * is the endpoint that is wrong; and what creates was not passed on.
 */
function strangers404<Operation extends string>(
  { nameless, creates }: ErrorTable<Operation>,
  operation: Operation,
): CloudErrorKind {
  return nameless.has(operation) || creates.has(operation) ? "Rejected" : "Unavailable";
}

/** Of a create only 400 and 422 prove, beside the listed ones, that nothing was made. */
function unlisted<Operation extends string>(
  { creates }: ErrorTable<Operation>,
  operation: Operation,
  status: number,
): CloudErrorKind {
  const proves = !creates.has(operation) || status === 400 || status === 422;
  return proves ? "Rejected" : "Unavailable";
}

function redirect(
  kind: CloudErrorKind,
  operation: string,
  { answer, redact }: { answer: HttpAnswer; redact: Redact },
): CloudError {
  const target = URL.parse(answer.headers.get("location") ?? "");
  const where = target === null ? "" : ` to ${presentable(target.origin, redact)}`;
  return new CloudError(kind, {
    message: `${operation} was redirected${where}: redirects are not followed`,
    advice: "Correct spec.endpoint of the account",
    codes: [String(answer.status)],
  });
}

function isWebPage(answer: HttpAnswer): boolean {
  return /html/i.test(answer.headers.get("content-type") ?? "") || /^\s*<(?:!doctype|html)/i.test(answer.body);
}
