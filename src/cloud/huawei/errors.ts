// The one place that says what an answer of Huawei means for us (CCE API Reference 7.3 and 7.4).
import { CloudError, type CloudErrorKind } from "../errors.ts";
import { errorsBy, type Said } from "../kit/error-table.ts";
import { said } from "./error-body.ts";

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
  | "GetNode"
  | "CreateNode"
  | "AcceptNodes"
  | "UpdateNode"
  | "ResetNode"
  | "MoveNode"
  | "DeleteNode"
  | "DetachNodes"
  | "ListAddons"
  | "GetAddon"
  | "GetAddonTemplate"
  | "InstallAddon"
  | "UpgradeAddon"
  | "DeleteAddon";

const CREATES: ReadonlySet<Operation> = new Set([
  "CreateCluster",
  "CreateNodePool",
  "CreateNode",
  "AcceptNodes",
  "InstallAddon",
]);

/** CCE's general refusal; by its words it says, too, that the pool is to have as many nodes as it has. */
const REFUSED = "CCE_CM.0004";
const NOTHING_TO_SCALE = /\bno scale task needed\b/i;

/**
 * By what follows the last dot: the services write different things before it. Those of 7.4 are the reference's, the others
 * Huawei's own later list (support.huaweicloud.com/api-cce/ErrorCode.html).
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
  // The account's balance. Fewer requests are no help, although the status is 429.
  "01429004": "QuotaExceeded",
};

/** Of CCE.01404001, SVCSTG.CCE-ADDONMGR.4040204 and their like; and "Resource not found" in the shape that 7.4 has. */
const ABSENCE = /\.\d?\d?404\d*$|^CCE_CM\.0003$/;

export const errorOf = errorsBy<Operation>({
  creates: CREATES,
  nameless: new Set(["Verify", "GetToken", "FindProject", "ListClusters", "CreateCluster", "GetQuotas"]),
  said,
  meaning,
  provesAbsence: ({ codes }) => codes.every(isOwn) && codes.some((code) => ABSENCE.test(code)),
  elsewhere: "That is not the service's own answer: see what is between, or correct the endpoints of the account",
});

export function isNothingToScale(error: unknown): boolean {
  return error instanceof CloudError && error.codes.includes(REFUSED) && NOTHING_TO_SCALE.test(error.message);
}

function meaning(operation: Operation, status: number, { codes, texts }: Said): CloudErrorKind | undefined {
  const known = kindByCodes(codes);
  if (known !== undefined) return known;
  return CREATES.has(operation) && [400, 403, 409].includes(status)
    ? kindOfRefusedCreate(status, texts.join("\n"))
    : undefined;
}

/** That it is gone is not believed where another code says something else of it, or is not the service's. */
function kindByCodes(codes: readonly string[]): CloudErrorKind | undefined {
  const kinds = codes
    .map((code) => KIND_BY_NUMBER[/[^.]*$/.exec(code)?.[0] ?? ""])
    .filter((kind) => kind !== undefined);
  return kinds.find((kind) => kind !== "NotFound") ?? (codes.every(isOwn) ? kinds[0] : undefined);
}

/** Gateways (APIGW.*) and load balancers say 404 too. */
function isOwn(code: string): boolean {
  return /^(?:CCE|SVCSTG\.CCE)[\w.-]*\./.test(code);
}

/** Where no code is known, the words decide: the reference has codes of add-ons only. */
function kindOfRefusedCreate(status: number, words: string): CloudErrorKind {
  if (/\bquota|配额/i.test(words)) return "QuotaExceeded";
  if (status === 409 || /\balready (?:exist|installed)|已存在|已安装/i.test(words)) return "AlreadyExists";
  if (status === 403) return "Forbidden";
  return /\b(?:cluster|node ?pool|metadata\.) ?name\b|名称/i.test(words) ? "NameRefused" : "Rejected";
}
