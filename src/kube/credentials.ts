// What a request needs to be let in: headers and TLS settings, read again while the process runs (R18).
import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { isDeepStrictEqual } from "node:util";
import { type Cluster, KubeConfig, type User } from "@kubernetes/client-node";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";

/** Files and plug-ins are asked again when what they said is older than this. */
const FRESH_MS = 5000;

export type TlsSettings = Pick<RequestOptions, "ca" | "cert" | "key" | "passphrase" | "pfx" | "rejectUnauthorized"> & {
  servername?: string;
};

export interface Credentials {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same object for as long as nothing in it changed. */
  readonly tls: TlsSettings;
}

interface CredentialSourceOptions {
  kubeConfig: KubeConfig;
  clock: Clock;
  log: Logger;
}

export class CredentialSource {
  readonly #kubeConfig: KubeConfig;
  readonly #tokenFile: string | undefined;
  readonly #clock: Clock;
  readonly #log: Logger;
  #last: Credentials | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<Credentials> | undefined;

  constructor({ kubeConfig, clock, log }: CredentialSourceOptions) {
    const user = kubeConfig.getCurrentUser() ?? { name: "anonymous" };
    this.#tokenFile = tokenFileOf(user);
    this.#kubeConfig = authenticationOf(currentCluster(kubeConfig), user);
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * The credentials of now, at most 5 s old. Where they cannot be read any more, the last ones stay in use: a token or CA
   * that is being replaced is missing for a moment. Rejects only where there never were any.
   */
  async current(): Promise<Credentials> {
    if (this.#last && this.#clock.monotonic() - this.#readAtMs < FRESH_MS) return this.#last;
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The server refused them: the next request reads them again. */
  expire(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }

  async #refresh(): Promise<Credentials> {
    try {
      this.#last = keepUnchangedTls(this.#last, await this.#read());
    } catch (error) {
      if (!this.#last) throw error;
      this.#log.warn({ err: error }, "Kubernetes credentials were not read again, the last ones stayed in use");
    }
    this.#readAtMs = this.#clock.monotonic();
    return this.#last;
  }

  /**
   * `applyToHTTPSOptions` is client-node's public way to its authenticators (exec, OIDC, …) that also shows which TLS settings
   * they ask for. It reads the CA and certificate files, synchronously, hence no more than once in 5 s. The agent that it puts
   * in is one per KubeConfig and never connects.
   */
  async #read(): Promise<Credentials> {
    const options: RequestOptions = {};
    await this.#kubeConfig.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value);
    if (options.auth) headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    if (this.#tokenFile !== undefined) {
      headers["authorization"] = `Bearer ${(await readFile(this.#tokenFile, "utf8")).trim()}`;
    }
    return { headers, tls: tlsOf(options) };
  }
}

/** Throws where the KubeConfig has no current cluster. */
export function currentCluster(kubeConfig: KubeConfig): Cluster {
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) throw new Error("The kubeconfig has no current context with a cluster");
  return cluster;
}

function tokenFileOf(user: User): string | undefined {
  const provider = user.authProvider as { config?: { tokenFile?: string } } | null | undefined;
  return provider?.config?.tokenFile;
}

/**
 * A KubeConfig that is asked for credentials only. client-node refuses plain http unless TLS verification is off, though there
 * is no TLS to verify; it would leave out the CA where there is no user; it would make a proxy agent, which we do ourselves;
 * and its reader of token files looks once a minute and keeps the line feed.
 */
function authenticationOf(cluster: Cluster, user: User): KubeConfig {
  const { proxyUrl: _, ...direct } = cluster;
  const skipTLSVerify = cluster.skipTLSVerify || cluster.server.startsWith("http:");
  const { authProvider, ...rest } = user;
  const plainUser: User = tokenFileOf(user) === undefined ? { ...rest, authProvider } : rest;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ ...direct, skipTLSVerify }, plainUser);
  return kubeConfig;
}

const TLS_KEYS = ["ca", "cert", "key", "passphrase", "pfx", "rejectUnauthorized", "servername"] as const;

function tlsOf(options: RequestOptions): TlsSettings {
  return Object.fromEntries(TLS_KEYS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
}

function keepUnchangedTls(last: Credentials | undefined, next: Credentials): Credentials {
  return last && isDeepStrictEqual(last.tls, next.tls) ? { ...next, tls: last.tls } : next;
}
