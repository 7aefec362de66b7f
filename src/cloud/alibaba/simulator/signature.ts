// The two signatures over a request: ROA with HMAC-SHA1 (1.5 of the API reference) and ACS3-HMAC-SHA256, the vendor's newer one.
import { createHash, createHmac } from "node:crypto";
import type { Call } from "../../simulation/cloud.ts";
import type { QueryItem } from "./percent.ts";
import { compare, decode, encodeAgain, splitUrl } from "./percent.ts";

/** The parts of a request that a signature covers. */
export type SignedRequest = Pick<Call, "method" | "rawUrl" | "headers" | "body">;

export interface Authorization {
  readonly kind: "Roa" | "Acs3";
  readonly accessKey: string;
  readonly signature: string;
  /** In lower case; of Acs3 alone. */
  readonly signedHeaders: readonly string[];
}

const ROA = /^acs ([^:\s]+):(\S+)$/;
const ACS3 = /^ACS3-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-fA-F]+)$/;

/** Undefined where the header has neither form. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, roaKey, roaSignature] = ROA.exec(header) ?? [];
  if (roaKey !== undefined && roaSignature !== undefined) {
    return { kind: "Roa", accessKey: roaKey, signature: roaSignature, signedHeaders: [] };
  }
  const [, accessKey, names, signature] = ACS3.exec(header) ?? [];
  if (accessKey === undefined || names === undefined || signature === undefined) return undefined;
  return { kind: "Acs3", accessKey, signature, signedHeaders: names.toLowerCase().split(";") };
}

/**
 * What the server would have signed, where that does not match; undefined where the signature holds. The cloud repeats the
 * text in its refusal, headers included.
 */
export function mismatch(
  request: SignedRequest,
  { signature, ...how }: Authorization,
  secret: string,
): string | undefined {
  if (how.kind === "Acs3") {
    const text = `ACS3-HMAC-SHA256\n${sha256(canonicalRequest(request, how.signedHeaders))}`;
    return hmac("sha256", secret, text, "hex") === signature.toLowerCase() ? undefined : text;
  }
  const texts = stringsToSign(request);
  return texts.some((text) => hmac("sha1", secret, text, "base64") === signature) ? undefined : texts[0];
}

/**
 * ROA: the example of 1.5 signs the query as decoded, and so do the vendor's clients; there is one that signs it as sent,
 * and empty values are written with and without `=`. All are accepted.
 */
export function stringsToSign(request: SignedRequest): readonly string[] {
  const head = ["accept", "content-md5", "content-type", "date"].map((name) => headerOf(request, name));
  const ownHeaders = Object.keys(request.headers)
    .filter((name) => name.startsWith("x-acs-"))
    .sort()
    .map((name) => `${name}:${headerOf(request, name).replaceAll(/[\t\n\r\f]/g, " ")}\n`);
  const beginning = `${[request.method, ...head].join("\n")}\n${ownHeaders.join("")}`;
  return [...new Set(resources(request.rawUrl))].map((resource) => `${beginning}${resource}`);
}

function resources(rawUrl: string): string[] {
  const { path, query } = splitUrl(rawUrl);
  const asSent = (text: string): string => text;
  return [decode, asSent].flatMap((read) =>
    ["=", ""].map((empty) => {
      const items = query.map((item) => roaItem(item, read, empty)).sort(([left], [right]) => compare(left, right));
      const text = items.map(([, item]) => item).join("&");
      return text === "" ? read(path) : `${read(path)}?${text}`;
    }),
  );
}

function roaItem({ key, value = "" }: QueryItem, read: (text: string) => string, empty: string): [string, string] {
  return [read(key), value === "" ? `${read(key)}${empty}` : `${read(key)}=${read(value)}`];
}

/** ACS3: exactly the headers that were signed. */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const { path, query } = splitUrl(request.rawUrl);
  const names = signedHeaders.toSorted();
  const items = query
    .map(({ key, value = "" }) => [encodeAgain(key), encodeAgain(value)] as const)
    .sort(([leftKey, left], [rightKey, right]) => compare(leftKey, rightKey) || compare(left, right));
  return [
    request.method,
    path.split("/").map(encodeAgain).join("/"),
    items.map(([key, value]) => `${key}=${value}`).join("&"),
    names.map((name) => `${name}:${headerOf(request, name)}\n`).join(""),
    names.join(";"),
    sha256(request.body),
  ].join("\n");
}

export function headerOf({ headers }: Pick<SignedRequest, "headers">, name: string): string {
  return String(headers[name] ?? "").trim();
}

export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(algorithm: string, secret: string, text: string, encoding: "hex" | "base64"): string {
  return createHmac(algorithm, secret).update(text, "utf8").digest(encoding);
}
