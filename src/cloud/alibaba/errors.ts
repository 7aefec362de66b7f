// The one place that says what an answer of Alibaba Cloud means for us. The reference has no codes: these are of its gateway, of ACK and
// of Terraform's provider (docs/clouds/alibaba.md). The gateway speaks before ACK does, and its 404 says nothing about what was asked for.
import * as z from "zod";
import { CloudError, type CloudErrorKind } from "../errors.ts";
import { clockSkewMs, type HttpAnswer } from "../http/answer.ts";
import { errorsBy, type ErrorOf, type Said } from "../kit/error-table.ts";
import { word } from "../kit/wire.ts";
import { specFieldIn, type Subject } from "./wire-fields.ts";

/** The names that the vendor gives its calls: right ones for `x-acs-action`, and what a RAM policy grants as `cs:NAME`. */
export type Operation =
  | "DescribeClusters"
  | "DescribeClustersForRegion"
  | "DescribeClusterDetail"
  | "CreateCluster"
  | "DeleteCluster"
  | "ModifyCluster"
  | "UpgradeCluster"
  | "DescribeKubernetesVersionMetadata"
  | "DescribeUserQuota"
  | "DescribeClusterResources"
  | "DescribeTaskInfo"
  | "DescribeClusterTasks"
  | "DescribeClusterUserKubeconfig"
  | "DescribeClusterCerts"
  | "DescribeClusterAttachScripts"
  | "DescribeClusterNodes"
  | "DeleteClusterNodes"
  | "AttachInstances"
  | "ScaleOutCluster"
  | "DescribeClusterNodePools"
  | "DescribeClusterNodePoolDetail"
  | "CreateClusterNodePool"
  | "ModifyClusterNodePool"
  | "DeleteClusterNodepool"
  | "RemoveNodePoolNodes"
  | "AttachInstancesToNodePool";

/** What buys, and what writes servers' disks. */
const CREATES: ReadonlySet<Operation> = new Set<Operation>([
  "CreateCluster",
  "CreateClusterNodePool",
  "ScaleOutCluster",
  "AttachInstances",
  "AttachInstancesToNodePool",
]);

const NAMELESS: ReadonlySet<Operation> = new Set<Operation>([
  "DescribeClusters",
  "DescribeClustersForRegion",
  "CreateCluster",
  "DescribeKubernetesVersionMetadata",
  "DescribeUserQuota",
]);

/** Whose spec it is that a call carries. */
const SUBJECTS: Partial<Readonly<Record<Operation, Subject>>> = {
  CreateCluster: "Cluster",
  UpgradeCluster: "Cluster",
  DeleteCluster: "Cluster",
  CreateClusterNodePool: "Pool",
  ModifyClusterNodePool: "Pool",
  ScaleOutCluster: "Pool",
  AttachInstances: "Pool",
  AttachInstancesToNodePool: "Pool",
};

const SIGNATURE_WRONG = "SignatureDoesNotMatch";
const CLOCK_WRONG = "InvalidTimeStamp.Expired";

/** The first that a code fits counts. */
const MEANINGS: readonly (readonly [RegExp, CloudErrorKind])[] = [
  [
    /^(?:InvalidAccessKeyId|InvalidSecurityToken|MissingSecurityToken|SignatureDoesNotMatch|IncompleteSignature|InvalidTimeStamp)/,
    "Unauthenticated",
  ],
  // A copy of the request was taken before: nobody knows what became of it.
  [/^SignatureNonceUsed/, "Unavailable"],
  [/^(?:Forbidden|NoPermission|ErrorCheckAcl)/, "Forbidden"],
  // With 404, and no word about what was asked for.
  [/^InvalidRegionId/, "Rejected"],
  // With 400, of one that was to be removed.
  [/^ErrorNodeNotFound/, "NotFound"],
  [/AlreadyExist/, "AlreadyExists"],
  // Of a deletion: what is in it, or hangs on it, has to go before.
  [/NotEmpty|DependencyViolation/, "NotEmpty"],
  [/Quota/, "QuotaExceeded"],
  // What a state forbids has no code that is known. Protection is one: whether it holds is for the next read to say.
  [/Stat(?:e|us)|Conflict|InProgress|Protection/, "Busy"],
];

/** Nothing else is proof that something is gone: a key that was revoked and a path that there is not are 404 as well. */
const ABSENCES: ReadonlySet<string> = new Set(["ErrorClusterNotFound", "ErrorNodePoolNotFound"]);

/** What the code of a task that was forgotten is, nobody says; nothing is deleted by it. */
const NO_TASK = /Task\w*Not(?:Found|Exist)/i;

/** What to do, where it does not follow from the kind. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^InvalidTimeStamp/, "Set the clock of the machine that the operator runs on"],
  [/^InvalidSecurityToken\.Expired/, "Put fresh temporary credentials into the credentials Secret of the account"],
  [/^InvalidSecurityToken|^MissingSecurityToken/, "Correct securityToken in the credentials Secret of the account"],
  [/^IncompleteSignature/, "Set spec.alibaba.signature of the account to the one that the endpoint takes"],
  [/^SignatureDoesNotMatch/, "Correct secretKey in the credentials Secret of the account"],
  [/^InvalidRegionId/, "Correct spec.region of the account"],
  [/DependencyViolation/, "Remove in the cloud what hangs on it; the deletion is sent again at the drift interval"],
  [/NotEmpty/, "Sending its nodes away first"],
  [
    /^InvalidApi/,
    "There is no such call at the endpoint: correct spec.alibaba.dialect or spec.endpoint of the account",
  ],
];

/** A clock is set by machines: it is looked at again soon. */
const CLOCK_RETRY_MS = 60_000;

const MINUTE_MS = 60_000;

const tableErrorOf = errorsBy<Operation>({
  creates: CREATES,
  nameless: NAMELESS,
  said,
  isThrottled: ({ codes }) => codes.some((code) => code.startsWith("Throttling")),
  meaning,
  provesAbsence: ({ codes }) => codes.some((code) => ABSENCES.has(code) || NO_TASK.test(code)),
  elsewhere: "That is not the service's own answer: see what is between, or correct spec.endpoint of the account",
});

export const errorOf: ErrorOf<Operation> = (operation, answer, redact) => {
  const error = tableErrorOf(operation, answer, redact);
  const advice = adviceOn(operation, error);
  if (advice === undefined) return error;
  const isClock = error.codes.includes(CLOCK_WRONG);
  return new CloudError(error.kind, {
    message: isClock ? `${operation} was answered ${CLOCK_WRONG}: ${clockFault(answer)}` : error.message,
    codes: error.codes,
    status: error.status,
    requestId: error.requestId,
    retryAfterMs: error.retryAfterMs ?? (isClock ? CLOCK_RETRY_MS : undefined),
    advice,
  });
};

function adviceOn(operation: Operation, { kind, codes, message }: CloudError): string | undefined {
  const advice = ADVICE.find(([pattern]) => codes.some((code) => pattern.test(code)))?.[1];
  const subject = SUBJECTS[operation];
  if (advice !== undefined || kind !== "Rejected" || subject === undefined) return advice;
  const field = specFieldIn(message, subject);
  return field && `Correct ${field}, or set it up in a new resource`;
}

/** In whole minutes, so that the same fault gives the same message. */
function clockFault(answer: HttpAnswer): string {
  const skewMs = clockSkewMs(answer);
  if (skewMs === undefined) return "the operator's clock and the cloud's are more than 15 minutes apart";
  const minutes = Math.round(Math.abs(skewMs) / MINUTE_MS);
  return `the operator's clock is ${minutes} minutes ${skewMs < 0 ? "ahead of" : "behind"} the cloud's`;
}

function meaning(operation: Operation, status: number, { codes, texts }: Said): CloudErrorKind | undefined {
  const known = MEANINGS.find(([pattern]) => codes.some((code) => pattern.test(code)))?.[1];
  if (known !== undefined) return known;
  if (status !== 400 && status !== 403) return undefined;
  if (CREATES.has(operation) && texts.some((text) => ABOUT_THE_NAME.test(text))) return "NameRefused";
  return texts.some((text) => ABOUT_THE_STATE.test(text)) ? "Busy" : undefined;
}

/** `name: must have …`, `The parameter nodepool_info.name is invalid`, and as people say it. */
const ABOUT_THE_NAME = /^(?:\w+\.)*name:|\bparameter (?:\w+\.)*name\b|\b(?:cluster|node ?pool) ?name\b|名称/i;

const ABOUT_THE_STATE =
  /\bin (?:the |a )?stat(?:e|us)\b|\bstat(?:e|us)\b.*\b(?:not|cannot|can't)\b|\bconflict|状态|冲突/i;

/** Both spellings occur, each in its service. */
const errorBody = z.object({ code: word, message: word, Code: word, Message: word });

/** The text under a wrong signature is repeated in the answer, with a security token in it: that message is nobody's to see. */
function said(json: unknown): Said | undefined {
  const body = errorBody.safeParse(json);
  if (!body.success) return undefined;
  const { code, Code, message, Message } = body.data;
  const codes = [code, Code];
  const texts = codes.includes(SIGNATURE_WRONG) ? ["the secret key is not that of the access key"] : [message, Message];
  return { codes, texts };
}
