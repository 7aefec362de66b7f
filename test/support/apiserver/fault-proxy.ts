// A real proxy between a client and the real kube-apiserver that makes what networks make: resets, silence, lost answers.
// Plain HTTP towards the client, HTTPS with the server's CA upstream; Authorization headers pass through.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { parse } from "yaml";
import { type Fault, type Injection, type LoggedRequest, type Rule, RuleBook } from "./fault-rules.ts";

export type { Fault, Injection, LoggedRequest } from "./fault-rules.ts";

export interface FaultProxyOptions {
  /** Of the kube-apiserver, https. */
  server: string;
  caPem: string;
  /** Presented upstream. kube-apiserver prefers it to a token: everybody who comes through the proxy is that user then. */
  clientCert?: string;
  clientKey?: string;
}

/** "Drop" resets the connection; without it the request goes on when the promise resolves. */
export type WriteHook = (
  request: LoggedRequest & { write: number },
  phase: "before" | "after",
) => Promise<"Drop" | undefined> | "Drop" | undefined;

interface Stream {
  response: http.ServerResponse;
  upstream: http.IncomingMessage;
}

interface Exchange {
  entry: LoggedRequest;
  request: http.IncomingMessage;
  response: http.ServerResponse;
  rule: Rule | undefined;
}

const HOP_HEADERS = new Set(["host", "connection", "keep-alive", "transfer-encoding", "content-length"]);

export class FaultProxy implements AsyncDisposable {
  /** Every request whose head arrived, in that order. */
  readonly requests: LoggedRequest[] = [];
  /** TCP connections accepted so far. */
  connections = 0;
  /** TCP connections that the client has not closed. */
  openConnections = 0;
  /** Called for every write before it goes to the server and before its answer goes to the client. */
  onWrite: WriteHook | undefined;
  readonly #options: FaultProxyOptions;
  readonly #agent: https.Agent;
  readonly #server: http.Server;
  readonly #rules = new RuleBook();
  readonly #streams = new Set<Stream>();
  #writes = 0;
  #port = 0;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    const { caPem: ca, clientCert: cert, clientKey: key } = options;
    this.#agent = new https.Agent({ keepAlive: true, ca, cert, key });
    this.#server = http.createServer({ keepAliveTimeout: 90_000, requestTimeout: 0 }, (request, response) => {
      this.#serve(request, response).catch(() => request.socket.resetAndDestroy());
    });
    this.#server.on("connection", (socket) => {
      this.connections++;
      this.openConnections++;
      socket.on("close", () => this.openConnections--);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Streams (watches) that are open now, stalled ones left out. */
  get openStreams(): number {
    return this.#streams.size;
  }

  /** The earliest rule that matches a request hits it. */
  inject(fault: Fault): Injection {
    return this.#rules.add(fault);
  }

  /** The streams open now pass no byte and never end, as on a connection whose other side vanished. Later ones work. */
  stallStreams(): void {
    for (const { upstream, response } of this.#streams) stall(upstream, response);
    this.#streams.clear();
  }

  /** Resets the streams open now. */
  cutStreams(): void {
    for (const { response } of this.#streams) response.socket?.resetAndDestroy();
  }

  /** From now on connections are refused, and the open ones are reset. */
  async goDown(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens, at the port it had before, if any. */
  async comeUp(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.goDown();
    this.#agent.destroy();
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    const entry = this.#log(request);
    const rule = this.#rules.take(entry);
    const exchange = { entry, request, response, rule };
    const body = await buffer(request);
    if (rule?.fault.action === "Answer") {
      entry.status = rule.fault.status;
      response.writeHead(rule.fault.status, rule.fault.headers).end(rule.fault.body);
      return;
    }
    if (!(await this.#mayPass(exchange, "before"))) return void request.socket.resetAndDestroy();
    const upstream = await this.#forward(request, body);
    entry.upstreamStatus = upstream.statusCode;
    if (/[?&]watch=(true|1)/.test(entry.path) && upstream.statusCode === 200) this.#passStream(exchange, upstream);
    else await this.#passAnswer(exchange, upstream);
  }

  #log(request: http.IncomingMessage): LoggedRequest {
    const { method = "", url: path = "" } = request;
    const entry: LoggedRequest = {
      method,
      path,
      userAgent: request.headers["user-agent"] ?? "",
      at: Date.now(),
      write: method === "GET" || method === "HEAD" ? undefined : ++this.#writes,
      status: undefined,
      upstreamStatus: undefined,
    };
    this.requests.push(entry);
    return entry;
  }

  async #mayPass({ entry, request, rule }: Exchange, phase: "before" | "after"): Promise<boolean> {
    const suffix = phase === "before" ? "Before" : "After";
    if (rule?.fault.action === `Drop${suffix}`) return false;
    if (rule?.fault.action === `Hold${suffix}`) await rule.released;
    const { write } = entry;
    if (write !== undefined && (await this.onWrite?.({ ...entry, write }, phase)) === "Drop") return false;
    return !request.socket.destroyed;
  }

  async #forward(request: http.IncomingMessage, body: Buffer): Promise<http.IncomingMessage> {
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HOP_HEADERS.has(name)));
    if (body.length > 0) headers["content-length"] = String(body.length);
    const target = new URL(request.url ?? "/", this.#options.server);
    const outgoing = https.request(target, { method: request.method, headers, agent: this.#agent });
    const answered = once(outgoing, "response") as Promise<[http.IncomingMessage]>;
    outgoing.end(body);
    return (await answered)[0];
  }

  async #passAnswer(exchange: Exchange, upstream: http.IncomingMessage): Promise<void> {
    const { entry, request, response, rule } = exchange;
    const body = await buffer(upstream);
    if (!(await this.#mayPass(exchange, "after"))) return void request.socket.resetAndDestroy();
    const headers = { ...withoutHops(upstream.headers), "content-length": String(body.length) };
    entry.status = upstream.statusCode;
    response.writeHead(upstream.statusCode ?? 502, headers);
    if (rule?.fault.action !== "CutBody") return void response.end(body);
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy());
  }

  #passStream({ entry, response, rule }: Exchange, upstream: http.IncomingMessage): void {
    entry.status = upstream.statusCode;
    response.writeHead(upstream.statusCode ?? 502, withoutHops(upstream.headers)).flushHeaders();
    response.on("close", () => upstream.destroy());
    if (rule?.fault.action === "Stall") return stall(upstream, response);
    upstream.on("error", () => response.socket?.resetAndDestroy());
    const stream = { response, upstream };
    this.#streams.add(stream);
    response.on("close", () => this.#streams.delete(stream));
    upstream.pipe(response);
  }
}

/** What arrives is read and thrown away, so that the server notices nothing; its end is kept from the client, too. */
function stall(upstream: http.IncomingMessage, response: http.ServerResponse): void {
  upstream.unpipe(response);
  upstream.removeAllListeners("error").on("error", () => undefined);
  upstream.resume();
}

function withoutHops(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name)));
}

/** Resolves when it listens on a free port of 127.0.0.1. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(options);
  await proxy.comeUp();
  return proxy;
}

/** The options for the control plane that a kubeconfig of `controlplane/` names; who comes through is its user. */
export async function faultProxyOptionsOf(kubeconfigPath: string): Promise<FaultProxyOptions> {
  const { clusters, users } = parse(await readFile(kubeconfigPath, "utf8")) as KubeconfigFile;
  const cluster = clusters[0].cluster;
  const user = users[0].user;
  const caPem = decode(cluster["certificate-authority-data"]);
  const [cert, key] = [user["client-certificate-data"], user["client-key-data"]];
  const identity = cert && key ? { clientCert: decode(cert), clientKey: decode(key) } : {};
  return { server: cluster.server, caPem, ...identity };
}

interface KubeconfigFile {
  clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
  users: [{ user: { "client-certificate-data"?: string; "client-key-data"?: string } }];
}

const decode = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");
