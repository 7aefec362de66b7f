// A target over HTTP/2 whose kubeconfig was rotated: it takes the token "new", and keeps who comes with another one waiting.
import { once } from "node:events";
import { createSecureServer, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { createCertificates } from "../../../controlplane/certificates.ts";

export interface RotatedTarget extends AsyncDisposable {
  readonly url: string;
  /** Base64. */
  readonly caData: string;
  /** Requests with a former token that wait; each is refused when it is called. */
  readonly held: readonly (() => void)[];
}

export async function startRotatedTarget(): Promise<RotatedTarget> {
  const { ca, server: own } = await createCertificates(Date.now());
  const held: (() => void)[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createSecureServer({ cert: own.certificate, key: own.key }, (request, response) => {
    if (request.headers.authorization === "Bearer new") answer(response, 200);
    else held.push(() => answer(response, 401));
  });
  server.on("session", (session) => void sessions.add(session));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caData: Buffer.from(ca).toString("base64"),
    held,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

function answer(response: Http2ServerResponse, code: number): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end("{}");
}
