// Refusals of the cloud with their codes, and the wire format of its errors: both spellings of each member, with a request id.
import { randomUUID } from "node:crypto";
import type { Answer, Failed } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";

/** A refusal whose code the status alone does not give. */
export class CodedRefusal extends Refusal {
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(status, message);
    this.name = "CodedRefusal";
    this.code = code;
  }
}

export function invalid(field: string, problem: string): CodedRefusal {
  return new CodedRefusal(400, "InvalidParameter", `The parameter ${field} is invalid: ${problem}.`);
}

export function missing(field: string): CodedRefusal {
  return new CodedRefusal(400, "MissingParameter", `The parameter ${field} is required.`);
}

/** `what` names the quota, such as `Cluster`. */
export function quotaExceeded(what: string, limit: number): CodedRefusal {
  return new CodedRefusal(400, `QuotaExceeded.${what}`, `The quota is exceeded: ${limit} of ${limit} in use.`);
}

/** Codes where no handler chose one: the gateway's, and the service's for input that it refuses. */
const CODES: Readonly<Record<number, string>> = {
  400: "InvalidParameter",
  403: "Forbidden.RAM",
  404: "InvalidApi.NotFound",
  409: "Conflict",
  429: "Throttling",
  500: "InternalError",
  502: "BadGateway",
  503: "ServiceUnavailable",
  504: "GatewayTimeout",
};

/** An error in the cloud's wire format. Clients of both spellings exist, so that both are sent. */
export function failure(status: number, message: string, { error }: Failed): Answer {
  const code = error instanceof CodedRefusal ? error.code : (CODES[status] ?? `Error.${status}`);
  const requestId = newRequestId();
  return {
    status,
    headers: { "x-acs-request-id": requestId },
    body: { code, message, requestId, Code: code, Message: message, RequestId: requestId },
  };
}

/** 1.2: every answer has one, successful or not. */
export function newRequestId(): string {
  return randomUUID().toUpperCase();
}
