// auth-v1, the signature of CTYUN requests (API reference 2.3.1 and 2.3.2). Pure: the same request and time give the same header.
import { createHmac } from "node:crypto";
import type { ProvableRequest } from "../kit/requests.ts";
import { byCodeUnits, encodePath, encodeQuery, uriEncode } from "../kit/uri.ts";

/** The text under the signature. Headers that are absent, or empty once trimmed, are left out of it. */
export function canonicalRequest(request: ProvableRequest, signedHeaders: readonly string[]): string {
  const values = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  const headers = signedHeaders
    .map((name) => name.toLowerCase())
    .filter((name) => values.get(name))
    .map((name) => `${uriEncode(name)}:${uriEncode(values.get(name) ?? "")}`)
    .toSorted(byCodeUnits);
  return [request.method, rooted(encodePath(request.path)), encodeQuery(request.query), headers.join("\n")].join("\n");
}

export interface SigningKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * The Authorization header. `timestampSeconds` is Unix time: the reference leaves the format open.
 */
export function authorization(
  request: ProvableRequest,
  options: { key: SigningKey; signedHeaders: readonly string[]; timestampSeconds: number },
): string {
  const { key, signedHeaders, timestampSeconds } = options;
  const signature = createHmac("sha256", key.secretKey).update(canonicalRequest(request, signedHeaders)).digest("hex");
  return ["auth-v1", key.accessKey, timestampSeconds, signedHeaders.join(";"), signature].join("/");
}

/** The reference's UriEncodeExceptSlash puts a missing `/` in front. */
function rooted(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
