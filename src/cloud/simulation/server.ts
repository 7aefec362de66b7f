// A simulator as an HTTP server: the cloud's routes and the control endpoints on one fastify instance.
import { randomUUID } from "node:crypto";
import { type IncomingMessage, ServerResponse } from "node:http";
import type { ServerOptions as HttpsOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { fastify } from "fastify";
import type { Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Answer, Call, Route, ServerTls, SimulatedCloud } from "./cloud.ts";
import { addControls } from "./control.ts";
import type { RunningSimulator } from "./definition.ts";
import type { ExchangeContext } from "./exchange.ts";
import { carryOut } from "./exchange.ts";
import { armFaults } from "./fault-engine.ts";
import type { FaultPlanInput } from "./faults.ts";
import { parseFaultPlan } from "./faults.ts";
import { RequestLog } from "./request-log.ts";
import type { Tables } from "./store.ts";
import { Waits } from "./waits.ts";

const EMPTY = Buffer.alloc(0);

/** Longer than any name a cloud accepts, so that the cloud's own rule answers. */
const LONGEST_PATH_PART = 4096;

export interface ServerOptions<T extends Tables<T>> {
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly listen: string;
  readonly cloud: SimulatedCloud<T>;
  readonly clock: Clock;
  readonly faults?: FaultPlanInput | undefined;
  /** Left out: plain http. */
  readonly tls?: ServerTls | undefined;
}

/** Serves a simulated cloud. Rejects where `listen` or `faults` are not valid or the port is taken. */
export async function serve<T extends Tables<T>>(options: ServerOptions<T>): Promise<RunningSimulator> {
  const { cloud, clock, tls } = options;
  const { host, port } = parseListen(options.listen);
  const faults = armFaults(parseFaultPlan(options.faults ?? {}));
  const context = { cloud, faults, log: new RequestLog(clock), waits: new Waits(clock) };
  const app = assemble(context, clock, tls);
  const upgrades = routeUpgrades(app);
  await app.listen({ host, port });
  const bound = (app.server.address() as AddressInfo).port;
  return {
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    extra: {},
    async close() {
      context.waits.close();
      for (const socket of upgrades) socket.destroy();
      await app.close();
    },
  };
}

function assemble<T extends Tables<T>>(
  context: ExchangeContext<T>,
  clock: Clock,
  tls: ServerTls | undefined,
): FastifyInstance {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    const call = callOf(request);
    const stamp = stampOf(context.cloud, call, clock);
    return send(reply, context.cloud.failure(status, messageOf(error), { call, error }), stamp);
  };
  const app = fastify({
    ...(tls === undefined ? {} : { https: httpsOptions(tls) }),
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { ignoreDuplicateSlashes: true, maxParamLength: LONGEST_PATH_PART },
    // A path that can't be decoded gets as far as here only.
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  });
  // Bodies stay bytes: which ones are acceptable is the cloud's matter, not fastify's.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler(refuse);
  const handler = (route: Route<T> | undefined) => (request: FastifyRequest, reply: FastifyReply) =>
    answer(context, route, { request, reply, clock });
  for (const route of context.cloud.routes) {
    const limit = route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit };
    app.route({ method: route.method, url: route.path, handler: handler(route), ...limit });
  }
  app.setNotFoundHandler(handler(undefined));
  app.register(
    (controls, _options, done) => {
      addControls(controls, context);
      done();
    },
    { prefix: "/_simulator" },
  );
  return app;
}

function httpsOptions({ certificate, key, clientCa }: ServerTls): HttpsOptions {
  if (clientCa === undefined) return { cert: certificate, key };
  return { cert: certificate, key, ca: clientCa, requestCert: true, rejectUnauthorized: false };
}

async function answer<T extends Tables<T>>(
  context: ExchangeContext<T>,
  route: Route<T> | undefined,
  { request, reply, clock }: { request: FastifyRequest; reply: FastifyReply; clock: Clock },
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const call = callOf(request);
  const outcome = await carryOut(context, { call, route, gone: gone.signal });
  if (outcome === "Drop") {
    request.raw.socket.destroy();
    return reply.hijack();
  }
  if (outcome.tunnel) return join(reply, outcome, outcome.tunnel);
  return send(reply, outcome, stampOf(context.cloud, call, clock));
}

/** Requests for another protocol go the way of all requests (RFC 9110, 7.8). Connections that are theirs, while they are open. */
function routeUpgrades(app: FastifyInstance): ReadonlySet<Duplex> {
  const sockets = new Set<Duplex>();
  app.server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.once("finish", () => socket.end());
    app.routing(request, response);
  });
  return sockets;
}

/** From here on the two speak with each other. */
function join(reply: FastifyReply, { headers = {} }: Answer, tunnel: Duplex): FastifyReply {
  reply.hijack();
  const { socket } = reply.raw;
  if (socket === null) {
    tunnel.destroy();
    return reply;
  }
  reply.raw.detachSocket(socket);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
  // Whichever ends, however it does, ends the other.
  pipeline(socket, tunnel, socket, () => undefined);
  return reply;
}

function callOf(request: FastifyRequest): Call {
  const rawUrl = request.raw.url ?? "/";
  const queryAt = rawUrl.indexOf("?");
  return {
    method: request.method,
    rawUrl,
    path: queryAt === -1 ? rawUrl : rawUrl.slice(0, queryAt),
    query: new URLSearchParams(queryAt === -1 ? "" : rawUrl.slice(queryAt + 1)),
    headers: request.headers,
    params: request.params as Record<string, string>,
    body: Buffer.isBuffer(request.body) ? request.body : EMPTY,
    isVerifiedClient: (request.raw.socket as Partial<TLSSocket>).authorized === true,
    requestId: randomUUID().replaceAll("-", ""),
  };
}

/**
 * The headers of every answer. Date comes from the simulator's clock, as its time stamps do: clients reckon their skew
 * from it.
 */
function stampOf<T extends Tables<T>>(
  { requestIdHeader }: SimulatedCloud<T>,
  { requestId }: Call,
  clock: Clock,
): Record<string, string> {
  const date = new Date(clock.now()).toUTCString();
  return requestIdHeader === undefined ? { date } : { date, [requestIdHeader]: requestId };
}

function send(
  reply: FastifyReply,
  { status, headers = {}, body, text, stream }: Answer,
  stamp: Record<string, string>,
): FastifyReply {
  reply.code(status).headers({ ...headers, ...stamp });
  if (stream) return reply.send(stream);
  if (text === undefined && body === undefined) return reply.send();
  return reply.type(headers["content-type"] ?? "application/json; charset=utf-8").send(text ?? JSON.stringify(body));
}

function parseListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^:[\]]+)):(?<port>\d{1,5})$/.exec(listen);
  const host = match?.groups?.["v6"] ?? match?.groups?.["name"];
  const port = Number(match?.groups?.["port"]);
  if (host === undefined || port > 65_535) {
    throw new Error(`--listen wants HOST:PORT, such as 127.0.0.1:0, not ${listen}`);
  }
  return { host, port };
}
