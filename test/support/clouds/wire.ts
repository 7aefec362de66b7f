// A real proxy between the operator and a simulator that passes everything on, remembers it with its bodies, and lets a test act
// right before a request reaches the cloud or right before its answer reaches the operator.
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As parsed from JSON; undefined where there is none. */
  readonly body: unknown;
  readonly status: number;
}

type Passing = Pick<Exchange, "method" | "path" | "body">;

export interface Wire extends AsyncDisposable {
  readonly url: string;
  /** What was answered so far, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** Runs before the next request that `matches` goes on to the cloud. */
  beforeRequest(matches: (request: Passing) => boolean, act: () => Promise<unknown>): void;
  /** Runs when the cloud has answered the next request that `matches`, before the operator learns of it. */
  beforeAnswer(matches: (request: Passing) => boolean, act: () => Promise<unknown>): void;
  /** What is answered in the cloud's place, which learns of nothing; undefined: all goes on to it again. */
  standIn: StandIn | undefined;
  /** What the operator gets in place of what the cloud has answered; undefined: that. */
  rewrite: ((request: Passing, answer: Buffer) => Buffer | undefined) | undefined;
}

export interface StandIn {
  readonly status: number;
  readonly contentType: string;
  readonly body: (path: string) => string;
}

export function answerAs({ status, contentType, body }: StandIn, path: string, response: http.ServerResponse): void {
  response.writeHead(status, { "content-type": contentType }).end(body(path));
}

interface Hook {
  readonly matches: (request: Passing) => boolean;
  readonly act: () => Promise<unknown>;
}

/** A gateway before several clouds: where a request goes on to, by its Authorization. */
type Route = (authorization: string) => string;

export async function startWire(target: string | Route): Promise<Wire> {
  const exchanges: Exchange[] = [];
  const before = new Set<Hook>();
  const after = new Set<Hook>();
  const agent = new http.Agent({ keepAlive: true });

  const pass = async (incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { method = "", url = "", headers } = incoming;
    const bytes = await buffer(incoming);
    const passing: Passing = { method, path: url.split("?")[0] ?? "", body: parsed(bytes) };
    await run(before, passing);
    const { standIn } = wire;
    if (standIn !== undefined) return answerAs(standIn, passing.path, response);
    // With the operator's Host, which it has signed.
    const base = typeof target === "string" ? target : target(headers.authorization ?? "");
    const request = http.request(new URL(url, base), { method, headers, agent }).end(bytes);
    const [answer] = (await once(request, "response")) as [http.IncomingMessage];
    const content = await buffer(answer);
    await run(after, passing);
    const status = answer.statusCode ?? 0;
    exchanges.push({ ...passing, status });
    const rewritten = wire.rewrite?.(passing, content);
    if (rewritten === undefined) response.writeHead(status, answer.headers).end(content);
    else response.writeHead(status, { "content-type": answer.headers["content-type"] }).end(rewritten);
  };
  const server = http.createServer((incoming, response) => {
    // As the cloud does that resets the connection.
    pass(incoming, response).catch(() => incoming.socket.resetAndDestroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const wire: Wire = {
    standIn: undefined,
    rewrite: undefined,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    beforeRequest: (matches, act) => void before.add({ matches, act }),
    beforeAnswer: (matches, act) => void after.add({ matches, act }),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
  return wire;
}

/** Lists as a part of the cloud tells them that has learned of nothing since `freeze`, until `thaw`. */
export function outdated(
  wire: Wire,
  isList: (request: Passing) => boolean,
): { readonly freeze: () => void; readonly thaw: () => void } {
  let last: Buffer | undefined;
  let isFrozen = false;
  wire.rewrite = (request, answer) => {
    if (!isList(request)) return undefined;
    if (!isFrozen) last = answer;
    return last;
  };
  return { freeze: () => void (isFrozen = true), thaw: () => void (isFrozen = false) };
}

/** Each hook acts once. */
async function run(hooks: Set<Hook>, passing: Passing): Promise<void> {
  const hook = [...hooks].find(({ matches }) => matches(passing));
  if (hook === undefined) return;
  hooks.delete(hook);
  await hook.act();
}

function parsed(bytes: Buffer): unknown {
  return bytes.length === 0 ? undefined : JSON.parse(bytes.toString());
}
