// SDK-HMAC-SHA256 as the gateway checks it (3.2): is it what was signed?
import { createHash, createHmac } from "node:crypto";
import type { Call } from "../../simulation/cloud.ts";

/** How far X-Sdk-Date may be from the gateway's clock. */
const LARGEST_SKEW_MS = 900_000;

const ALGORITHM = "SDK-HMAC-SHA256";
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/** The parts of a request that the signature covers. */
export type SignedRequest = Pick<Call, "method" | "rawUrl" | "headers" | "body">;

export interface AccessKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

interface Authorization {
  accessKey: string;
  signedHeaders: readonly string[];
  signature: string;
}

/** Why the request is refused, or undefined where its signature holds. */
export function signatureRefusal(request: SignedRequest, keys: AccessKeys, nowMs: number): string | undefined {
  const authorization = parseAuthorization(request.headers.authorization ?? "");
  if (typeof authorization === "string") return authorization;
  const date = headerOf(request, "x-sdk-date");
  const { accessKey, signedHeaders, signature } = authorization;
  if (accessKey !== keys.accessKey) return "the access key is unknown";
  const dateMs = parseDate(date);
  if (dateMs === undefined) return "X-Sdk-Date does not have the form YYYYMMDDTHHMMSSZ";
  if (Math.abs(nowMs - dateMs) > LARGEST_SKEW_MS) return "X-Sdk-Date is too far from the server's time";
  if (!signedHeaders.includes("x-sdk-date")) return "X-Sdk-Date is not signed";
  const text = [ALGORITHM, date, sha256(canonicalRequest(request, signedHeaders))].join("\n");
  const expected = createHmac("sha256", keys.secretKey).update(text, "utf8").digest("hex");
  return signature === expected ? undefined : "verify aksk signature fail";
}

/** The canonical request; `signedHeaders` in lower case. */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const queryAt = request.rawUrl.indexOf("?");
  const sorted = signedHeaders.toSorted();
  return [
    request.method,
    canonicalUri(queryAt === -1 ? request.rawUrl : request.rawUrl.slice(0, queryAt)),
    canonicalQuery(queryAt === -1 ? "" : request.rawUrl.slice(queryAt + 1)),
    ...sorted.map((name) => `${name}:${headerOf(request, name)}`),
    "",
    sorted.join(";"),
    sha256(request.body),
  ].join("\n");
}

function parseAuthorization(header: string): Authorization | string {
  if (header === "") return "the request has neither X-Auth-Token nor Authorization";
  const match = /^SDK-HMAC-SHA256 Access=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([^,]+)$/.exec(header);
  const [, accessKey, signedHeaders, signature] = match ?? [];
  if (accessKey === undefined || signedHeaders === undefined || signature === undefined) {
    return `the Authorization header does not have the form ${ALGORITHM} Access=…, SignedHeaders=…, Signature=…`;
  }
  return { accessKey, signedHeaders: signedHeaders.toLowerCase().split(";"), signature };
}

function parseDate(date: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

function headerOf({ headers }: SignedRequest, name: string): string {
  return String(headers[name] ?? "").trim();
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Every segment decoded and escaped again, and a slash at the end, whether the path has one or not. */
function canonicalUri(rawPath: string): string {
  const uri = rawPath
    .split("/")
    .map((segment) => escape(unescape(segment)))
    .join("/");
  return uri.endsWith("/") ? uri : `${uri}/`;
}

/** Sorted by key, then by value; a key alone counts as `key=`. */
function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split("&")
    .filter((item) => item !== "")
    .map((item) => {
      const equalsAt = item.indexOf("=");
      const key = escape(unescape(equalsAt === -1 ? item : item.slice(0, equalsAt)));
      return [key, escape(unescape(equalsAt === -1 ? "" : item.slice(equalsAt + 1)))] as const;
    })
    .sort(
      ([leftKey, leftValue], [rightKey, rightValue]) => compare(leftKey, rightKey) || compare(leftValue, rightValue),
    )
    .map(([key, value]) => `${key}=${value}`)
    .join("&");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
function escape(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** The bytes that a percent-encoded text stands for; a stray `%` stands for itself. */
function unescape(latin1: string): Buffer {
  const characters = latin1.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(characters, "latin1");
}
