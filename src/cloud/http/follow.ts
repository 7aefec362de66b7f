// Answers that go on: the lines of a body, or the messages of a WebSocket (RFC 6455), until either side ends them.
import { on } from "node:events";
import { type Dispatcher, WebSocket } from "undici";
import { splitLines } from "../../lib/lines.ts";
import type { HttpAnswer } from "./answer.ts";
import { firstValues } from "./exchange.ts";

export type Carrier = "Body" | "WebSocket";

/** `refused`: its whole answer, where the status is no success. */
export type Followed =
  | { readonly status: number; readonly lines: AsyncIterable<string> }
  | { readonly refused: Dispatcher.ResponseData };

/** Resolves once the other side has accepted it. Leaving the loop or aborting frees the connection; one of the two has to happen. */
export function follow(
  carrier: Carrier,
  dispatcher: Dispatcher,
  request: Dispatcher.RequestOptions & { readonly signal: AbortSignal },
): Promise<Followed> {
  return carrier === "Body" ? followBody(dispatcher, request) : followSocket(dispatcher, request);
}

async function followBody(dispatcher: Dispatcher, request: Dispatcher.RequestOptions): Promise<Followed> {
  const answer = await dispatcher.request(request);
  if (answer.statusCode >= 300) return { refused: answer };
  return { status: answer.statusCode, lines: splitLines(answer.body as AsyncIterable<Buffer>) };
}

/** The library does not tell with which status a WebSocket was refused. */
async function followSocket(
  dispatcher: Dispatcher,
  { origin, path, headers, signal }: Dispatcher.RequestOptions & { readonly signal: AbortSignal },
): Promise<Followed> {
  const url = `${String(origin).replace(/^http/, "ws")}${path}`;
  const socket = new WebSocket(url, { dispatcher, headers: headers as Record<string, string> });
  const messages = on(socket, "message", { signal, close: ["close"] });
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("close", () => opened.reject(new Error("The WebSocket was refused")));
  const stop = (): void => opened.reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  // What goes wrong once it is open ends it.
  socket.addEventListener("error", () => undefined);
  try {
    await opened.promise;
    return { status: 101, lines: textsOf(socket, messages) };
  } catch (error) {
    socket.close();
    await messages.return?.();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function* textsOf(socket: WebSocket, messages: AsyncIterable<unknown>): AsyncGenerator<string, void, undefined> {
  try {
    for await (const [event] of messages as AsyncIterable<[MessageEvent]>) {
      const data: unknown = event.data;
      if (typeof data === "string") yield data;
    }
  } finally {
    socket.close();
  }
}

export async function wholeOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  nowMs: number,
): Promise<HttpAnswer> {
  return { status: statusCode, headers: firstValues(headers), arrivedAtMs: nowMs, body: await body.text() };
}
