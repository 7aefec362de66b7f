// The canonical request of auth-v1 (CTYUN CCI 2.3.2), rebuilt from a request line and headers as they were received.
import type { IncomingHttpHeaders } from "node:http";

/** A received request line with its headers; `rawUrl` is path and query byte for byte, as latin1. */
export interface ReceivedRequest {
  readonly method: string;
  readonly rawUrl: string;
  readonly headers: IncomingHttpHeaders;
}

const UNRESERVED = /[A-Za-z0-9\-._~]/;

/** UriEncode: every byte but the unreserved characters of RFC 3986, in upper-case hexadecimals. */
function uriEncode(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** The bytes that a percent-encoded text stands for; a stray `%` stands for itself. */
function percentDecode(latin1: string): Buffer {
  const characters = latin1.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(characters, "latin1");
}

/** UriEncodeExceptSlash of the path; a slash that came as `%2F` stays so. */
function canonicalUri(rawPath: string): string {
  const path = rawPath.startsWith("/") ? rawPath : `/${rawPath}`;
  return path
    .split("/")
    .map((segment) => uriEncode(percentDecode(segment)))
    .join("/");
}

/** Sorted by key, items of one key in the order received; a key alone counts as `key=`. */
function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split("&")
    .filter((item) => item !== "")
    .map((item) => {
      const equalsAt = item.indexOf("=");
      const key = percentDecode(equalsAt === -1 ? item : item.slice(0, equalsAt));
      const value = percentDecode(equalsAt === -1 ? "" : item.slice(equalsAt + 1));
      return { key, text: `${uriEncode(key)}=${uriEncode(value)}` };
    })
    .sort((left, right) => Buffer.compare(left.key, right.key))
    .map(({ text }) => text)
    .join("&");
}

/** One line for each signed header that the request has and that is not blank, sorted as encoded. */
function canonicalHeaders(headers: IncomingHttpHeaders, signedHeaders: readonly string[]): string {
  return signedHeaders
    .map((name) => ({ name, value: String(headers[name] ?? "").trim() }))
    .filter(({ value }) => value !== "")
    .map(({ name, value }) => `${uriEncode(Buffer.from(name))}:${uriEncode(Buffer.from(value, "latin1"))}`)
    .sort()
    .join("\n");
}

/**
 * The canonical requests that a correct signer may have signed; `signedHeaders` in lower case.
 *
 * One, but for a path with `%2F`: the reference does not say whether UriEncodeExceptSlash sees the path before or after
 * decoding, so that slash may count as encoded or as plain.
 */
export function canonicalRequests(request: ReceivedRequest, signedHeaders: readonly string[]): readonly string[] {
  const queryAt = request.rawUrl.indexOf("?");
  const uri = canonicalUri(queryAt === -1 ? request.rawUrl : request.rawUrl.slice(0, queryAt));
  const query = canonicalQuery(queryAt === -1 ? "" : request.rawUrl.slice(queryAt + 1));
  const headers = canonicalHeaders(request.headers, signedHeaders);
  const readings = uri.includes("%2F") ? [uri, uri.replaceAll("%2F", "/")] : [uri];
  return readings.map((reading) => [request.method, reading, query, headers].join("\n"));
}
