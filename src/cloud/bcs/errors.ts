// The one place that says what a failure of bcs-storage, or of the gateway before it, means for us. Every call may fail under
// HTTP 200; which code means what in which dialect: docs/clouds/bcs.md, `envelope`, `tokenRefusal` and `storeGone`.
import * as z from "zod";
import { CloudError, type CloudErrorKind } from "../errors.ts";
import { requestIdOf, type HttpAnswer } from "../http/answer.ts";
import { presentable, type Redact } from "../http/message.ts";
import { errorsBy, type Said } from "../kit/error-table.ts";
import { unreadable } from "../kit/json.ts";
import { text, word } from "../kit/wire.ts";
import { envelopeOf } from "./envelope.ts";

export type Operation =
  | "Verify"
  | "GetRecord"
  | "PutRecord"
  | "DeleteRecord"
  | "ListRecords"
  | "DeleteRecords"
  | "QueryInventory"
  | "ListEvents"
  | "PutEvent"
  | "ListAlarms"
  | "PostAlarm"
  | "GetWatchData"
  | "PutWatchData"
  | "DeleteWatchData"
  | "ListWatchData"
  | "GetMetric"
  | "PutMetric"
  | "DeleteMetric"
  | "ListMetrics";

/** That there is none has a code of its own in the servers alone; as documented it is a failed Get or Delete like any other. */
export const AMBIGUOUS_CODES: readonly string[] = ["10004", "10005", "1405083", "1405084"];

/**
 * All that is not listed is `Unavailable`: a failed call (10003 to 10006, 10086, 1405082 to 1405085), of which of a write nobody knows
 * what it did, and a store that the gateway does not reach (1405052, 1405053).
 */
const KIND_BY_CODE: Readonly<Record<string, CloudErrorKind>> = {
  "1405057": "Unauthenticated",
  "1405058": "Forbidden",
  // The body is no JSON, or not what the call takes.
  "1405080": "Rejected",
  "1405087": "NotFound",
};

const byStatus = errorsBy<Operation>({
  creates: new Set(["PutEvent", "PostAlarm"]),
  // A 404 is the router's: the store itself says what is missing under HTTP 200.
  nameless: new Set(["Verify"]),
  said,
  meaning: (_operation, _status, { codes }) => codes.map((code) => KIND_BY_CODE[code]).find(Boolean),
  provesAbsence: () => false,
  elsewhere:
    "There is no bcs-storage at that address: correct spec.endpoint of the account, such as https://gateway/bcsapi/v4/storage",
});

export function errorOf(operation: Operation, answer: HttpAnswer, redact: Redact): CloudError {
  return answer.status < 300 ? storesRefusal(operation, answer, redact) : byStatus(operation, answer, redact);
}

function storesRefusal(operation: Operation, answer: HttpAnswer, redact: Redact): CloudError {
  const envelope = envelopeOf(answer);
  if (envelope === undefined) return unreadable(operation, "no answer of bcs-storage: it has no result");
  const code = presentable(envelope.code, redact);
  const words = presentable(envelope.message, redact);
  return new CloudError(KIND_BY_CODE[envelope.code] ?? "Unavailable", {
    message: [`${operation} was answered ${code === "" ? "result false" : code}`, words].filter(Boolean).join(": "),
    codes: code === "" ? [] : [code],
    requestId: requestIdOf(answer),
  });
}

const errorBody = z.object({ code: word, message: text });

function said(json: unknown): Said | undefined {
  const body = errorBody.safeParse(json);
  return body.success ? { codes: [body.data.code], texts: [body.data.message] } : undefined;
}
