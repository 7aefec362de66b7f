// The way to the API server: pooled connections, time-outs, throttling, the fence, and errors by class (R10, R18, R20).
import { setImmediate as nextTurn } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Dispatcher } from "undici";
import { type Clock, sleep } from "../lib/clock.ts";
import { parseExactly, stringifyExactly } from "../lib/exact-json.ts";
import { type Fence, FencedError, openFence } from "../lib/fence.ts";
import { fencedTimeoutMs, isWrite } from "../lib/fenced-dispatcher.ts";
import { splitLines } from "../lib/lines.ts";
import type { Logger } from "../lib/log.ts";
import { readError, retryAfterMs } from "./responses.ts";
import { Connections, type Connecting } from "./connections.ts";
import { CredentialSource, currentCluster, type TlsSettings } from "./credentials.ts";
import { KubeError, KubeSilentError, KubeUnreachableError } from "./errors.ts";
import { orAborted, Patience, TimeoutError } from "./deadline.ts";

const REQUEST_TIMEOUT_MS = 30_000;
/** As client-go. */
const MAX_THROTTLED_TRIES = 10;

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KubeTransportOptions {
  kubeConfig: KubeConfig;
  clock: Clock;
  log: Logger;
  userAgent: string;
  /** Asked by every write; open where unset. */
  fence?: Fence | undefined;
  /** Called once per try, for rest_client_requests_total; `code` is "<error>" where no answer came. */
  onResponse?: (response: { method: string; code: string; host: string }) => void;
  /** 30 s where unset. */
  requestTimeoutMs?: number;
  /** How connections are made; the defaults are those of the operator's own cluster. */
  connecting?: Connecting;
}

export interface KubeRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Encoded, without the query. */
  path: string;
  /** Undefined members are left out. */
  query?: Query | undefined;
  /** Sent as JSON. */
  body?: unknown;
  contentType?: string | undefined;
  accept?: string | undefined;
  /** Further ones, by lower-case name. */
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Lets a write through a shut fence: for the lease that the fence is made of. */
  unfenced?: boolean | undefined;
}

export interface KubeStreamRequest {
  path: string;
  query?: Query | undefined;
  accept?: string | undefined;
  /** Further ones, by lower-case name. */
  headers?: Readonly<Record<string, string>> | undefined;
  signal: AbortSignal;
  /** A connection that brings no byte for that long while one is waited for is taken for dead; asked anew for each wait. */
  idleTimeoutMs: () => number;
}

interface Call extends KubeRequest {
  stream?: boolean;
}

/** One API server. Nothing is sent twice, except what a 429, or a 503 to a read, says was not done. */
export class KubeTransport implements AsyncDisposable {
  readonly #options: KubeTransportOptions;
  readonly #fence: Fence;
  readonly #server: URL;
  readonly #credentials: CredentialSource;
  readonly #connections: Connections;

  private constructor(options: KubeTransportOptions) {
    const { server, proxyUrl } = currentCluster(options.kubeConfig);
    this.#options = options;
    this.#fence = options.fence ?? openFence;
    this.#server = new URL(server);
    this.#credentials = new CredentialSource(options);
    this.#connections = new Connections({ fence: this.#fence, proxyUrl, ...options.connecting });
  }

  /** Reads nothing and connects to nothing yet. Throws where the KubeConfig has no current cluster. */
  static create(options: KubeTransportOptions): KubeTransport {
    return new KubeTransport(options);
  }

  /**
   * The parsed JSON answer, with bigints for whole numbers beyond 2^53. Throttling by the server is waited out within `timeoutMs`, which a write shortens to what the fence
   * leaves. Rejects with KubeError when the server refused, KubeUnreachableError when no answer came (a write may have taken
   * effect), FencedError when this process may not write (it was not sent), or the reason of `signal`.
   */
  async request<T>(request: KubeRequest): Promise<T> {
    const patience = new Patience(this.#options.clock, request.signal);
    try {
      patience.arm(this.#timeoutMs(request));
      const answer = await this.#accepted(request, patience);
      return parseExactly(await answer.body.text()) as T;
    } catch (error) {
      throw failureOf(error, request);
    } finally {
      patience.end();
    }
  }

  /**
   * The lines of a GET that goes on, such as a watch. Resolves once the server has accepted it; rejects as `request` does. The
   * iteration ends when the server ends it, and throws KubeUnreachableError when the connection broke, KubeSilentError when it
   * fell silent, or the reason of `signal`. Leaving the loop or aborting frees the connection; so one of the two has to happen.
   */
  async stream(request: KubeStreamRequest): Promise<AsyncIterable<string>> {
    const call: Call = { method: "GET", stream: true, ...request };
    const patience = new Patience(this.#options.clock, request.signal);
    try {
      // Something on the way may keep the head of the answer until there is a first byte of news.
      patience.arm(request.idleTimeoutMs());
      const answer = await this.#accepted(call, patience);
      patience.disarm();
      return lines(answer.body, patience, request);
    } catch (error) {
      patience.end();
      throw failureOf(error, call);
    }
  }

  /** Breaks off what is under way, streams included. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections.close();
  }

  #timeoutMs(request: KubeRequest): number {
    const timeoutMs = request.timeoutMs ?? this.#options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    const isFenced = isWrite(request.method) && !request.unfenced;
    return isFenced ? fencedTimeoutMs(this.#fence, timeoutMs) : timeoutMs;
  }

  /** The first answer with 2xx, waiting out throttling. */
  async #accepted(call: Call, patience: Patience): Promise<Dispatcher.ResponseData> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#send(call, patience.signal);
      if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
      const nowMs = this.#options.clock.now();
      const error = await readError(answer, call, nowMs);
      if (error.code === 401) this.#credentials.expire();
      const waitMs = isThrottled(error, call) ? retryAfterMs(answer.headers["retry-after"], nowMs) : undefined;
      if (waitMs === undefined || waitMs >= patience.remainingMs || tries >= MAX_THROTTLED_TRIES) throw error;
      this.#options.log.debug({ method: call.method, path: call.path, waitMs }, "Throttled by the API server");
      await sleep(this.#options.clock, waitMs, patience.signal);
    }
  }

  async #send(call: Call, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const credentials = await orAborted(this.#credentials.current(), signal);
    // undici frees a connection one turn of the event loop after its answer: without this, a caller that sends one request after
    // the other would use two connections in turns.
    await nextTurn();
    signal.throwIfAborted();
    const dispatcher = this.#dispatcher(call, credentials.tls);
    const host = this.#server.host;
    try {
      // undici lets go of a request that has no connection yet only when its turn comes: the caller shall not wait for that.
      const answer = await orAborted(dispatcher.request(this.#wireOptions(call, credentials.headers, signal)), signal);
      this.#options.onResponse?.({ method: call.method, code: String(answer.statusCode), host });
      return answer;
    } catch (error) {
      if (!(error instanceof FencedError)) this.#options.onResponse?.({ method: call.method, code: "<error>", host });
      throw error;
    }
  }

  #dispatcher(call: Call, tls: TlsSettings): Dispatcher {
    const { streams, requests, unfenced } = this.#connections.pools(tls);
    if (call.stream) return streams;
    return call.unfenced ? unfenced : requests;
  }

  #wireOptions(
    call: Call,
    credentials: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Dispatcher.RequestOptions {
    const contentType = call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" };
    return {
      origin: this.#server.origin,
      // Some clouds serve a cluster's API below a path of a shared host.
      path: `${this.#server.pathname.replace(/\/$/, "")}${call.path}${queryString(call.query)}`,
      method: call.method,
      headers: {
        accept: call.accept ?? "application/json",
        "user-agent": this.#options.userAgent,
        ...contentType,
        ...call.headers,
        ...credentials,
      },
      body: call.body === undefined ? null : stringifyExactly(call.body),
      signal,
    };
  }
}

/**
 * client-go repeats every 5xx with a Retry-After. We repeat a write only after 429, which says that it was not done; a 503 may
 * come from a proxy that had passed it on.
 */
function isThrottled(error: KubeError, call: Call): boolean {
  return error.code === 429 || (error.code === 503 && !isWrite(call.method));
}

function failureOf(
  error: unknown,
  request: { method: string; path: string; signal?: AbortSignal | undefined },
): unknown {
  if (error instanceof KubeError || error instanceof FencedError) return error;
  if (request.signal?.aborted) return request.signal.reason;
  return new KubeUnreachableError(request, error);
}

function queryString(query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? "" : `?${search.toString()}`;
}

async function* lines(
  body: Dispatcher.ResponseData["body"],
  patience: Patience,
  request: KubeStreamRequest,
): AsyncGenerator<string, void, undefined> {
  try {
    for await (const line of splitLines(chunksWithin(body, patience, request.idleTimeoutMs))) {
      // Lines that are here already are not given out after an abort either.
      patience.signal.throwIfAborted();
      yield line;
    }
  } catch (error) {
    const call = { method: "GET", ...request };
    throw error instanceof TimeoutError ? new KubeSilentError(call, error) : failureOf(error, call);
  } finally {
    body.destroy();
    patience.end();
  }
}

/** The time counts only while a chunk is waited for: a slow reader does not make the connection dead. */
async function* chunksWithin(
  body: AsyncIterable<Buffer>,
  patience: Patience,
  idleTimeoutMs: () => number,
): AsyncGenerator<Buffer, void, undefined> {
  patience.arm(idleTimeoutMs());
  for await (const chunk of body) {
    patience.disarm();
    yield chunk;
    patience.arm(idleTimeoutMs());
  }
}
