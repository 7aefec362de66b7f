// The real kube-apiserver behind a simulator (`--kubeconfig`), as far as the simulator speaks with it: JSON over one pool.
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Duplex, Readable } from "node:stream";
import { Pool } from "undici";
import { messageOf } from "../../../lib/errors.ts";
import type { ServedKubeconfig } from "../kubeconfig.ts";
import { Refusal } from "../refusal.ts";

/** What the API server refused, with its status. */
export class ApiRefusal extends Refusal {
  /** Kubernetes' own, such as `AlreadyExists`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(status, message);
    this.name = "ApiRefusal";
    this.reason = reason;
  }
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

export interface OpenRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of the client's those that say how it is to go on. */
  readonly headers: Readonly<Record<string, string>>;
}

/** `tunnel`: where the protocol was changed (101). */
export type OpenAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string>> } & (
  | { readonly stream: Readable }
  | { readonly tunnel: Duplex }
);

export interface ApiServer {
  /** The JSON of a 2xx. Throws an {@link ApiRefusal}, or a `Refusal` with 503 where no answer comes. */
  send(request: ApiRequest): Promise<unknown>;
  /** The answer as it came, whatever it is. Throws a `Refusal` with 503 where none comes. */
  exchange(request: ApiRequest): Promise<ApiAnswer>;
  /** A GET that goes on, over a connection of its own, also after a change of the protocol. Throws as `exchange` does. */
  open(request: OpenRequest): Promise<OpenAnswer>;
  close(): Promise<void>;
}

/** Connects to nothing yet. Throws an `Error` that names the file where that is no kubeconfig. */
export async function connectApiServer(kubeconfigFile: string): Promise<ApiServer> {
  // Only whoever gives a kubeconfig waits for a library to load.
  const { accessOf } = await import("./access.ts");
  const access = await accessOf(kubeconfigFile).catch((error: unknown) => {
    throw new Error(`the kubeconfig ${kubeconfigFile}: ${messageOf(error)}`, { cause: error });
  });
  return apiServerBy(access);
}

/** The one that simulated clusters hand out. Connects to nothing yet. */
export function apiServerOf(served: ServedKubeconfig): ApiServer {
  const [ca, cert, key] = [served.certificateAuthorityData, served.clientCertificateData, served.clientKeyData].map(
    (data) => Buffer.from(data, "base64").toString("utf8"),
  );
  const tls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  return apiServerBy({ server: new URL(served.server), tls, token: undefined });
}

interface Access {
  readonly server: URL;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly token: string | undefined;
}

function apiServerBy({ server, tls, token }: Access): ApiServer {
  const pool = new Pool(server.origin, { connections: 32, connect: tls });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const exchange: ApiServer["exchange"] = async ({ method, path, query, body, contentType = "application/json" }) => {
    const search = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
    const headers = { accept: "application/json", "content-type": contentType, ...authorization };
    const payload = body === undefined ? null : JSON.stringify(body);
    try {
      const target = `${server.pathname.replace(/\/$/, "")}${path}${search}`;
      const answer = await pool.request({ method, path: target, headers, body: payload });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      throw silent(error);
    }
  };
  return {
    exchange,
    open({ path, query, headers }) {
      const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
      url.search = query.toString();
      const { request } = url.protocol === "https:" ? https : http;
      const sent = request(url, { ...tls, headers: { ...headers, ...authorization }, agent: false });
      const { promise, resolve, reject } = Promise.withResolvers<OpenAnswer>();
      sent.once("response", (stream) =>
        resolve({ status: stream.statusCode ?? 0, headers: shownHeaders(stream, ["content-type"]), stream }),
      );
      sent.once("upgrade", (answer, tunnel, head) => {
        if (head.length > 0) tunnel.unshift(head);
        resolve({ status: 101, headers: shownHeaders(answer, HANDSHAKE), tunnel });
      });
      sent.on("error", (error) => reject(silent(error)));
      sent.end();
      return promise;
    },
    async send(request) {
      const { status, text } = await exchange(request);
      const json: unknown = JSON.parse(text);
      if (status < 300) return json;
      const { reason = "", message = "" } = json as { reason?: string; message?: string };
      throw new ApiRefusal(status, reason, message);
    },
    close: () => pool.close(),
  };
}

function silent(error: unknown): Refusal {
  return new Refusal(503, `the API server behind the simulator does not answer: ${messageOf(error)}`);
}

/** RFC 6455, 4.2.2. */
const HANDSHAKE = [
  "upgrade",
  "connection",
  "sec-websocket-accept",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
];

function shownHeaders({ headers }: IncomingMessage, names: readonly string[]): Readonly<Record<string, string>> {
  const shown = names.flatMap((name) => {
    const value = headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(shown);
}
