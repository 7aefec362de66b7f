// The one place that says what an answer of CTYUN, or of the Harbor behind it, means for us (reference 4, status codes).
import { z } from "zod";
import { CloudError, type CloudErrorKind } from "../errors.ts";
import { requestIdOf, retryAfterMs, type HttpAnswer } from "../http/answer.ts";
import { presentable, type Redact } from "../http/message.ts";

export type Operation =
  | "Verify"
  | "ListProjects"
  | "CreateProject"
  | "SetVisibility"
  | "DeleteProject"
  | "ListRepositories"
  | "DeleteRepository"
  | "ListTags"
  | "GetPullCredentials";

/** What holds for every operation, unless the next table says otherwise. */
const KIND_BY_STATUS: Readonly<Record<number, CloudErrorKind>> = {
  401: "Unauthenticated",
  403: "Forbidden",
  404: "NotFound",
  408: "Unavailable",
  // A conflict with another request: a name is in the way of CreateProject only.
  409: "Unavailable",
  410: "NotFound",
  429: "Throttled",
};

const KIND_BY_OPERATION: Readonly<Partial<Record<Operation, Readonly<Record<number, CloudErrorKind>>>>> = {
  // These three name nothing that could be missing: a 404 says that there is no registry API at the endpoint.
  Verify: { 404: "Rejected" },
  ListProjects: { 404: "Rejected" },
  CreateProject: { 404: "Rejected", 409: "AlreadyExists" },
  DeleteProject: { 412: "NotEmpty" },
};

/** What to make of an answer that is not a success. The message is stable and redacted; what to do follows from the kind. */
export function errorOf(operation: Operation, answer: HttpAnswer, redact: Redact): CloudError {
  const { status } = answer;
  if (status < 400) return redirect(operation, answer, redact);
  const said = whatItSaid(answer);
  const kind = kindOf(operation, answer, said.text);
  const code = presentable(said.code, redact);
  const parts = [`${operation} was answered ${code}`, presentable(said.text, redact)];
  return new CloudError(kind, {
    message: parts.filter((part) => part !== "").join(": "),
    code,
    retryAfterMs: retryAfterMs(answer),
    requestId: requestIdOf(answer),
    advice: adviceFor(kind, status),
  });
}

/** For an answer that says success and can't be read: of a write nobody knows then what it did. */
export function unreadable(operation: Operation, reason: string): CloudError {
  return new CloudError("Unavailable", {
    message: `${operation} was answered with something this client can't read (${reason})`,
    advice: "Check spec.endpoint of the account",
  });
}

function kindOf(operation: Operation, answer: HttpAnswer, text: string): CloudErrorKind {
  const { status } = answer;
  // Harbor answers JSON or plain text. A web page is a proxy's word: it proves nothing about what is behind it.
  if (status === 404 && isWebPage(answer)) return "Rejected";
  if (status >= 500) return "Unavailable";
  if (status === 400 && operation === "CreateProject" && isAboutTheName(text)) return "NameRefused";
  return KIND_BY_OPERATION[operation]?.[status] ?? KIND_BY_STATUS[status] ?? unlisted(operation, status);
}

/** Of a create only 400 and 422 prove, beside the listed ones, that nothing was made (design section 3, step 4). */
function unlisted(operation: Operation, status: number): CloudErrorKind {
  const proves = operation !== "CreateProject" || status === 400 || status === 422;
  return proves ? "Rejected" : "Unavailable";
}

/**
 * Harbor has no code for a refused name, only 400 with a text ("project name is not in lower case or contains illegal
 * characters", "Project name … is illegal in length"). Its other 400s, about the body or the metadata, are our own mistakes.
 */
function isAboutTheName(text: string): boolean {
  return /\b(?:project[ _]?)?name\b|名/i.test(text);
}

/** Only where the kind alone would send a person to the wrong field. */
function adviceFor(kind: CloudErrorKind, status: number): string | undefined {
  const isElsewhere = kind === "Rejected" && status === 404;
  return isElsewhere ? "There is no registry API there: correct spec.endpoint of the account" : undefined;
}

function redirect(operation: Operation, answer: HttpAnswer, redact: Redact): CloudError {
  const target = URL.parse(answer.headers.get("location") ?? "");
  const where = target === null ? "" : ` to ${presentable(target.origin, redact)}`;
  return new CloudError(unlisted(operation, answer.status), {
    message: `${operation} was redirected${where}: redirects are not followed`,
    advice: "Correct spec.endpoint of the account",
    code: String(answer.status),
  });
}

const entry = z.object({
  code: z
    .union([z.string().min(1), z.number().transform(String)])
    .optional()
    .catch(undefined),
  message: z.string().catch(""),
});
/** `{code, message}` of Harbor v1 and `{errors: [{code, message}]}` of v2. */
const errorBody = z.union([
  z.object({ errors: z.array(entry).min(1) }).transform(({ errors }) => errors[0] ?? { message: "" }),
  entry,
]);

/** The cloud's own code, else the status; and its words. */
function whatItSaid(answer: HttpAnswer): { code: string; text: string } {
  const status = String(answer.status);
  if (isWebPage(answer)) return { code: status, text: "a web page" };
  const body = errorBody.safeParse(parsed(answer.body));
  if (!body.success) return { code: status, text: answer.body };
  return { code: body.data.code ?? status, text: body.data.message };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Harbor v1 often answers plain text.
    return text;
  }
}

function isWebPage(answer: HttpAnswer): boolean {
  return /html/i.test(answer.headers.get("content-type") ?? "") || /^\s*<(?:!doctype|html)/i.test(answer.body);
}
