// From an answer that is no success to a CloudError: what is the same for every cloud. What differs is the cloud's table.
import { CloudError, type CloudErrorKind } from "../errors.ts";
import { retryAfterMs, type HttpAnswer } from "../http/answer.ts";
import { presentable, type Redact } from "../http/message.ts";
import { jsonOrUndefined } from "./json.ts";

export interface Said {
  /** The cloud's own code; empty where there is none. */
  readonly code: string;
  /** In the cloud's words. */
  readonly text: string;
}

/** What a cloud's answers mean, in its `errors.ts`. */
export interface ErrorTable<Operation extends string> {
  /** Of these only what is listed, 400 and 422 prove that nothing was made. */
  readonly creates: ReadonlySet<Operation>;
  /** Nothing that their paths name could be missing: a 404 says that there is no such API at the endpoint. */
  readonly nameless: ReadonlySet<Operation>;
  /** Out of the body, as `jsonOrUndefined` reads it; undefined where it is in no shape of the cloud's: then the body is the text. */
  readonly said: (json: unknown) => Said | undefined;
  /** What the cloud's codes, words and statuses mean beyond KIND_BY_STATUS. Not asked of 401 and from 500 on. Pure. */
  readonly meaning: (operation: Operation, status: number, said: Said) => CloudErrorKind | undefined;
  /** Whether a 404 is the service's own word about the very thing that was asked for: nobody else proves that it is gone. */
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
    const code = presentable(said.code === "" ? String(status) : said.code, redact);
    const parts = [`${operation} was answered ${code}`, presentable(said.text, redact)];
    return new CloudError(kind, {
      message: parts.filter((part) => part !== "").join(": "),
      code,
      retryAfterMs: retryAfterMs(answer),
      // Only where the kind alone would send a person to the wrong field.
      advice: status === 404 && kind !== "NotFound" ? table.elsewhere : undefined,
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
  if (isWebPage(answer)) return { code: "", text: "a web page" };
  return said(jsonOrUndefined(answer.body)) ?? { code: "", text: answer.body };
}

function kindOf<Operation extends string>(
  table: ErrorTable<Operation>,
  operation: Operation,
  { answer, said }: { answer: HttpAnswer; said: Said },
): CloudErrorKind {
  const { status } = answer;
  if (status >= 500) return "Unavailable";
  // The secret is wrong, whatever it is called: this decides that it is not tried again.
  if (status === 401) return "Unauthenticated";
  const meaning = table.meaning(operation, status, said);
  if (meaning !== undefined) return meaning;
  if (status === 404 && !isAbsence(table, operation, { answer, said })) return strangers404(table, operation);
  return KIND_BY_STATUS[status] ?? unlisted(table, operation, status);
}

/** That something is gone has to be the service's own word: a gateway, a load balancer and a proxy say 404 too. */
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
    code: String(answer.status),
  });
}

function isWebPage(answer: HttpAnswer): boolean {
  return /html/i.test(answer.headers.get("content-type") ?? "") || /^\s*<(?:!doctype|html)/i.test(answer.body);
}
