// One request and its answer on an undici dispatcher. It knows whether the request ever reached the wire.
import type { Dispatcher } from "undici";
import type { Clock } from "../../lib/clock.ts";
import type { HttpAnswer } from "./answer.ts";

/** The answer is longer than this client reads. */
export class AnswerTooLongError extends Error {
  constructor(maxBytes: number) {
    super(`The answer is longer than ${maxBytes} bytes`);
    this.name = "AnswerTooLongError";
  }
}

/**
 * Written on `dispatch` instead of undici's `request`, because that one neither tells whether anything was sent nor ends at an
 * abort while a connection is being made.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** True from the moment at which the first byte may have gone out: before it, the cloud can't have done anything. */
  sent = false;
  readonly #done = Promise.withResolvers<HttpAnswer>();
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #stopped: Error | undefined;
  #head: Omit<HttpAnswer, "body"> | undefined;
  #bytes = 0;

  constructor(options: { clock: Clock; maxBytes: number }) {
    this.#clock = options.clock;
    this.#maxBytes = options.maxBytes;
  }

  /** Call once. Rejects with undici's error or with what `stop` was given. */
  run(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): Promise<HttpAnswer> {
    dispatcher.dispatch(request, this);
    return this.#done.promise;
  }

  /** Ends it at once; what has not been sent never will be. After the end it does nothing. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    this.#controller?.abort(reason);
    this.#done.reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // undici starts a request a second time only to send it again: never, it may be a write.
    const refusal = this.#stopped ?? (this.sent ? new Error("The connection ended") : undefined);
    if (refusal !== undefined) {
      controller.abort(refusal);
      return;
    }
    this.sent = true;
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status >= 200) this.#head = { status, headers: firstValues(headers), arrivedAtMs: this.#clock.now() };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) controller.abort(new AnswerTooLongError(this.#maxBytes));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#head === undefined) this.#done.reject(new Error("The answer has no head"));
    else this.#done.resolve({ ...this.#head, body: Buffer.concat(this.#chunks).toString("utf8") });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#done.reject(error);
  }
}

export function firstValues(headers: Record<string, string | string[] | undefined>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? (name === "set-cookie" ? value.join("\n") : value[0]) : value;
    if (first !== undefined) values.set(name, first);
  }
  return values;
}
