// A real forward proxy on loopback, as closed networks have one: CONNECT tunnels for https, absolute URLs for http. Every name
// leads to the loopback, so that a host exists for those alone who go through it.
import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

export interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  /** "CONNECT host:port" or "METHOD http://host:port/path", in the order of arrival. */
  readonly seen: readonly string[];
  /** What clients said in Proxy-Authorization, in the same order. */
  readonly authorizations: readonly (string | undefined)[];
}

/** With `refuse`, it answers everything with that status. */
export async function startForwardProxy({ refuse }: { refuse?: number } = {}): Promise<ForwardProxy> {
  const seen: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage): void => {
    seen.push(`${method} ${url}`);
    authorizations.push(headers["proxy-authorization"]);
  };
  const server = createServer((incoming, response) => {
    note(incoming);
    if (refuse === undefined) passOn(incoming, response);
    else response.writeHead(refuse).end();
  });
  server.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    note(incoming);
    if (refuse === undefined) sockets.add(tunnel(incoming, socket));
    else socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`);
  });
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    authorizations,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function tunnel({ url = "" }: IncomingMessage, socket: Socket): Socket {
  const upstream = connect(Number(url.split(":").at(-1)), "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    upstream.pipe(socket).pipe(upstream);
  });
  for (const end of [upstream, socket]) end.on("error", () => upstream.destroy() && socket.destroy());
  return upstream;
}

function passOn(incoming: IncomingMessage, response: ServerResponse): void {
  const { port, pathname, search } = new URL(incoming.url ?? "");
  const { method } = incoming;
  const { "proxy-authorization": _ours, ...headers } = incoming.headers;
  const outgoing = forward({ host: "127.0.0.1", port, path: `${pathname}${search}`, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  incoming.pipe(outgoing);
}
