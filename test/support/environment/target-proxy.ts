// An address in front of a target's API server that behaves as networks and older servers do: silence, another cluster behind it, Kubernetes
// 1.15. HTTPS on both sides; whoever comes through it is the administrator there.
import { once } from "node:events";
import https from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createCertificates } from "../../../controlplane/certificates.ts";
import { answerAs, type StandIn } from "../clouds/wire.ts";
import { readKubeconfig, type ServedKubeconfig } from "../../../src/cloud/simulation/kubeconfig.ts";

/** A request that is no GET. */
export interface TargetWrite {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What the target answered; undefined where the request did not reach it. */
  status: number | undefined;
}

/** What becomes of a write before it is passed on and before its answer is: "Drop" resets the connection. */
type TargetHook = (write: TargetWrite, phase: "before" | "after") => "Drop" | undefined;

/** Where writes can be stopped. */
export interface TargetGate {
  /** All that came, oldest first. */
  readonly writes: readonly TargetWrite[];
  onWrite: TargetHook | undefined;
}

export interface TargetProxy extends TargetGate, AsyncDisposable {
  /** That leads through it. */
  readonly kubeconfig: ServedKubeconfig;
  /** Requests are taken and never answered. */
  isSilent: boolean;
  /** UID of kube-system; undefined: the true one. */
  identity: string | undefined;
  /** What is answered in the target's place, as by a load balancer; undefined: the target answers. */
  standIn: StandIn | undefined;
  /** Media types of what was sent with PATCH. */
  readonly patches: readonly string[];
  /** Paths of all GETs that came, oldest first, with their queries. */
  readonly reads: readonly string[];
  /** Runs once, before the first request that is no GET and has `part` in its path is passed on. */
  beforeWrite(part: string, act: () => Promise<unknown>): void;
}

interface TargetProxyOptions {
  /** What it answers as: 1.15 knows no server-side apply, and says so. */
  readonly minor?: string;
}

export async function startTargetProxy(
  kubeconfigPath: string,
  { minor }: TargetProxyOptions = {},
): Promise<TargetProxy> {
  const behind = await readKubeconfig(kubeconfigPath);
  const { ca, server: own } = await createCertificates(Date.now());
  const agent = new https.Agent({
    keepAlive: true,
    ca: decoded(behind.certificateAuthorityData),
    cert: decoded(behind.clientCertificateData),
    key: decoded(behind.clientKeyData),
  });
  const patches: string[] = [];
  const reads: string[] = [];
  const writes: TargetWrite[] = [];
  const state: Pick<TargetProxy, "isSilent" | "identity" | "standIn" | "onWrite"> = {
    isSilent: false,
    identity: undefined,
    standIn: undefined,
    onWrite: undefined,
  };
  const noted = ({ method = "GET", url = "/" }: IncomingMessage): TargetWrite | undefined => {
    if (method === "GET") return void reads.push(url);
    const write: TargetWrite = { method, path: url.split("?")[0]!, status: undefined };
    writes.push(write);
    return write;
  };
  const hooks = new Map<string, () => Promise<unknown>>();
  const runHooks = async ({ method, url = "" }: IncomingMessage): Promise<void> => {
    for (const [part, act] of hooks) {
      if (method === "GET" || !url.includes(part)) continue;
      hooks.delete(part);
      await act();
    }
  };
  const gated = async (request: IncomingMessage, pass: () => Promise<Answer>): Promise<Answer | "Drop"> => {
    const write = noted(request);
    if (!write) return pass();
    if (state.onWrite?.(write, "before") === "Drop") return "Drop";
    const answer = await pass();
    write.status = answer.status;
    return state.onWrite?.(write, "after") ?? answer;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const type = request.headers["content-type"] ?? "";
    if (request.method === "PATCH") patches.push(type);
    if (minor !== undefined && type.startsWith("application/apply-patch")) return unsupported(response);
    await runHooks(request);
    const path = request.url ?? "/";
    const answer = await gated(request, () => forwarded(new URL(path, behind.server), { request, body, agent }));
    if (answer === "Drop") return void response.destroy();
    response.writeHead(answer.status, { "content-type": answer.type }).end(rewritten(path, answer.text));
  };
  const rewritten = (path: string, text: string): string => {
    if (minor !== undefined && path === "/version") return JSON.stringify({ ...JSON.parse(text), minor });
    if (state.identity === undefined || path !== "/api/v1/namespaces/kube-system") return text;
    const namespace = JSON.parse(text) as { metadata: object };
    return JSON.stringify({ ...namespace, metadata: { ...namespace.metadata, uid: state.identity } });
  };
  const server = https.createServer({ cert: own.certificate, key: own.key }, (request, response) => {
    const path = request.url?.split("?")[0] ?? "/";
    if (state.isSilent) return;
    if (state.standIn) return answerAs(state.standIn, path, response);
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    kubeconfig: {
      ...behind,
      server: `https://127.0.0.1:${port}`,
      certificateAuthorityData: Buffer.from(ca).toString("base64"),
    },
    patches,
    reads,
    writes,
    beforeWrite: (part: string, act: () => Promise<unknown>) => void hooks.set(part, act),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, "close");
    },
  });
}

function decoded(data: string): string {
  return Buffer.from(data, "base64").toString("utf8");
}

/** As Kubernetes before 1.16 says it. */
function unsupported(response: ServerResponse): void {
  const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "UnsupportedMediaType", code: 415 };
  response.writeHead(415, { "content-type": "application/json" }).end(JSON.stringify(status));
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

interface Forwarding {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly agent: https.Agent;
}

async function forwarded(url: URL, { request, body, agent }: Forwarding): Promise<Answer> {
  const { host: _host, connection: _connection, "content-length": _length, ...headers } = request.headers;
  const upstream = https.request(url, {
    method: request.method,
    // Node sends the body of a DELETE only where its length is told.
    headers: { ...headers, "accept-encoding": "identity", ...(body.length > 0 && { "content-length": body.length }) },
    agent,
  });
  upstream.end(body);
  const [answer] = (await once(upstream, "response")) as [IncomingMessage];
  const text = (await buffer(answer)).toString("utf8");
  return { status: answer.statusCode ?? 502, type: answer.headers["content-type"] ?? "application/json", text };
}
