// The fence at the last moment (R20): a write that waited for a connection asks it when it is about to go on the wire.
import type { Dispatcher } from "undici";
import { assertOpen, FencedError, type Fence } from "./fence.ts";

/** Everything but GET and HEAD counts as a write. */
export function isWrite(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

/**
 * For `dispatcher.compose`: fails a write with FencedError instead of sending it when the fence is shut at the moment a
 * connection is there to send it on. Reads pass. What must get through a shut fence uses the dispatcher beneath, which
 * shares its connections with the composed one.
 */
export function fenceWrites(fence: Fence): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, isWrite(options.method) ? new FencedHandler(handler, fence) : handler);
}

/** How long a write may take, so that it ends before the fence shuts. Throws FencedError when it is shut already. */
export function fencedTimeoutMs(fence: Fence, timeoutMs: number): number {
  assertOpen(fence);
  return Math.min(timeoutMs, fence.remainingMs());
}

/** Passes everything on to another handler, but for the start of the request. undici's own base class for this is deprecated. */
class FencedHandler implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #fence: Fence;

  constructor(handler: Dispatcher.DispatchHandler, fence: Fence) {
    this.#handler = handler;
    this.#fence = fence;
  }

  onRequestStart(
    ...[controller, context]: Parameters<NonNullable<Dispatcher.DispatchHandler["onRequestStart"]>>
  ): void {
    if (this.#fence.remainingMs() <= 0) controller.abort(new FencedError());
    else this.#handler.onRequestStart?.(controller, context);
  }

  onRequestUpgrade(...args: Parameters<NonNullable<Dispatcher.DispatchHandler["onRequestUpgrade"]>>): void {
    this.#handler.onRequestUpgrade?.(...args);
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseStart"]>>): void {
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(...args: Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseData"]>>): void {
    this.#handler.onResponseData?.(...args);
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseEnd"]>>): void {
    this.#handler.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseError"]>>): void {
    this.#handler.onResponseError?.(...args);
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }
}
