// The one place that says what an answer of Huawei means for us (huawei-cce.txt 7.3, 7.4; reference/clouds.md section 2).
import { CloudError, type CloudErrorKind } from "../errors.ts";
import { requestIdOf, retryAfterMs, type HttpAnswer } from "../http/answer.ts";
import { presentable, type Redact } from "../http/message.ts";
import { saidBy, type Said } from "./error-body.ts";

export type Operation =
  | "Verify"
  | "GetToken"
  | "FindProject"
  | "ListClusters"
  | "GetCluster"
  | "CreateCluster"
  | "UpdateCluster"
  | "HibernateCluster"
  | "WakeCluster"
  | "DeleteCluster"
  | "GetClusterCertificate"
  | "GetJob"
  | "GetQuotas"
  | "ListNodePools"
  | "GetNodePool"
  | "CreateNodePool"
  | "UpdateNodePool"
  | "DeleteNodePool"
  | "ListNodes"
  | "ListAddons"
  | "GetAddon"
  | "GetAddonTemplate"
  | "InstallAddon"
  | "UpgradeAddon"
  | "DeleteAddon";

/** Nothing that their paths name could be missing: a 404 says that there is no such API at the endpoint. */
const NAMELESS: ReadonlySet<Operation> = new Set([
  "Verify",
  "GetToken",
  "FindProject",
  "ListClusters",
  "CreateCluster",
  "GetQuotas",
]);

const CREATES: ReadonlySet<Operation> = new Set(["CreateCluster", "CreateNodePool", "InstallAddon"]);

/** "No scale task needed": the pool is to have as many nodes as it has. */
const NOTHING_TO_SCALE = "CCE_CM.0004";

/**
 * By what follows the last dot: the services write different things before it. Those of 7.4 are the reference's, the others
 * Huawei's own later list (support.huaweicloud.com/api-cce/ErrorCode.html) and reference/clouds.md section 2.
 */
const KIND_BY_NUMBER: Readonly<Record<string, CloudErrorKind>> = {
  // The add-on does not exist, said with HTTP 400 (7.4).
  "4040204": "NotFound",
  // The gateway's: too many requests (APIGW.0308), whatever the status.
  "0308": "Throttled",
  "01404001": "NotFound",
  "01409001": "AlreadyExists",
  // Somebody changed it meanwhile.
  "01409002": "Busy",
  // Locked by another request; too many tasks at once. No reason to send fewer requests, although the status is 429.
  "01429002": "Busy",
  "01429003": "Busy",
  // Another operation on the cluster is in the way.
  "01400023": "Busy",
  "01400024": "Busy",
  // The state of cluster, pool or node does not allow it now, although the status is 403.
  "01403003": "Busy",
  "01403004": "Busy",
  "01403005": "Busy",
  "01403006": "Busy",
  "01403009": "Busy",
  // Quotas: clusters, servers, CPU, memory, security groups, EIPs, volumes, of the tenant, VPCs, sub-ENIs.
  "01400007": "QuotaExceeded",
  "01400008": "QuotaExceeded",
  "01400009": "QuotaExceeded",
  "01400010": "QuotaExceeded",
  "01400011": "QuotaExceeded",
  "01400012": "QuotaExceeded",
  "01400013": "QuotaExceeded",
  "01400019": "QuotaExceeded",
  "01400020": "QuotaExceeded",
  "01400025": "QuotaExceeded",
};

const KIND_BY_STATUS: Readonly<Record<number, CloudErrorKind>> = {
  401: "Unauthenticated",
  403: "Forbidden",
  404: "NotFound",
  408: "Unavailable",
  409: "Busy",
  410: "NotFound",
  429: "Throttled",
};

/** What to make of an answer that is not a success. The message is stable and redacted; what to do follows from the kind. */
export function errorOf(operation: Operation, answer: HttpAnswer, redact: Redact): CloudError {
  const { status } = answer;
  if (status < 400) return redirect(operation, answer, redact);
  const said = saidBy(answer);
  const kind = kindOf(operation, status, said);
  const code = presentable(said.code === "" ? String(status) : said.code, redact);
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

/** For reads by id: `Absent` where the cloud says that there is no such thing. */
export async function orAbsent<T>(read: Promise<T>): Promise<T | "Absent"> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof CloudError && error.kind === "NotFound") return "Absent";
    throw error;
  }
}

export function isNothingToScale(error: unknown): boolean {
  return error instanceof CloudError && error.code === NOTHING_TO_SCALE;
}

function kindOf(operation: Operation, status: number, said: Said): CloudErrorKind {
  if (status >= 500) return "Unavailable";
  // The password is wrong, whatever it is called: this decides that it is not tried again.
  if (status === 401) return "Unauthenticated";
  const known = KIND_BY_NUMBER[/[^.]*$/.exec(said.code)?.[0] ?? ""];
  if (known !== undefined) return known;
  if (isAnswerOfCreate(operation, status)) return kindOfRefusedCreate(status, said.text);
  if (status === 404 && !provesAbsence(operation, said)) return "Rejected";
  return KIND_BY_STATUS[status] ?? unlisted(operation, status);
}

/**
 * That something is gone has to be the service's own word: a gateway that knows no such path (APIGW.*), a load balancer and a
 * web page say 404 too.
 */
function provesAbsence(operation: Operation, said: Said): boolean {
  return !NAMELESS.has(operation) && said.code !== "" && !said.code.startsWith("APIGW.");
}

function isAnswerOfCreate(operation: Operation, status: number): boolean {
  return CREATES.has(operation) && [400, 403, 409].includes(status);
}

/** Where no code is known, the words decide: the reference has codes of add-ons only. */
function kindOfRefusedCreate(status: number, text: string): CloudErrorKind {
  if (/\bquota|配额/i.test(text)) return "QuotaExceeded";
  if (status === 409 || /\balready (?:exist|installed)|已存在|已安装/i.test(text)) return "AlreadyExists";
  if (status === 403) return "Forbidden";
  return /\b(?:cluster|node ?pool|metadata\.) ?name\b|名称/i.test(text) ? "NameRefused" : "Rejected";
}

/** Of a create only 400 and 422 prove, beside the listed ones, that nothing was made (design section 3, step 4). */
function unlisted(operation: Operation, status: number): CloudErrorKind {
  const proves = !CREATES.has(operation) || status === 400 || status === 422;
  return proves ? "Rejected" : "Unavailable";
}

/** Only where the kind alone would send a person to the wrong field. */
function adviceFor(kind: CloudErrorKind, status: number): string | undefined {
  const isElsewhere = kind === "Rejected" && status === 404;
  return isElsewhere ? "There is no such API there: correct the endpoints of the account" : undefined;
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
