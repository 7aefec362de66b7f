// SDK-HMAC-SHA256, the signature of requests with an access key (huawei-cce.txt 3.2; reference/clouds.md section 1). Pure.
import { createHash, createHmac } from "node:crypto";

/** Percent-encoding of RFC 3986 over UTF-8: all but letters, digits and `-._~`. A lone surrogate becomes U+FFFD, as on the wire. */
function uriEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A decoded path, encoded segment by segment. */
export function encodePath(path: string): string {
  return path.split("/").map(uriEncode).join("/");
}

export type QueryItem = readonly [key: string, value: string];

/** Sorted by key, then by value. */
export function encodeQuery(query: readonly QueryItem[]): string {
  return query
    .toSorted(([keyA, valueA], [keyB, valueB]) => compare(keyA, keyB) || compare(valueA, valueB))
    .map(([key, value]) => `${uriEncode(key)}=${uriEncode(value)}`)
    .join("&");
}

export interface SignableRequest {
  /** Upper case. */
  readonly method: string;
  /** Decoded; `encodePath` of it is what goes on the wire. */
  readonly path: string;
  /** Decoded; `encodeQuery` of it is what goes on the wire. */
  readonly query: readonly QueryItem[];
  /** All of them are signed; `host` must be among them. Names in any case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The headers that prove who sent it: the time and the signature over it. */
export function signatureHeaders(
  request: SignableRequest,
  { accessKey, secretKey }: AccessKey,
  nowMs: number,
): { "x-sdk-date": string; authorization: string } {
  const date = basicTime(nowMs);
  const headers = sortedHeaders({ ...request.headers, "x-sdk-date": date });
  const text = ["SDK-HMAC-SHA256", date, sha256(canonicalRequest(request, headers))].join("\n");
  const signature = createHmac("sha256", secretKey).update(text).digest("hex");
  const signedHeaders = headers.map(([name]) => name).join(";");
  return {
    "x-sdk-date": date,
    authorization: `SDK-HMAC-SHA256 Access=${accessKey}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

function canonicalRequest(request: SignableRequest, headers: readonly (readonly [string, string])[]): string {
  const path = encodePath(request.path);
  return [
    request.method,
    path.endsWith("/") ? path : `${path}/`,
    encodeQuery(request.query),
    headers.map(([name, value]) => `${name}:${value}\n`).join(""),
    headers.map(([name]) => name).join(";"),
    sha256(request.body ?? ""),
  ].join("\n");
}

function sortedHeaders(headers: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .toSorted(([a], [b]) => compare(a, b));
}

/** ISO 8601 in its basic form, whole seconds: 20200608T023900Z. */
function basicTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
