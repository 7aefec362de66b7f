// The plumbing against real servers that misbehave. Deadlines run on a fake clock; nothing here waits for real time.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setImmediate as connectionFreed } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import {
  json,
  startScriptedServer,
  type Answer,
  type ScriptedServer,
} from "../../../test/support/clouds/scripted-server.ts";
import { FencedError, openFence, type Fence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import type { CloudDeps } from "../contract.ts";
import { CloudError, outcomeIsUnknown } from "../errors.ts";
import { parseEndpoint } from "./endpoint.ts";
import { HttpSession, type HttpLimits } from "./http.ts";
import type { HttpRequest } from "./request.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const clock = new FakeClock();
const never = new AbortController().signal;

interface Made {
  session: HttpSession;
  counted: { operation: string; code: number }[];
}

function sessionTo(origin: string, options: { fence?: Fence; limits?: HttpLimits } = {}): Made {
  const counted: Made["counted"] = [];
  const deps: CloudDeps = {
    clock,
    log: createLogger({ level: "silent" }),
    fence: options.fence ?? openFence,
    userAgent: "yunfan/test (me)",
    onRequest: (request) => counted.push(request),
  };
  const session = new HttpSession(parseEndpoint(origin, { mode: "Plaintext" }), deps, options.limits);
  cleanUps.push(() => session.close());
  return { session, counted };
}

async function serverThat(answer: Answer): Promise<ScriptedServer> {
  const server = await startScriptedServer(answer);
  cleanUps.push(() => server[Symbol.asyncDispose]());
  return server;
}

/** Listens, and leaves each connection to the test. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => socket.destroy()));
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get: HttpRequest = { operation: "Read", method: "GET", target: "/things?page=1", headers: {}, signal: never };
const post: HttpRequest = {
  operation: "Write",
  method: "POST",
  target: "/things",
  headers: { "content-type": "application/json" },
  body: '{"name":"云"}',
  signal: never,
};

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("It succeeded"),
    (error: unknown) => error,
  );
}

describe("a request", () => {
  test("goes out as told, with Host and User-Agent, and brings the answer whatever its status", async () => {
    const server = await serverThat((_request, response) => json(response, 418, { message: "no" }));
    const { session, counted } = sessionTo(server.origin);
    const answer = await session.send(post);
    expect(answer).toMatchObject({ status: 418, body: '{"message":"no"}', arrivedAtMs: clock.now() });
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(server.seen).toEqual([
      expect.objectContaining({
        method: "POST",
        url: "/things",
        body: '{"name":"云"}',
        headers: expect.objectContaining({ host: `127.0.0.1:${server.port}`, "user-agent": "yunfan/test (me)" }),
      }),
    ]);
    expect(counted).toEqual([{ operation: "Write", code: 418 }]);
  });

  test("reuses connections", async () => {
    const ports = new Set<number | undefined>();
    const server = await serverThat((_request, response) => {
      ports.add(response.socket?.remotePort);
      json(response, 200, []);
    });
    const { session } = sessionTo(server.origin);
    for (let i = 0; i < 20; i += 1) await session.send(get);
    // Two: undici frees a connection one turn of the event loop after its answer.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  test("does not follow a redirect", async () => {
    const server = await serverThat((_request, response) => {
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    expect((await sessionTo(server.origin).session.send(post)).status).toBe(307);
    expect(server.seen).toHaveLength(1);
  });
});

describe("nothing was sent", () => {
  test("where the connection is refused: Unreachable, so a write can't have happened", async () => {
    const { origin, ...server } = await startScriptedServer(() => undefined);
    await server[Symbol.asyncDispose]();
    const { session, counted } = sessionTo(origin);
    const error = await failureOf(session.send(post));
    expect(error).toMatchObject({ kind: "Unreachable", codes: [] });
    expect((error as CloudError).message).toBe(`No connection to ${origin} (ECONNREFUSED)`);
    expect(outcomeIsUnknown(error)).toBe(false);
    expect(counted).toEqual([{ operation: "Write", code: 0 }]);
  });

  test("where the name does not resolve", async () => {
    const error = await failureOf(sessionTo("http://nowhere.invalid").session.send(get));
    expect(error).toMatchObject({ kind: "Unreachable", message: expect.stringMatching(/\((ENOTFOUND|EAI_AGAIN)\)$/) });
  });

  test("where the session is closed before", async () => {
    const server = await serverThat((_request, response) => json(response, 200, []));
    const { session } = sessionTo(server.origin);
    await session.close();
    await session.close();
    expect(await failureOf(session.send(post))).toMatchObject({ kind: "Unreachable" });
    expect(server.seen).toHaveLength(0);
  });

  test("where every connection is busy until the deadline, and it is never sent later", async () => {
    const waiting: (() => void)[] = [];
    const server = await serverThat((_request, response) => waiting.push(() => json(response, 200, [])));
    const { session } = sessionTo(server.origin, { fence: { remainingMs: () => 5_000 } });
    const busy = Array.from({ length: 32 }, () => session.send({ ...get, operation: "Busy" }));
    await vi.waitFor(() => expect(waiting).toHaveLength(32));
    const late = failureOf(session.send(post));
    await clock.advance(5_000);
    expect(await late).toMatchObject({ kind: "Unreachable" });
    server.answer = (_request, response) => json(response, 200, []);
    for (const answer of waiting) answer();
    await Promise.all(busy);
    expect((await session.send(get)).status).toBe(200);
    expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(0);
  });
});

describe("something was sent", () => {
  async function unknown(session: HttpSession, request = post): Promise<CloudError> {
    const error = await failureOf(session.send(request));
    expect(error).toBeInstanceOf(CloudError);
    expect(error).toMatchObject({ kind: "Unavailable" });
    expect(outcomeIsUnknown(error)).toBe(true);
    return error as CloudError;
  }

  test("and the connection is reset before an answer", async () => {
    const server = await serverThat((_request, response) => response.socket?.resetAndDestroy());
    const { session, counted } = sessionTo(server.origin);
    await unknown(session);
    expect(server.seen).toHaveLength(1);
    expect(counted).toEqual([{ operation: "Write", code: 0 }]);
  });

  test("and a kept-alive connection closes under the second write: it is not sent again", async () => {
    let connections = 0;
    const origin = await rawServer((socket) => {
      connections += 1;
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n");
        socket.once("data", () => socket.end());
      });
    });
    const { session } = sessionTo(origin);
    await session.send(post);
    await connectionFreed();
    const error = await unknown(session);
    expect(error.message).toBe("Write: the connection broke before the whole answer had come");
    expect(connections).toBe(1);
  });

  test("and the answer breaks off in its middle", async () => {
    const server = await serverThat((_request, response) => {
      response.writeHead(201, { "content-length": "100" });
      response.write("half", () => response.socket?.destroy());
    });
    const error = await unknown(sessionTo(server.origin).session);
    expect(error.message).toBe("Write: the connection broke before the whole answer had come");
  });

  test("and the answer is longer than the limit", async () => {
    const server = await serverThat((_request, response) => response.end("x".repeat(5_000)));
    const error = await unknown(sessionTo(server.origin, { limits: { longestAnswerBytes: 1_000 } }).session);
    expect(error.message).toBe("Write: The answer is longer than 1000 bytes");
  });

  test("and the answer is not HTTP", async () => {
    const origin = await rawServer((socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH_9.6\r\n")));
    const error = await unknown(sessionTo(origin).session);
    expect(error.message).toBe("Write: the connection broke before the whole answer had come");
  });

  test.each([
    ["no head", () => undefined],
    ["a head and no body", (response: Parameters<Answer>[1]) => response.writeHead(200).flushHeaders()],
  ])("and %s comes within the time-out", async (_what, half) => {
    const server = await serverThat((_request, response) => {
      half(response);
    });
    const error = unknown(sessionTo(server.origin).session);
    await vi.waitFor(() => expect(server.seen).toHaveLength(1));
    await clock.advance(30_000);
    expect((await error).message).toBe("Write: the cloud did not answer in time");
  });

  test("and the session is closed", async () => {
    const server = await serverThat(() => undefined);
    const { session } = sessionTo(server.origin);
    const error = unknown(session);
    await vi.waitFor(() => expect(server.seen).toHaveLength(1));
    await session.close();
    await error;
  });
});

describe("the caller's signal", () => {
  test("ends a request under way with its own reason", async () => {
    const server = await serverThat(() => undefined);
    const abort = new AbortController();
    const error = failureOf(sessionTo(server.origin).session.send({ ...post, signal: abort.signal }));
    await vi.waitFor(() => expect(server.seen).toHaveLength(1));
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await error).toBe(reason);
  });

  test("that was aborted before sends nothing", async () => {
    const server = await serverThat((_request, response) => json(response, 200, []));
    const reason = new Error("enough");
    const { session } = sessionTo(server.origin);
    expect(await failureOf(session.send({ ...post, signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.seen).toHaveLength(0);
  });
});

describe("the fence", () => {
  const shut: Fence = { remainingMs: () => 0 };

  test("lets reads pass and no write, which is no request either", async () => {
    const server = await serverThat((_request, response) => json(response, 200, []));
    const { session, counted } = sessionTo(server.origin, { fence: shut });
    expect(await failureOf(session.send(post))).toBeInstanceOf(FencedError);
    expect(server.seen).toHaveLength(0);
    expect((await session.send(get)).status).toBe(200);
    expect(counted).toEqual([{ operation: "Read", code: 200 }]);
  });

  test("is asked again when the connection is there: a write that waited is not sent", async () => {
    const server = await serverThat((_request, response) => json(response, 200, []));
    let asked = 0;
    const shuttingFence: Fence = { remainingMs: () => ((asked += 1) > 2 ? 0 : 1_000) };
    const { session, counted } = sessionTo(server.origin, { fence: shuttingFence });
    expect(await failureOf(session.send(post))).toBeInstanceOf(FencedError);
    expect(server.seen).toHaveLength(0);
    expect(counted).toEqual([]);
  });

  test("ends a write before the lease does", async () => {
    const server = await serverThat(() => undefined);
    const { session } = sessionTo(server.origin, { fence: { remainingMs: () => 4_000 } });
    const error = failureOf(session.send(post));
    await vi.waitFor(() => expect(server.seen).toHaveLength(1));
    await clock.advance(4_000);
    expect(await error).toMatchObject({ kind: "Unavailable" });
  });
});
