// auth-v1 as the cloud checks it (CTYUN CCI 2.3.1, 2.3.2): who sent the request, and is it the one that was signed.
import { createHmac } from "node:crypto";
import type { ReceivedRequest } from "./canonical-request.ts";
import { canonicalRequests } from "./canonical-request.ts";

/** The reference gives no limit to a time stamp's age; this is what its relatives allow. */
export const LARGEST_SKEW_MS = 900_000;

export interface AuthRules {
  readonly accessKey: string;
  readonly secretKey: string;
  /** How far a time stamp may be from `nowMs`; `Infinity` switches the check off. */
  readonly largestSkewMs: number;
}

interface Authorization {
  accessKey: string;
  timestampMs: number;
  signedHeaders: readonly string[];
  signature: string;
}

const UNIX_SECONDS = /^\d{1,12}$/;
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Why the request is refused, or undefined where its signature holds. */
export function refusalOf(request: ReceivedRequest, rules: AuthRules, nowMs: number): string | undefined {
  const authorization = parseAuthorization(request.headers.authorization);
  if (typeof authorization === "string") return authorization;
  const { accessKey, timestampMs, signedHeaders, signature } = authorization;
  if (accessKey !== rules.accessKey) return "the access key is unknown";
  if (Math.abs(nowMs - timestampMs) > rules.largestSkewMs) return "the time stamp is too far from the server's time";
  if (!signedHeaders.includes("host")) return "the Host header is not signed";
  const signed = canonicalRequests(request, signedHeaders).some(
    (text) => createHmac("sha256", rules.secretKey).update(text, "utf8").digest("hex") === signature,
  );
  return signed ? undefined : "the signature does not match the request";
}

/** The five parts `auth-v1/secretId/timestamp/signedHeaders/signature`, or what is wrong with them. */
function parseAuthorization(header: string | undefined): Authorization | string {
  if (header === undefined) return "the Authorization header is missing";
  const [version, accessKey, timestamp, signedHeaders, signature, ...rest] = header.split("/");
  if (version !== "auth-v1") return "the Authorization header is not of version auth-v1";
  if (!accessKey || !timestamp || signedHeaders === undefined || !signature || rest.length > 0) {
    return "the Authorization header does not have the form auth-v1/secretId/timestamp/signedHeaders/signature";
  }
  const timestampMs = parseTimestamp(timestamp);
  if (timestampMs === undefined) return "the time stamp is neither Unix seconds nor ISO 8601";
  return { accessKey, timestampMs, signedHeaders: headerNames(signedHeaders), signature };
}

/** The reference says "to the second" and not in which notation, so both are read. */
function parseTimestamp(timestamp: string): number | undefined {
  if (UNIX_SECONDS.test(timestamp)) return Number(timestamp) * 1000;
  if (!ISO_8601.test(timestamp)) return undefined;
  const ms = Date.parse(timestamp);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Empty means Host. */
function headerNames(signedHeaders: string): readonly string[] {
  if (signedHeaders === "") return ["host"];
  return signedHeaders.split(";").map((name) => name.trim().toLowerCase());
}
