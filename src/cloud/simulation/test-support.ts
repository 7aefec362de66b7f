// For tests only: a clock turned by hand, a cloud of one collection, and a client that sends paths byte for byte.
import { once } from "node:events";
import { connect } from "node:net";
import { Pool } from "undici";
import * as z from "zod";
import type { Clock, Timer } from "../../lib/clock.ts";
import type { SimulatedCloud } from "./cloud.ts";
import type { FaultPlanInput } from "./faults.ts";
import { parseInput, parseJson } from "./refusal.ts";
import type { LoggedRequest } from "./request-log.ts";
import { Store } from "./store.ts";

/** Starts at 2026-01-02T03:04:05.678Z and stands still between calls of {@link ManualClock.advance}. */
export class ManualClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): Timer {
    const timer = { atMs: this.#nowMs + ms, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Runs what is due by then. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

interface Thing {
  readonly id: string;
  readonly name: string;
}

type ThingTables = { things: Thing };

/** `POST /things {"name"}`, `GET /things`, `GET /boom` (throws); the header `x-banned` is refused. */
export function thingCloud(clock: Clock): SimulatedCloud<ThingTables> {
  const store = new Store<ThingTables>(["things"], clock);
  const create = (input: unknown): Thing => {
    const { name } = parseInput(z.strictObject({ name: z.string() }), input);
    const thing = { id: store.nextId("things"), name };
    store.put("things", thing);
    return thing;
  };
  const failure = (status: number, message: string) => ({ status, body: { code: status, message } });
  return {
    store,
    routes: [
      {
        method: "POST",
        path: "/things",
        handle: ({ body }) => ({ status: 201, headers: { location: `/things/${create(parseJson(body)).id}` } }),
      },
      {
        method: "GET",
        path: "/things",
        emptyList: { status: 200, body: [] },
        handle: (_call, view) => ({ status: 200, body: view.list("things").map(({ name }) => name) }),
      },
      {
        method: "GET",
        path: "/things/:id/*",
        handle: ({ params, rawUrl, query }) => ({ status: 200, body: { params, rawUrl, query: [...query] } }),
      },
      {
        method: "GET",
        path: "/boom",
        handle() {
          throw new Error("a bug");
        },
      },
    ],
    controls: { things: { create } },
    authenticate: ({ headers }) => (headers["x-banned"] === undefined ? undefined : failure(401, "banned")),
    failure,
  };
}

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** A string or bytes go as they are, anything else as JSON. */
  body?: unknown;
}

export interface Received {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body parsed as JSON; throws where it is none. */
  json: () => unknown;
}

/** A record as the control endpoints show it. */
export type Shown = Record<string, unknown> & { id: string };

/** A pooled client of one simulator. */
export class TestClient {
  readonly #pool: Pool;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    this.#pool = new Pool(url, { connections: 16 });
  }

  /** Sends `path` as it stands, without normalising it. Rejects where the connection closes without an answer. */
  async send(path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Received> {
    const payload =
      body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const response = await this.#pool.request({ path, method, headers, body: payload ?? null });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  /** What exists, by collection. */
  async state(): Promise<Record<string, Shown[]>> {
    return (await this.send("/_simulator/state")).json() as Record<string, Shown[]>;
  }

  async log(): Promise<LoggedRequest[]> {
    return (await this.send("/_simulator/requests")).json() as LoggedRequest[];
  }

  /** Sets the fault plan, which must be valid. */
  async faults(...faults: NonNullable<FaultPlanInput["faults"]>): Promise<void> {
    const { status, text } = await this.send("/_simulator/faults", { method: "PUT", body: { faults } });
    if (status !== 200) throw new Error(text);
  }

  /** Lets held requests go; says how many. */
  async release(): Promise<number> {
    const answer = await this.send("/_simulator/release", { method: "POST" });
    return (answer.json() as { released: number }).released;
  }

  /** A change by a colleague, which must succeed. */
  async colleague(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Shown> {
    const answer = await this.send(`/_simulator/${path}`, { method, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json() as Shown;
  }

  /** Sends a POST on a connection of its own; the result hangs up, and resolves when the server has noticed. */
  async post(path: string, body: unknown): Promise<() => Promise<void>> {
    const { hostname, port } = new URL(this.url);
    const payload = JSON.stringify(body);
    const socket = connect({ host: hostname, port: Number(port) });
    const head = [`POST ${path} HTTP/1.1`, `Host: ${hostname}`, `Content-Length: ${payload.length}`];
    await once(socket, "connect");
    socket.write(`${head.join("\r\n")}\r\n\r\n${payload}`);
    return async () => {
      socket.resume().end();
      await once(socket, "close");
      await this.state();
    };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
