// The gateway before every call (1.2, 1.5): who sent it, is it new and in time, may it, and is it one write too many.
import { createHash } from "node:crypto";
import type { Clock } from "../../../lib/clock.ts";
import type { Answer, Call } from "../../simulation/cloud.ts";
import { openThrottle } from "../../simulation/throttle.ts";
import type { AccessKey, KeyRing } from "./keys.ts";
import { CodedRefusal, failure, missing } from "./refusals.ts";
import { checkRegion } from "./regions.ts";
import type { AckRules } from "./rules.ts";
import type { Authorization } from "./signature.ts";
import { headerOf, mismatch, parseAuthorization, sha256 } from "./signature.ts";

/** How far the date of a request may be from the gateway's clock (1.2). */
const LARGEST_SKEW_MS = 900_000;

const VERSION = "2015-12-15";

/** Headers without which an ACS3 signature would not cover when and as what the request was sent. */
const MUST_BE_SIGNED = ["x-acs-date", "x-acs-signature-nonce", "x-acs-security-token"];

export interface GatewayRules {
  readonly keys: KeyRing;
  readonly signature: "Any" | Authorization["kind"];
  /** Writes let through in any 60 seconds of real time; left out: no limit. */
  readonly writesPerMinute?: number | undefined;
  readonly throttleStatus: 400 | 429 | 503;
  readonly ack: AckRules;
}

/** The answer that refuses a call, or undefined where it may pass. Dates are held against `clock`. */
export function openGateway(rules: GatewayRules, clock: Clock): (call: Call) => Answer | undefined {
  const throttle = openThrottle(rules.writesPerMinute, clock);
  const nonces = openNonces(clock);
  const check = (call: Call): void => {
    const authorization = authorizationOf(call, rules.signature);
    const key = keyOf(authorization, rules.keys);
    checkToken(call, key);
    checkDate(dateOf(call, authorization.kind), clock.now());
    checkContent(call);
    checkSignature(call, authorization, { secret: key.secretKey, status: Number(rules.ack.signatureStatus) });
    if (!nonces.isNew(headerOf(call, "x-acs-signature-nonce"))) {
      throw new CodedRefusal(400, "SignatureNonceUsed", "Specified signature nonce was used already.");
    }
    checkRights(call, key);
    checkRegion(call, rules.ack);
    if (call.method === "GET" || throttle.admits()) return;
    throw new CodedRefusal(rules.throttleStatus, "Throttling.User", "Request was denied due to user flow control.");
  };
  return (call) => {
    try {
      check(call);
      return undefined;
    } catch (error) {
      if (!(error instanceof CodedRefusal)) throw error;
      return failure(error.status, error.message, { call, error });
    }
  };
}

function authorizationOf(call: Call, wanted: GatewayRules["signature"]): Authorization {
  const header = headerOf(call, "authorization");
  if (header === "") throw missing("Authorization");
  const authorization = parseAuthorization(header);
  if (authorization === undefined || (wanted !== "Any" && authorization.kind !== wanted)) {
    throw new CodedRefusal(400, "IncompleteSignature", "The request signature does not conform to Aliyun standards.");
  }
  if (headerOf(call, "x-acs-signature-nonce") === "") throw missing("x-acs-signature-nonce");
  const version = headerOf(call, "x-acs-version");
  if (version === "") throw missing("x-acs-version");
  if (version === VERSION) return authorization;
  throw new CodedRefusal(404, "InvalidApi.NotFound", `Specified api is not found: there is no version ${version}.`);
}

function keyOf({ accessKey }: Authorization, keys: KeyRing): AccessKey {
  const key = keys.find(accessKey);
  // 404, as the gateway has it: an answer that reads as if what was asked for were gone.
  if (key === undefined) {
    throw new CodedRefusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
  }
  if (key.state !== "Inactive") return key;
  throw new CodedRefusal(400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.");
}

function checkToken(call: Call, { securityToken, state }: AccessKey): void {
  const given = headerOf(call, "x-acs-security-token");
  if (securityToken === undefined && given === "") return;
  if (given === "") throw new CodedRefusal(400, "MissingSecurityToken", "SecurityToken is required for this key.");
  if (given !== securityToken) {
    throw new CodedRefusal(
      400,
      "InvalidSecurityToken.MismatchWithAccessKey",
      "Specified SecurityToken mismatch with the AccessKey.",
    );
  }
  if (state !== "TokenExpired") return;
  throw new CodedRefusal(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
}

/** ROA has Date in the format of RFC 1123, ACS3 x-acs-date in that of ISO 8601. */
function dateOf(call: Call, kind: Authorization["kind"]): string {
  const name = kind === "Roa" ? "date" : "x-acs-date";
  const date = headerOf(call, name);
  if (date === "") throw missing(name);
  return date;
}

function checkDate(date: string, nowMs: number): void {
  const dateMs = Date.parse(date);
  if (Number.isNaN(dateMs)) {
    throw new CodedRefusal(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
  }
  if (Math.abs(nowMs - dateMs) <= LARGEST_SKEW_MS) return;
  throw new CodedRefusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
}

/** The digests of the body, where they were sent: 1.2 requires Content-MD5, and the vendor's own clients leave it out. */
function checkContent(call: Call): void {
  const md5 = headerOf(call, "content-md5");
  if (md5 !== "" && md5 !== createHash("md5").update(call.body).digest("base64")) {
    throw new CodedRefusal(400, "ContentMD5NotMatched", "The content MD5 does not match the body.");
  }
  const digest = headerOf(call, "x-acs-content-sha256");
  if (digest === "" || digest.toLowerCase() === sha256(call.body)) return;
  throw new CodedRefusal(400, "InvalidParameter.ContentSha256", "x-acs-content-sha256 does not match the body.");
}

function checkSignature(call: Call, authorization: Authorization, how: { secret: string; status: number }): void {
  const unsigned = MUST_BE_SIGNED.find(
    (name) => headerOf(call, name) !== "" && !authorization.signedHeaders.includes(name),
  );
  if (authorization.kind === "Acs3" && unsigned !== undefined) {
    throw new CodedRefusal(400, "IncompleteSignature", `The header ${unsigned} must be signed.`);
  }
  const text = mismatch(call, authorization, how.secret);
  if (text === undefined) return;
  throw new CodedRefusal(
    how.status,
    "SignatureDoesNotMatch",
    `Specified signature does not match our calculation. server string to sign is:${text}`,
  );
}

function checkRights({ method, path }: Call, { state }: AccessKey): void {
  if (state !== "Denied") return;
  throw new CodedRefusal(
    403,
    "Forbidden.RAM",
    `User not authorized to operate on the specified resource: ${method} ${path}`,
  );
}

/** Each nonce counts once, for as long as a date would let the request pass again. */
function openNonces(clock: Clock): { isNew(nonce: string): boolean } {
  const seen = new Map<string, number>();
  return {
    isNew(nonce) {
      const nowMs = clock.monotonic();
      for (const [old, atMs] of seen) {
        if (nowMs - atMs <= 2 * LARGEST_SKEW_MS) break;
        seen.delete(old);
      }
      if (seen.has(nonce)) return false;
      seen.set(nonce, nowMs);
      return true;
    },
  };
}
