// The two signatures of Alibaba Cloud over a request: ACS3-HMAC-SHA256, today's, and ROA with HMAC-SHA1 (1.5). Pure.
import { createHash, createHmac } from "node:crypto";
import type { ProvableRequest } from "../kit/requests.ts";
import { byCodeUnits, encodePath, encodeQuery } from "../kit/uri.ts";

export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of temporary credentials of STS; undefined: the key is a permanent one. */
  readonly securityToken?: string | undefined;
}

/** What no two requests have in common. */
export interface Moment {
  readonly nowMs: number;
  /** Taken once by the cloud: a second request with it is refused (`SignatureNonceUsed`). */
  readonly nonce: string;
}

/** What signs: the headers that it adds, Authorization among them, and the signature by itself. */
export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: string;
}

/** How one account's requests are signed. */
export type Sign = (request: ProvableRequest, key: AccessKey, moment: Moment) => Signed;

/** The API's version in every request (1.2). */
const VERSION = "2015-12-15";

/** All of `x-acs-*`, `host` and `content-type` are signed, and a digest of the body. */
export const signAcs3: Sign = (request, key, { nowMs, nonce }) => {
  const digest = sha256(request.body ?? "");
  const added = {
    ...common(key, nonce),
    "x-acs-date": `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    "x-acs-content-sha256": digest,
  };
  const headers = sorted({ ...request.headers, ...added }, (name) => isOwn(name) || ALSO_SIGNED.has(name));
  const names = headers.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    encodePath(request.path),
    encodeQuery(request.query),
    headers.map(([name, value]) => `${name}:${value}\n`).join(""),
    names,
    digest,
  ].join("\n");
  const signature = createHmac("sha256", key.secretKey)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest("hex");
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.accessKey},SignedHeaders=${names},Signature=${signature}`;
  return { headers: { ...added, authorization }, signature };
};

/** 1.5, but for its example, whose signature is that of the hexadecimal text (docs/clouds/alibaba.md). */
export const signRoa: Sign = (request, key, { nowMs, nonce }) => {
  const added = {
    ...common(key, nonce),
    accept: "application/json",
    "content-md5": createHash("md5")
      .update(request.body ?? "")
      .digest("base64"),
    date: new Date(nowMs).toUTCString(),
    "x-acs-signature-method": "HMAC-SHA1",
    "x-acs-signature-version": "1.0",
  };
  const signature = createHmac("sha1", key.secretKey).update(roaText(request, added)).digest("base64");
  return { headers: { ...added, authorization: `acs ${key.accessKey}:${signature}` }, signature };
};

/** The text under the signature of 1.5: path and query as they are before they are encoded. */
function roaText(request: ProvableRequest, added: Readonly<Record<string, string>>): string {
  const headers: Readonly<Record<string, string>> = { ...request.headers, ...added };
  const fixed = ["accept", "content-md5", "content-type", "date"].map((name) => headers[name] ?? "");
  const items = request.query
    .toSorted(([a], [b]) => byCodeUnits(a, b))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  return [
    request.method,
    ...fixed,
    ...sorted(headers, isOwn).map(([name, value]) => `${name}:${value.replaceAll(/[\t\n\r\f]/g, " ")}`),
    items === "" ? request.path : `${request.path}?${items}`,
  ].join("\n");
}

const ALSO_SIGNED: ReadonlySet<string> = new Set(["host", "content-type"]);

function isOwn(name: string): boolean {
  return name.startsWith("x-acs-");
}

function common({ securityToken }: AccessKey, nonce: string): Record<string, string> {
  const token = securityToken === undefined ? {} : { "x-acs-security-token": securityToken };
  return { "x-acs-version": VERSION, "x-acs-signature-nonce": nonce, ...token };
}

function sorted(
  headers: Readonly<Record<string, string>>,
  isWanted: (name: string) => boolean,
): (readonly [string, string])[] {
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => isWanted(name))
    .toSorted(([a], [b]) => byCodeUnits(a, b));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
