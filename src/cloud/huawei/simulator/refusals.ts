// Refusals of the cloud with their codes, and the wire formats of its errors: gateway and CCE, add-ons, IAM.
import type { Answer, Call, Failed } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";

/**
 * How CCE spells an error. `Snake`: `error_code` and `error_msg`, as the reference (7.4); `Camel`: `errorCode` and
 * `errorMessage`, as the vendor's SDKs. `Both`: as today's public cloud, a general sentence as `errorMessage` and the
 * reason in `message`; the add-on manager says it once more, with a code of its own, in `error`.
 */
export const ERROR_STYLES = ["Snake", "Camel", "Both"] as const;

export type ErrorStyle = (typeof ERROR_STYLES)[number];

/** A refusal whose code the status alone does not give. */
export class CodedRefusal extends Refusal {
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(status, message);
    this.name = "CodedRefusal";
    this.code = code;
  }
}

/** A refusal by the API of a cluster itself, in the words of Kubernetes. */
export class KubeRefusal extends Refusal {
  /** Such as `NotFound`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(status, message);
    this.name = "KubeRefusal";
    this.reason = reason;
  }
}

export function notFound(what: string, id: string): CodedRefusal {
  return new CodedRefusal(404, "CCE.01404001", `Resource not found: ${what} ${id}`);
}

export function nameTaken(what: string, name: string): CodedRefusal {
  return new CodedRefusal(409, "CCE.01409001", `The resource already exists: ${what} ${name}`);
}

/** `.01403003`: the thing itself is in the wrong state; `.01403009`: the cluster around it is. */
export function wrongState(code: "CCE.01403003" | "CCE.01403006" | "CCE.01403009", message: string): CodedRefusal {
  return new CodedRefusal(403, code, message);
}

/** Codes where no handler chose one: of the gateway (APIGW) and of CCE. */
const CCE_CODES: Readonly<Record<number, string>> = {
  400: "CCE.01400001",
  401: "APIGW.0301",
  403: "CCE.01403001",
  404: "APIGW.0101",
  409: "CCE.01409001",
  429: "APIGW.0308",
  500: "CCE.01500001",
  502: "APIGW.0202",
  503: "APIGW.0201",
  504: "APIGW.0203",
};

const IAM_TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  500: "Internal Server Error",
};

/** The gateway stands before CCE and before the add-on manager, and answers in its own format for both. */
function isGateways(code: string): boolean {
  return code.startsWith("APIGW.");
}

function codeOf(status: number, { error }: Failed): string {
  if (error instanceof CodedRefusal) return error.code;
  return CCE_CODES[status] ?? `CCE.01${status}001`;
}

/** What is said in general, whatever the reason is; the words of the 400 are the public cloud's. */
const GENERAL: Readonly<Record<number, { readonly sentence: string; readonly reason: string }>> = {
  400: { sentence: "Invalid request.", reason: "BadRequest" },
  403: { sentence: "Forbidden.", reason: "Forbidden" },
  404: { sentence: "Resource not found.", reason: "NotFound" },
  409: { sentence: "The resource already exists.", reason: "AlreadyExists" },
};

const INTERNAL = { sentence: "Internal error.", reason: "InternalError" };

/** `{"code","message"}` (samples of 4.3) with codes of the add-on manager. */
function addonFailure(style: ErrorStyle, status: number, message: string, code: string): Answer {
  const ownCode = code.startsWith("SVCSTG.") ? code : `SVCSTG.CCE-ADDONMGR.${status === 400 ? "4000003" : status}`;
  if (style !== "Both") return { status, body: { code: ownCode, message } };
  const { sentence, reason } = GENERAL[status] ?? INTERNAL;
  return {
    status,
    body: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      code: status,
      errorCode: `CCE.03${status}001`,
      errorMessage: sentence,
      error: { message, code: ownCode },
      message,
      reason,
    },
  };
}

function cceFailure(style: ErrorStyle, status: number, message: string, code: string): Answer {
  if (style === "Snake") return { status, body: { error_code: code, error_msg: message } };
  if (style === "Camel") return { status, body: { errorCode: code, errorMessage: message } };
  const { sentence } = GENERAL[status] ?? INTERNAL;
  return { status, body: { errorCode: code, errorMessage: sentence, message } };
}

/** An error as the part of the cloud sends it that `failed.call` was meant for. */
export function failure(style: ErrorStyle): (status: number, message: string, failed: Failed) => Answer {
  return (status, message, failed) => {
    if (isIam(failed.call)) return iamFailure(status, message);
    const reason = kubeReason(status, failed);
    if (reason !== undefined) return kubeFailure(status, message, reason);
    const code = codeOf(status, failed);
    if (isGateways(code)) return { status, body: { error_msg: message, error_code: code } };
    return isAddons(failed.call)
      ? addonFailure(style, status, message, code)
      : cceFailure(style, status, message, code);
  };
}

/** Of what the cluster's own API refuses, bad input included; undefined for what does not get as far as there. */
function kubeReason(status: number, { call, error }: Failed): string | undefined {
  if (error instanceof KubeRefusal) return error.reason;
  const isBadInput = status === 400 && error instanceof Refusal && !(error instanceof CodedRefusal);
  return isBadInput && call.path.includes("/cloudpersistentvolumeclaims") ? "BadRequest" : undefined;
}

/** A Kubernetes `Status`, which names the object that the message begins with. */
function kubeFailure(code: number, message: string, reason: string): Answer {
  const [, kind, name] = /^([a-z]+)(?:\.\S+)? "([^"]+)"/.exec(message) ?? [];
  const details = kind === undefined ? {} : { details: { name, kind } };
  const body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, ...details, code };
  return { status: code, body };
}

/** `{"error":{…}}`, as Keystone and IAM have it. */
function iamFailure(status: number, message: string): Answer {
  return { status, body: { error: { message, code: status, title: IAM_TITLES[status] ?? "Error" } } };
}

export function isIam({ path }: Call): boolean {
  return path.startsWith("/v3/");
}

function isAddons({ path }: Call): boolean {
  return path.startsWith("/api/v3/addon");
}
