// The way out of a closed network: which proxy the requests to a cloud go through, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say.
import { parseBypass } from "./bypass.ts";

/** Never logged: a proxy's URL may hold a password. */
export interface ProxySettings {
  /** For endpoints of that scheme; unset: straight. */
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  /** Hosts that are reached straight, as NO_PROXY lists them; the loopback is one of them. */
  readonly bypass: string;
}

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * Undefined where no proxy is set. As curl reads them: lower case wins, and https requests heed HTTPS_PROXY alone. Throws an error
 * that names the variable and shows nothing of its value.
 */
export function proxyFromEnvironment(env: NodeJS.ProcessEnv): ProxySettings | undefined {
  const http = proxyUrl(env, "HTTP_PROXY");
  const https = proxyUrl(env, "HTTPS_PROXY");
  if (http === undefined && https === undefined) return undefined;
  return { http, https, bypass: [valueOf(env, "NO_PROXY"), ...LOOPBACK].join(",") };
}

/** Entries of NO_PROXY that can never mean anything: whoever wrote them wants to know. They hold no secrets. */
export function meaninglessEntries({ bypass }: ProxySettings): readonly string[] {
  return parseBypass(bypass).meaningless;
}

/** The URL of the proxy that requests to this origin go through; undefined where they go straight. */
export function proxyFor(origin: string, { http, https, bypass }: ProxySettings): string | undefined {
  const proxy = origin.startsWith("https:") ? https : http;
  return proxy === undefined || parseBypass(bypass).covers(origin) ? undefined : proxy;
}

function proxyUrl(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = valueOf(env, name);
  if (value === "") return undefined;
  const protocol = URL.parse(value)?.protocol;
  if (protocol === "http:" || protocol === "https:") return value;
  throw new Error(`${name} is no URL of a proxy: give it as http://host:port`);
}

function valueOf(env: NodeJS.ProcessEnv, name: string): string {
  return (env[name.toLowerCase()] ?? env[name] ?? "").trim();
}
