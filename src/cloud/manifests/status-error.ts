// From what a Kubernetes API server refuses (metav1.Status) to a CloudError. No value of what was sent is in the message: it may be
// secret, and a server repeats whole pod templates.
import { oneLine } from "../../lib/one-line.ts";
import { CloudError, type CloudErrorKind, type RefusalCause } from "../errors.ts";

/** As far as it is read; another body than a Status has the code, and its text for a message. */
export interface RefusedStatus {
  readonly code: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly details?: {
    readonly name?: string | undefined;
    readonly kind?: string | undefined;
    readonly retryAfterSeconds?: number | undefined;
    readonly causes?: readonly { reason?: string; message?: string; field?: string }[] | undefined;
  };
}

/** The code of a NotFound where it is the namespace that is not there. */
export const NAMESPACE_NOT_FOUND = "NamespaceNotFound";
/** The code of a refusal of a Service whose node port is another one's. */
export const NODE_PORT_TAKEN = "NodePortTaken";

export function isOfNodePort(words: string): boolean {
  return /provided port is already allocated/i.test(words);
}

const LONGEST_WORDS = 400;
const MOST_CAUSES = 5;

export interface Refused {
  /** In messages, such as: Change Deployment shop/web. */
  readonly operation: string;
  /** Of an object whose contents are secret: its words are left out. */
  readonly isSecret: boolean;
}

export function errorOfStatus(status: RefusedStatus, { operation, isSecret }: Refused): CloudError {
  const { reason = "", details = {} } = status;
  const kind = kindOf(status);
  const causes = causesOf(status);
  const words = isSecret ? fieldsOf(causes) : wordsOf(status, causes);
  const { retryAfterSeconds } = details;
  return new CloudError(kind, {
    message: [`${operation} was answered ${[status.code, reason].join(" ").trim()}`, words].filter(Boolean).join(": "),
    codes: [codeOf(status, kind)],
    retryAfterMs: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000,
    causes: isSecret ? causes.map(({ field }) => ({ field, message: "" })) : causes,
    advice: "",
  });
}

function fieldsOf(causes: readonly RefusalCause[]): string {
  return causes.map(({ field }) => field).join(", ");
}

function codeOf({ code, reason = "", details = {} }: RefusedStatus, kind: CloudErrorKind): string {
  if (kind === "NotFound" && details.kind === "namespaces") return NAMESPACE_NOT_FOUND;
  if (details.causes?.some((cause) => isOfNodePort(cause.message ?? ""))) return NODE_PORT_TAKEN;
  return reason === "" ? String(code) : reason;
}

const KIND_BY_CODE: Readonly<Record<number, CloudErrorKind>> = {
  401: "Unauthenticated",
  403: "Forbidden",
  405: "NotServed",
  406: "NotServed",
  409: "Conflict",
  410: "Busy",
  415: "NotServed",
  429: "Throttled",
};

/** What the server itself can't merge, it calls an error of its own. */
const MALFORMED = /^failed to create typed patch object|^failed to convert|: field not declared in schema/;

function kindOf(status: RefusedStatus): CloudErrorKind {
  const { code, reason, message = "" } = status;
  if (code === 404) return namesThing(status) ? "NotFound" : "NotServed";
  if (reason === "AlreadyExists") return "AlreadyExists";
  if (code >= 500) return MALFORMED.test(message) ? "Rejected" : "Unavailable";
  return kindByCause(status) ?? KIND_BY_CODE[code] ?? "Rejected";
}

/** Else there is no such path, whatever it leads to. */
function namesThing({ reason, details }: RefusedStatus): boolean {
  return reason === "NotFound" && details?.name !== undefined;
}

const IDENTITY: ReadonlySet<string | undefined> = new Set(["metadata.uid", "metadata.resourceVersion"]);

function kindByCause({ details }: RefusedStatus): CloudErrorKind | undefined {
  const causes = details?.causes ?? [];
  if (causes.some(({ reason }) => reason === "NamespaceTerminating")) return "Busy";
  return causes.some(({ field }) => IDENTITY.has(field)) ? "Conflict" : undefined;
}

function causesOf({ details = {} }: RefusedStatus): readonly RefusalCause[] {
  const told = (details.causes ?? []).filter(({ field = "", message = "" }) => field !== "" || message !== "");
  return told.slice(0, MOST_CAUSES).map(({ field = "", message = "" }) => ({
    field: oneLine(field, LONGEST_WORDS),
    message: oneLine(withoutValue(message), LONGEST_WORDS),
  }));
}

/** field.Error of apimachinery: kind, value, detail. A detail that has a colon in it is shown from there on. */
function withoutValue(message: string): string {
  const listed = /supported values: .*$/s.exec(message);
  if (listed) return listed[0];
  return message
    .replace(/^(?:Invalid value|Duplicate value|Not found): .*: /s, "")
    .replace(/^(Duplicate value|Not found): .*$/s, "$1");
}

function wordsOf({ message = "" }: RefusedStatus, causes: readonly RefusalCause[]): string {
  if (causes.length > 0) {
    return causes.map(({ field, message: words }) => (field === "" ? words : `${field}: ${words}`)).join("; ");
  }
  const plain = message.replace(/^failed to create typed patch object \([^)]*\): /, "").replace(/, got &value.*$/s, "");
  return oneLine(plain.replace(/Invalid value: .*: /s, ""), LONGEST_WORDS);
}
