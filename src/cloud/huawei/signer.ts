// SDK-HMAC-SHA256, the signature of requests with an access key (CCE API Reference 3.2). Pure.
import { createHash, createHmac } from "node:crypto";
import type { ProvableRequest } from "../kit/requests.ts";
import { byCodeUnits, encodePath, encodeQuery } from "../kit/uri.ts";

export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The headers that prove who sent it: the time and the signature over it. All headers of the request are signed. */
export function signatureHeaders(
  request: ProvableRequest,
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

function canonicalRequest(request: ProvableRequest, headers: readonly (readonly [string, string])[]): string {
  const path = encodePath(request.path);
  return [
    request.method,
    path.endsWith("/") ? path : `${path}/`,
    // Sorted by key, then by value.
    encodeQuery(request.query.toSorted(([, a], [, b]) => byCodeUnits(a, b))),
    headers.map(([name, value]) => `${name}:${value}\n`).join(""),
    headers.map(([name]) => name).join(";"),
    sha256(request.body ?? ""),
  ].join("\n");
}

function sortedHeaders(headers: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .toSorted(([a], [b]) => byCodeUnits(a, b));
}

/** ISO 8601 in its basic form, whole seconds: 20200608T023900Z. */
function basicTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
