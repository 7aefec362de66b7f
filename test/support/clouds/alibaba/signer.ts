// Both signatures of Alibaba Cloud, written from their rules: what a client of the simulator sends.
import { createHash, createHmac, randomUUID } from "node:crypto";

export interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string | undefined;
}

export interface ToSign {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** Decoded. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const VERSION = "2015-12-15";

/** Headers of a request by ROA, Authorization among them; those given win, and are signed as they are. */
export function roaHeaders(toSign: ToSign, keys: Keys, nowMs: number): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/json",
    date: new Date(nowMs).toUTCString(),
    "x-acs-version": VERSION,
    "x-acs-signature-nonce": randomUUID(),
    "x-acs-signature-method": "HMAC-SHA1",
    "x-acs-signature-version": "1.0",
    ...(keys.securityToken === undefined ? {} : { "x-acs-security-token": keys.securityToken }),
    ...toSign.headers,
  };
  const { method, path, query } = toSign;
  const fixed = ["accept", "content-md5", "content-type", "date"].map((name) => headers[name] ?? "");
  const own = Object.keys(headers).filter((name) => name.startsWith("x-acs-"));
  const items = query.toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
  const text = [
    [method, ...fixed].join("\n"),
    ...own.sort().map((name) => `${name}:${headers[name]}`),
    items.length === 0 ? path : `${path}?${items.join("&")}`,
  ].join("\n");
  const signature = createHmac("sha1", keys.secretKey).update(text).digest("base64");
  return { ...headers, authorization: `acs ${keys.accessKey}:${signature}` };
}

/** The same by ACS3; `host` has to be given. */
export function acs3Headers(toSign: ToSign, keys: Keys, nowMs: number): Record<string, string> {
  const { method, path, query, body } = toSign;
  const headers: Record<string, string> = {
    "x-acs-version": VERSION,
    "x-acs-date": `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    "x-acs-signature-nonce": randomUUID(),
    "x-acs-content-sha256": sha256(body),
    "x-acs-action": "Any",
    ...(keys.securityToken === undefined ? {} : { "x-acs-security-token": keys.securityToken }),
    ...toSign.headers,
  };
  const names = Object.keys(headers)
    .filter((name) => name === "host" || name === "content-type" || name.startsWith("x-acs-"))
    .sort();
  const items = query.map(([key, value]) => `${encode(key)}=${encode(value)}`).sort();
  const canonical = [
    method,
    path.split("/").map(encode).join("/"),
    items.join("&"),
    names.map((name) => `${name}:${headers[name]}\n`).join(""),
    names.join(";"),
    sha256(body),
  ].join("\n");
  const text = `ACS3-HMAC-SHA256\n${sha256(canonical)}`;
  const signature = createHmac("sha256", keys.secretKey).update(text).digest("hex");
  const signedHeaders = names.join(";");
  return {
    ...headers,
    authorization: `ACS3-HMAC-SHA256 Credential=${keys.accessKey},SignedHeaders=${signedHeaders},Signature=${signature}`,
  };
}

function encode(text: string): string {
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, hex);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
