// The way to one endpoint, straight or through a proxy: its connections, and what the proxy itself said instead of the cloud.
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import { isWrite } from "../../lib/fenced-dispatcher.ts";
import type { CloudErrorKind } from "../errors.ts";
import { requestIdOf, type HttpAnswer } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import { presentable, redactor } from "./message.ts";
import { proxyFor, type ProxySettings } from "./proxy.ts";
import type { HttpRequest } from "./request.ts";

/** A token alone, in a header, may have 16 KiB, which is all that Node allows by default. */
const LONGEST_HEAD_BYTES = 64 * 1024;
/** Enough for every worker; a cloud's gateway limits connections sooner than we do. */
const MOST_CONNECTIONS = 32;

export interface Route {
  readonly dispatcher: Dispatcher;
  /** Without user and password; undefined where it goes straight. */
  readonly proxy: string | undefined;
  /** Https goes through the proxy in a tunnel: what comes out of that is the endpoint's. Plain http the proxy answers for. */
  readonly isTunnel: boolean;
}

/** Connects to nothing yet. Its dispatcher is the caller's to destroy. `connections`: null for as many as there are requests. */
export function routeTo(
  endpoint: Endpoint,
  settings: ProxySettings | undefined,
  { connectTimeoutMs, connections = MOST_CONNECTIONS }: { connectTimeoutMs: number; connections?: number | null },
): Route {
  const { mode, caBundle } = endpoint.tls;
  const tls = {
    rejectUnauthorized: mode !== "SkipVerify",
    ...(caBundle === undefined ? {} : { ca: caBundle }),
    ...(endpoint.identity && { cert: endpoint.identity.certificate, key: endpoint.identity.key }),
  };
  const options = {
    allowH2: false,
    pipelining: 1,
    connections,
    maxHeaderSize: LONGEST_HEAD_BYTES,
    // The session has its own deadline, by the injected clock and over the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs, ...tls },
  };
  const uri = settings && proxyFor(endpoint.origin, settings);
  const isTunnel = uri !== undefined && endpoint.origin.startsWith("https:");
  if (uri === undefined) return { dispatcher: new Agent(options), proxy: undefined, isTunnel };
  const dispatcher = new ProxyAgent({ ...options, uri, requestTls: tls, connectTimeout: connectTimeoutMs });
  return { dispatcher, proxy: new URL(uri).origin, isTunnel };
}

/** What is known where there is no answer of the endpoint's. */
export interface ProxyVerdict {
  readonly kind: CloudErrorKind;
  readonly message: string;
  readonly advice: string;
}

/** Of an error of undici's: whether it was the proxy that refused, so that the endpoint has seen nothing. Undefined where it was not. */
export function proxyRefusal(error: unknown, { origin }: Endpoint, { proxy }: Route): ProxyVerdict | undefined {
  if (proxy === undefined || !(error instanceof Error)) return undefined;
  // undici has no other sign of the status than the words of its error.
  const status = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/.exec(error.message);
  if (!status) return undefined;
  const message = `The proxy ${proxy} refused the way to ${origin} (${status[1] ?? status[2]})`;
  return { kind: "Unreachable", message, advice: adviceFor(proxy, origin) };
}

/** For messages about a connection that was not made: where to. Undici does not always tell whether it was the proxy's or what is behind. */
export function nameOf({ origin }: Endpoint, { proxy }: Route): string {
  return proxy === undefined ? origin : `${origin} through the proxy ${proxy}`;
}

/**
 * Whether an answer that a proxy brought without a tunnel is its own, or somebody's behind it who is not the cloud. A proxy that
 * says so is believed. Otherwise it is a redirect, a 403, a 5xx or a web page that holds no JSON and no id by which a service
 * could find the request again. Whether a write had been passed on is then not known.
 */
export function proxyAnswer(
  { operation, method, headers }: Pick<HttpRequest, "operation" | "method" | "headers">,
  answer: HttpAnswer,
  { proxy, isTunnel }: Route,
  origin: string,
): ProxyVerdict | undefined {
  if (proxy === undefined || isTunnel || !isProxys(answer)) return undefined;
  const { status } = answer;
  const isCertain = !isWrite(method) || (status === 403 && isSigned(answer));
  // Some proxies repeat the request: of one with a body nothing is shown.
  const said = isHtml(answer)
    ? "a web page"
    : isWrite(method)
      ? ""
      : presentable(answer.body, redactor(Object.values(headers)));
  const message = `${operation} was answered by the proxy ${proxy}, not by the cloud: ${status}${said === "" ? "" : ` ${said}`}`;
  return { kind: isCertain ? "Unreachable" : "Unavailable", message, advice: adviceFor(proxy, origin) };
}

function adviceFor(proxy: string, origin: string): string {
  const { hostname } = new URL(origin);
  return `Let the proxy ${proxy} pass on requests to ${hostname}, or name that in NO_PROXY of the operator`;
}

function isProxys(answer: HttpAnswer): boolean {
  if (isSigned(answer)) return true;
  if (requestIdOf(answer) !== undefined || isJson(answer.body)) return false;
  const { status } = answer;
  return isHtml(answer) || (status >= 300 && status < 400) || status === 403 || status >= 500;
}

/** What proxies add to answers that are theirs: Squid's reason, and RFC 9209. */
function isSigned({ headers }: HttpAnswer): boolean {
  return headers.has("x-squid-error") || /;\s*error=/.test(headers.get("proxy-status") ?? "");
}

function isHtml({ headers, body }: HttpAnswer): boolean {
  return /html/i.test(headers.get("content-type") ?? "") || /^\s*<(?:!doctype|html)/i.test(body);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
