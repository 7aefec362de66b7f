// auth-v1, the signature of CTYUN requests (reference 2.3.1 and 2.3.2). Pure: the same request and time give the same header.
import { createHmac } from "node:crypto";

/** Percent-encoding of RFC 3986 over UTF-8: all but letters, digits and `-._~`. A lone surrogate becomes U+FFFD, as on the wire. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The reference's UriEncodeExceptSlash of a decoded path; puts a missing `/` in front. */
export function encodePath(path: string): string {
  const encoded = path.split("/").map(uriEncode).join("/");
  return encoded.startsWith("/") ? encoded : `/${encoded}`;
}

export type QueryItem = readonly [key: string, value: string];

/** Sorted by key; items of one key keep their order. A key without a value has the value "". */
export function encodeQuery(query: readonly QueryItem[]): string {
  return query
    .toSorted(([a], [b]) => compare(a, b))
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
  /** Names in any case; those that are not signed are ignored. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The text under the signature. Headers that are absent, or empty once trimmed, are left out of it. */
export function canonicalRequest(request: SignableRequest, signedHeaders: readonly string[]): string {
  const values = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  const headers = signedHeaders
    .map((name) => name.toLowerCase())
    .filter((name) => values.get(name))
    .map((name) => `${uriEncode(name)}:${uriEncode(values.get(name) ?? "")}`)
    .toSorted(compare);
  return [request.method, encodePath(request.path), encodeQuery(request.query), headers.join("\n")].join("\n");
}

export interface SigningKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * The Authorization header. `timestampSeconds` is Unix time: the reference leaves the format open
 * (reference/clouds.md section 3, 000).
 */
export function authorization(
  request: SignableRequest,
  options: { key: SigningKey; signedHeaders: readonly string[]; timestampSeconds: number },
): string {
  const { key, signedHeaders, timestampSeconds } = options;
  const signature = createHmac("sha256", key.secretKey).update(canonicalRequest(request, signedHeaders)).digest("hex");
  return ["auth-v1", key.accessKey, timestampSeconds, signedHeaders.join(";"), signature].join("/");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
