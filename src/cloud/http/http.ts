// HTTP to a cloud: one pool of connections per session, a deadline for each request, fenced writes, failures told apart by
// whether anything was sent. Nothing is repeated here and no redirect is followed.
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import type { Clock } from "../../lib/clock.ts";
import { FencedError, type Fence } from "../../lib/fence.ts";
import { fencedTimeoutMs, fenceWrites, isWrite } from "../../lib/fenced-dispatcher.ts";
import type { Logger } from "../../lib/log.ts";
import type { CloudDeps } from "../contract.ts";
import { CloudError } from "../errors.ts";
import type { HttpAnswer } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import { AnswerTooLongError, Exchange } from "./exchange.ts";
import type { ProxySettings } from "./proxy.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;
/** A token alone may have 16 KiB, which is all that Node allows by default. */
const LONGEST_HEAD_BYTES = 64 * 1024;
/** Enough for every worker; a cloud's gateway limits connections sooner than we do. */
const MOST_CONNECTIONS = 32;

export interface HttpRequest {
  /** What it is for, in CamelCase: the label of metrics and the first word of messages. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** Host and User-Agent are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

export interface HttpLimits {
  readonly connectTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly longestAnswerBytes?: number;
}

class DeadlineError extends Error {}

/** The connections of one account. Closing it fails what is in flight. */
export class HttpSession {
  readonly #endpoint: Endpoint;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #fence: Fence;
  readonly #userAgent: string;
  readonly #onRequest: CloudDeps["onRequest"];
  readonly #requestTimeoutMs: number;
  readonly #longestAnswerBytes: number;
  readonly #agent: Dispatcher;
  readonly #dispatcher: Dispatcher;

  constructor(endpoint: Endpoint, deps: CloudDeps, limits: HttpLimits = {}) {
    this.#endpoint = endpoint;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#fence = deps.fence;
    this.#userAgent = deps.userAgent;
    this.#onRequest = deps.onRequest;
    this.#requestTimeoutMs = limits.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#longestAnswerBytes = limits.longestAnswerBytes ?? LONGEST_ANSWER_BYTES;
    this.#agent = createAgent(endpoint, deps.proxy, limits.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    this.#dispatcher = this.#agent.compose(fenceWrites(deps.fence));
  }

  /**
   * Sends it once and reads the whole answer, whatever its status. Throws CloudError `Unreachable` where nothing was sent,
   * `Unavailable` where it broke off or took too long after that; FencedError; the signal's reason.
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    request.signal.throwIfAborted();
    const startedAtMs = this.#clock.monotonic();
    const exchange = new Exchange({ clock: this.#clock, maxBytes: this.#longestAnswerBytes });
    const deadline = this.#clock.after(this.#timeoutMs(request), () => exchange.stop(new DeadlineError()));
    const onAbort = (): void => exchange.stop(request.signal.reason as Error);
    request.signal.addEventListener("abort", onAbort, { once: true });
    try {
      const answer = await exchange.run(this.#dispatcher, this.#wireForm(request));
      this.#report(request, answer.status, startedAtMs);
      return answer;
    } catch (error) {
      if (!(error instanceof FencedError)) this.#report(request, 0, startedAtMs);
      throw this.#explain(error, request, exchange.sent);
    } finally {
      deadline.cancel();
      request.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** A write must end while this process may still write. */
  #timeoutMs(request: HttpRequest): number {
    if (!isWrite(request.method)) return this.#requestTimeoutMs;
    return fencedTimeoutMs(this.#fence, this.#requestTimeoutMs);
  }

  #wireForm(request: HttpRequest): Dispatcher.DispatchOptions {
    return {
      origin: this.#endpoint.origin,
      method: request.method,
      path: request.target,
      headers: { ...request.headers, host: this.#endpoint.host, "user-agent": this.#userAgent },
      body: request.body ?? null,
    };
  }

  #report(request: HttpRequest, code: number, startedAtMs: number): void {
    this.#onRequest?.({ operation: request.operation, code });
    const durationMs = Math.round(this.#clock.monotonic() - startedAtMs);
    this.#log.debug({ operation: request.operation, method: request.method, code, durationMs }, "Cloud request ended");
  }

  #explain(error: unknown, request: HttpRequest, sent: boolean): unknown {
    if (error instanceof FencedError || error === request.signal.reason) return error;
    const message = sent ? brokenOff(error, request.operation) : noConnection(error, this.#endpoint.origin);
    return new CloudError(sent ? "Unavailable" : "Unreachable", { message, cause: error });
  }
}

function createAgent(endpoint: Endpoint, proxy: ProxySettings | undefined, connectTimeoutMs: number): Dispatcher {
  const { mode, caBundle } = endpoint.tls;
  const tls = { rejectUnauthorized: mode !== "SkipVerify", ...(caBundle === undefined ? {} : { ca: caBundle }) };
  const options = {
    allowH2: false,
    pipelining: 1,
    connections: MOST_CONNECTIONS,
    maxHeaderSize: LONGEST_HEAD_BYTES,
    // `send` has its own deadline, by the injected clock and over the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs, ...tls },
  };
  if (proxy === undefined) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    ...routesOf(endpoint, proxy),
    requestTls: tls,
    connectTimeout: connectTimeoutMs,
  });
}

/** Empty, not unset, where there is none: undici would look into the environment, and send https through HTTP_PROXY as well. */
function routesOf({ origin }: Endpoint, { http = "", https = "", bypass }: ProxySettings): EnvHttpProxyAgent.Options {
  const isHttps = origin.startsWith("https:");
  return { httpProxy: isHttps ? "" : http, httpsProxy: isHttps ? https : "", noProxy: bypass };
}

/** Without the error's code, which differs from one time to the next for the same fault: the message has to be stable. */
function brokenOff(error: unknown, operation: string): string {
  if (error instanceof DeadlineError) return `${operation}: the cloud did not answer in time`;
  if (error instanceof AnswerTooLongError) return `${operation}: ${error.message}`;
  return `${operation}: the connection broke before the whole answer had come`;
}

function noConnection(error: unknown, origin: string): string {
  if (error instanceof DeadlineError) return `No connection to ${origin} in time`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "no code";
  if (code === "UND_ERR_DESTROYED") return "The account's connections were closed before the request was sent";
  return `No connection to ${origin} (${code})`;
}
