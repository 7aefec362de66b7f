// Answers that go on, against real servers that refuse, fall silent, and break off. The deadline runs on a fake clock.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { Carrier } from "./follow.ts";
import { HttpSession } from "./http.ts";

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function bed(handler: Handler) {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(() => server.close().closeAllConnections());
  const clock = new FakeClock();
  const counted: number[] = [];
  const { port } = server.address() as AddressInfo;
  const session = new HttpSession(parseEndpoint(`http://127.0.0.1:${port}`, { mode: "Plaintext" }), {
    clock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: "yunfan/test (me)",
    onRequest: ({ code }) => counted.push(code),
  });
  cleanUps.push(() => session.close());
  const leaving = new AbortController();
  const follow = (carrier: Carrier): ReturnType<HttpSession["follow"]> =>
    session.follow(
      { operation: "WatchThings", method: "GET", target: "/watch", headers: {}, signal: leaving.signal },
      carrier,
    );
  return { follow, clock, counted, leaving, session, url: `http://127.0.0.1:${port}` };
}

async function linesIn(followed: Awaited<ReturnType<HttpSession["follow"]>>, most = Infinity): Promise<string[]> {
  const lines: string[] = [];
  if ("status" in followed) throw new Error(`It was refused with ${followed.status}`);
  for await (const line of followed) if (lines.push(line) >= most) break;
  return lines;
}

describe("an answer that goes on", () => {
  it("gives its lines as they come, and lets go of the connection when it is left", async () => {
    const closed = Promise.withResolvers<void>();
    const { follow, counted } = await bed((_, response) => {
      response.once("close", () => closed.resolve()).write("one\ntwo\nthr");
    });
    expect(await linesIn(await follow("Body"), 2)).toEqual(["one", "two"]);
    await closed.promise;
    expect(counted).toEqual([200]);
  });

  it("says by what answer it is refused", async () => {
    const { follow, counted } = await bed((_, response) => void response.writeHead(403).end('{"code":"no"}'));
    expect(await follow("Body")).toMatchObject({ status: 403, body: '{"code":"no"}' });
    await expect(follow("WebSocket")).rejects.toMatchObject({ kind: "Unavailable" });
    expect(counted).toEqual([403, 0]);
  });

  it("is told apart from one that breaks off, or is left", async () => {
    const { follow, leaving } = await bed((request, response) => {
      response.write("one\n", () => setImmediate(() => leaving.signal.aborted || request.socket.resetAndDestroy()));
    });
    await expect(linesIn(await follow("Body"))).rejects.toMatchObject({ kind: "Unavailable" });
    const reason = new Error("left");
    const quiet = await bed((_, response) => void response.write("one\n"));
    const followed = linesIn(await quiet.follow("Body"));
    quiet.leaving.abort(reason);
    await expect(followed).rejects.toBe(reason);
  });

  it.each(["Body", "WebSocket"] as const)("is not asked for once the connections are closed (%s)", async (carrier) => {
    let asked = 0;
    const { follow, counted, session, url } = await bed((_, response) => void (asked++, response.end()));
    await session.close();
    await expect(follow(carrier)).rejects.toMatchObject({ kind: "Unavailable" });
    // Whatever was on its way before this one has come.
    await fetch(url);
    expect([asked, counted]).toEqual([1, []]);
  });

  it.each(["Body", "WebSocket"] as const)("that does not begin in time (%s) is given up", async (carrier) => {
    const asked = Promise.withResolvers<void>();
    const { follow, clock, counted } = await bed(() => asked.resolve());
    const failed = follow(carrier).catch((error: unknown) => error);
    await asked.promise;
    await clock.advance(30_000);
    expect(await failed).toMatchObject({
      kind: "Unavailable",
      message: "WatchThings: the cloud did not answer in time",
    });
    expect(counted).toEqual([0]);
  });
});
