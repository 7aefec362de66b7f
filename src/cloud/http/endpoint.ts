// Where a cloud's requests go and how far its TLS is trusted: `spec.endpoint` and `spec.tls` of an account, checked.
import { X509Certificate } from "node:crypto";
import type { TlsSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";

export interface Endpoint {
  /** Scheme, host and port; a scheme's default port is left out. */
  readonly origin: string;
  /** The value of the Host header. */
  readonly host: string;
  /** Decoded, without a slash at its end; empty where the API lies at the root. */
  readonly basePath: string;
  readonly tls: TlsSettings;
  /** What connections show of us, for services that ask who is there. */
  readonly identity?: ClientIdentity | undefined;
}

/** Both in PEM, and a pair. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Throws CloudError EndpointRequired where there is none, Rejected where endpoint or TLS settings can't be used. `field`: where
 * the account's spec has it, for messages.
 */
export function parseEndpoint(endpoint: string | undefined, tls: TlsSettings, field = "spec.endpoint"): Endpoint {
  if (endpoint === undefined || endpoint === "") {
    throw new CloudError("EndpointRequired", { message: "This cloud has no default endpoint" });
  }
  const url = URL.parse(endpoint);
  if (url === null) throw rejected(`${field} is not a URL: give it as https://host[:port]`);
  const fault = urlFault(url, field) ?? tlsFault(url, tls, field);
  if (fault !== undefined) throw rejected(fault);
  return { origin: url.origin, host: url.host, basePath: basePathOf(url, field), tls };
}

/** The endpoint as a location has it: the same for the same address, however it was written. */
export function addressOf({ origin, basePath }: Endpoint): string {
  return `${origin}${encodeURI(basePath)}`;
}

/** The first reason why this can't be an endpoint. */
function urlFault(url: URL, field: string): string | undefined {
  if (url.protocol !== "https:" && url.protocol !== "http:") return `${field} must begin with https://`;
  if (url.username !== "" || url.password !== "") {
    return `${field} must hold no user or password: they belong into the credentials Secret`;
  }
  if (url.search !== "" || url.hash !== "") return `${field} must hold no query and no fragment`;
  return undefined;
}

/** The first reason why this endpoint and these TLS settings don't go together. */
function tlsFault(url: URL, { mode, caBundle }: TlsSettings, field: string): string | undefined {
  if (url.protocol === "http:" && mode !== "Plaintext") {
    return `${field} is plain http: use https, or set spec.tls.mode to Plaintext`;
  }
  if (caBundle !== undefined && !isCertificate(caBundle)) {
    return "spec.tls.caBundle holds no certificate that can be read: give it as PEM";
  }
  return undefined;
}

/** Node's TLS takes any text for a CA and then trusts nothing, so it is tried here, where the message can name the field. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function basePathOf(url: URL, field: string): string {
  try {
    return decodeURIComponent(url.pathname).replace(/\/+$/, "");
  } catch (error) {
    throw rejected(`${field} has a path that is not percent-encoded UTF-8: correct it`, error);
  }
}

function rejected(message: string, cause?: unknown): CloudError {
  return new CloudError("Rejected", { message, advice: "", cause });
}
