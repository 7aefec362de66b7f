import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, type Dispatcher } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/environment/eventually.ts";
import { rejectionOf } from "../../test/support/environment/rejection.ts";
import { fencedTimeoutMs, fenceWrites } from "./fenced-dispatcher.ts";
import { FencedError, openFence } from "./fence.ts";

/** A server that answers when told to, and an agent with a single connection to it, so that a second request has to wait. */
let server: http.Server;
let origin: string;
let agent: Agent;
let arrived: string[];
let answerAll: () => void;
let remainingMs: number;
let fenced: Dispatcher;

beforeEach(async () => {
  arrived = [];
  const { promise: released, resolve } = Promise.withResolvers<void>();
  answerAll = resolve;
  server = http.createServer((request, response) => {
    arrived.push(request.method ?? "");
    void released.then(() => response.end("done"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  agent = new Agent({ connections: 1, pipelining: 1 });
  remainingMs = 1000;
  fenced = agent.compose(fenceWrites({ remainingMs: () => remainingMs }));
});

afterEach(async () => {
  await agent.destroy();
  server.closeAllConnections();
  server.close();
});

async function send(dispatcher: Dispatcher, method: Dispatcher.HttpMethod): Promise<string> {
  const answer = await dispatcher.request({ origin, path: "/", method });
  return answer.body.text();
}

describe("fenceWrites", () => {
  it("R20: a write that waited for a connection until the fence shut never goes on the wire; a read does", async () => {
    const first = send(fenced, "GET");
    await eventually(() => arrived).toEqual(["GET"]);
    const write = rejectionOf(send(fenced, "POST"));
    const read = send(fenced, "GET");
    remainingMs = 0;
    answerAll();
    expect(await write).toBeInstanceOf(FencedError);
    expect(await Promise.all([first, read])).toEqual(["done", "done"]);
    expect(arrived).toEqual(["GET", "GET"]);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"] as const)("R20: %s asks the fence when it is sent", async (method) => {
    answerAll();
    expect(await send(fenced, method)).toBe("done");
    remainingMs = -1;
    await expect(send(fenced, method)).rejects.toBeInstanceOf(FencedError);
    expect(await send(agent, method)).toBe("done");
    expect(arrived).toEqual([method, method]);
  });
});

describe("fencedTimeoutMs", () => {
  it("R20: ends a write no later than the fence", () => {
    expect(fencedTimeoutMs({ remainingMs: () => 400 }, 1000)).toBe(400);
    expect(fencedTimeoutMs({ remainingMs: () => 4000 }, 1000)).toBe(1000);
    expect(fencedTimeoutMs(openFence, 1000)).toBe(1000);
    expect(() => fencedTimeoutMs({ remainingMs: () => 0 }, 1000)).toThrow(FencedError);
  });
});
