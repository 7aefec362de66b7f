// HTTP to a cloud: one pool of connections per session, a deadline for each request, fenced writes, failures told apart by
// whether anything was sent. Nothing is repeated here and no redirect is followed.
import type { Dispatcher } from "undici";
import type { Clock } from "../../lib/clock.ts";
import { FencedError, type Fence } from "../../lib/fence.ts";
import { fencedTimeoutMs, fenceWrites, isWrite } from "../../lib/fenced-dispatcher.ts";
import type { Logger } from "../../lib/log.ts";
import type { CloudDeps } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { requestIdOf, type HttpAnswer } from "./answer.ts";
import { follow, wholeOf, type Carrier } from "./follow.ts";
import type { Endpoint } from "./endpoint.ts";
import { AnswerTooLongError, Exchange } from "./exchange.ts";
import type { HttpRequest } from "./request.ts";
import { nameOf, proxyAnswer, proxyRefusal, routeTo, type Route } from "./route.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;

export interface HttpLimits {
  readonly connectTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly longestAnswerBytes?: number;
  /** By which an answer is counted; default: its status. For services that say under HTTP 200 what went wrong. */
  readonly codeOf?: (answer: HttpAnswer) => number;
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
  readonly #codeOf: (answer: HttpAnswer) => number;
  readonly #route: Route;
  readonly #dispatcher: Dispatcher;
  /** What goes on keeps its connection: others must not wait for that. */
  readonly #openStreams: () => Dispatcher;
  #streams: Dispatcher | undefined;
  /** What goes on is not the dispatcher's any more, once it speaks another protocol. */
  readonly #closing = new AbortController();

  constructor(endpoint: Endpoint, deps: CloudDeps, limits: HttpLimits = {}) {
    this.#endpoint = endpoint;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#fence = deps.fence;
    this.#userAgent = deps.userAgent;
    this.#onRequest = deps.onRequest;
    this.#requestTimeoutMs = limits.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#longestAnswerBytes = limits.longestAnswerBytes ?? LONGEST_ANSWER_BYTES;
    this.#codeOf = limits.codeOf ?? (({ status }) => status);
    const connectTimeoutMs = limits.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    this.#route = routeTo(endpoint, deps.proxy, { connectTimeoutMs });
    this.#openStreams = () => routeTo(endpoint, deps.proxy, { connectTimeoutMs, connections: null }).dispatcher;
    this.#dispatcher = this.#route.dispatcher.compose(fenceWrites(deps.fence));
  }

  /**
   * Sends it once and reads the whole answer, whatever its status. Throws CloudError `Unreachable` where nothing was sent,
   * `Unavailable` where it broke off or took too long after that, either where a proxy spoke in the cloud's place; FencedError;
   * the signal's reason.
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
      this.#report(request, this.#codeOf(answer), startedAtMs, requestIdOf(answer));
      return this.#ofCloud(request, answer);
    } catch (error) {
      if (error instanceof CloudError) throw error;
      if (!(error instanceof FencedError)) this.#report(request, 0, startedAtMs);
      throw this.#explain(error, request, exchange.sent);
    } finally {
      deadline.cancel();
      request.signal.removeEventListener("abort", onAbort);
    }
  }

  /**
   * The lines of a GET that goes on, once it is accepted; what refuses it, as its answer. The time for a request is for its beginning.
   * Throws as `send` does, then and on the way. Leaving the loop or aborting frees the connection.
   */
  async follow(request: HttpRequest, carrier: Carrier): Promise<HttpAnswer | AsyncIterable<string>> {
    request.signal.throwIfAborted();
    const startedAtMs = this.#clock.monotonic();
    const patience = new AbortController();
    const deadline = this.#clock.after(this.#requestTimeoutMs, () => patience.abort(new DeadlineError()));
    const signal = AbortSignal.any([request.signal, patience.signal, this.#closing.signal]);
    const { headers, ...wire } = this.#wireForm(request);
    try {
      // Nothing is opened that nobody would close.
      signal.throwIfAborted();
      this.#streams ??= this.#openStreams();
      const followed = await follow(carrier, this.#streams, { ...wire, headers: headers ?? null, signal });
      if ("lines" in followed) {
        this.#report(request, followed.status, startedAtMs);
        return this.#explained(followed.lines, request);
      }
      const answer = await wholeOf(followed.refused, this.#clock.now());
      this.#report(request, answer.status, startedAtMs, requestIdOf(answer));
      return this.#ofCloud(request, answer);
    } catch (error) {
      if (error instanceof CloudError) throw error;
      this.#report(request, 0, startedAtMs);
      throw this.#explain(error, request, true);
    } finally {
      deadline.cancel();
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("The account's connections were closed"));
    await Promise.all([this.#route.dispatcher.destroy(), this.#streams?.destroy()]);
  }

  async *#explained(lines: AsyncIterable<string>, request: HttpRequest): AsyncGenerator<string, void, undefined> {
    try {
      yield* lines;
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : this.#explain(error, request, true);
    }
  }

  /** A write must end while this process may still write. */
  #timeoutMs({ method, body }: HttpRequest): number {
    const ms = typeof body === "object" ? body.timeoutMs : this.#requestTimeoutMs;
    return isWrite(method) ? fencedTimeoutMs(this.#fence, ms) : ms;
  }

  #wireForm(request: HttpRequest): Dispatcher.DispatchOptions {
    return {
      origin: this.#endpoint.origin,
      method: request.method,
      path: request.target,
      headers: { ...request.headers, host: this.#endpoint.host, "user-agent": this.#userAgent },
      body: typeof request.body === "object" ? request.body.open() : (request.body ?? null),
    };
  }

  /** The answer, unless a proxy gave it in the cloud's place. */
  #ofCloud(request: HttpRequest, answer: HttpAnswer): HttpAnswer {
    const verdict = proxyAnswer(request, answer, this.#route, this.#endpoint.origin);
    if (!verdict) return answer;
    const { kind, ...described } = verdict;
    throw new CloudError(kind, { ...described, codes: [String(answer.status)], requestId: requestIdOf(answer) });
  }

  #report({ operation, method }: HttpRequest, code: number, startedAtMs: number, requestId?: string): void {
    // What ends by being closed is nobody's answer, and comes when the account may be forgotten already.
    if (!this.#closing.signal.aborted) this.#onRequest?.({ operation, code });
    const durationMs = Math.round(this.#clock.monotonic() - startedAtMs);
    this.#log.debug({ operation, method, code, durationMs, requestId }, "Cloud request ended");
  }

  #explain(error: unknown, request: HttpRequest, sent: boolean): unknown {
    if (error instanceof FencedError || error === request.signal.reason) return error;
    const refusal = proxyRefusal(error, this.#endpoint, this.#route);
    if (refusal) return new CloudError(refusal.kind, { ...refusal, cause: error });
    const message = sent
      ? brokenOff(error, request.operation)
      : noConnection(error, nameOf(this.#endpoint, this.#route));
    return new CloudError(sent ? "Unavailable" : "Unreachable", { message, cause: error });
  }
}

/** Without the error's code, which differs from one time to the next for the same fault: the message has to be stable. */
function brokenOff(error: unknown, operation: string): string {
  if (error instanceof DeadlineError) return `${operation}: the cloud did not answer in time`;
  if (error instanceof AnswerTooLongError) return `${operation}: ${error.message}`;
  return `${operation}: the connection broke before the whole answer had come`;
}

function noConnection(error: unknown, where: string): string {
  if (error instanceof DeadlineError) return `No connection to ${where} in time`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "no code";
  if (code === "UND_ERR_DESTROYED") return "The account's connections were closed before the request was sent";
  return `No connection to ${where} (${code})`;
}
