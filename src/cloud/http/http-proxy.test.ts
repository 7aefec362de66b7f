// Requests through a real proxy: which ones go there, that TLS and the fence hold, and what a proxy's refusal means.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCertificates, type Certificates } from "../../../controlplane/certificates.ts";
import { startForwardProxy, type ForwardProxy } from "../../../test/support/clouds/forward-proxy.ts";
import { json, startScriptedServer, type ScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import { systemClock } from "../../lib/clock.ts";
import { FencedError, openFence, type Fence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import type { TlsSettings } from "../contract.ts";
import { parseEndpoint } from "./endpoint.ts";
import { HttpSession } from "./http.ts";
import { proxyFromEnvironment } from "./proxy.ts";

/** In the certificate of the server; it resolves nowhere but at the proxy. */
const NAME = "kubernetes.default.svc";

let certificates: Certificates;
let secure: ScriptedServer;
let plain: ScriptedServer;
let proxy: ForwardProxy;

beforeAll(async () => {
  certificates = await createCertificates(systemClock.now());
  const { certificate: cert, key } = certificates.server;
  secure = await startScriptedServer((_request, response) => json(response, 200, []), { tls: { cert, key } });
  plain = await startScriptedServer((_request, response) => json(response, 200, []));
  proxy = await startForwardProxy();
});
afterAll(() => Promise.all([secure, plain, proxy].map((each) => each[Symbol.asyncDispose]())));

interface Sending {
  readonly env?: NodeJS.ProcessEnv;
  readonly tls?: TlsSettings;
  readonly fence?: Fence;
}

async function write(
  origin: string,
  { env, tls = { mode: "Plaintext" }, fence = openFence }: Sending,
): Promise<number> {
  const deps = {
    clock: systemClock,
    log: createLogger({ level: "silent" }),
    fence,
    userAgent: "yunfan/test",
    proxy: proxyFromEnvironment(env ?? { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }),
  };
  const session = new HttpSession(parseEndpoint(origin, tls), deps);
  const signal = AbortSignal.timeout(10_000);
  try {
    const sent = { operation: "Write", method: "POST", target: "/a?b", headers: {}, body: "x", signal } as const;
    return (await session.send(sent)).status;
  } finally {
    await session.close();
  }
}

describe("an https endpoint", () => {
  const verified = (): TlsSettings => ({ mode: "Verify", caBundle: certificates.ca });

  test("is reached through a tunnel, verified end to end with the account's caBundle", async () => {
    expect(await write(`https://${NAME}:${secure.port}`, { tls: verified() })).toBe(200);
    expect(proxy.seen.at(-1)).toBe(`CONNECT ${NAME}:${secure.port}`);
    expect(secure.seen.at(-1)).toMatchObject({ method: "POST", url: "/a?b", body: "x" });
  });

  test("is not trusted through a tunnel either: nothing is sent without its CA, or under another name", async () => {
    const before = secure.seen.length;
    await expect(write(`https://${NAME}:${secure.port}`, { tls: { mode: "Verify" } })).rejects.toMatchObject({
      kind: "Unreachable",
      message: expect.stringMatching(/\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/),
    });
    await expect(write(`https://other.example:${secure.port}`, { tls: verified() })).rejects.toMatchObject({
      kind: "Unreachable",
      message: expect.stringMatching(/\(ERR_TLS_CERT_ALTNAME_INVALID\)$/),
    });
    expect(secure.seen).toHaveLength(before);
    expect(await write(`https://${NAME}:${secure.port}`, { tls: { mode: "SkipVerify" } })).toBe(200);
  });

  test("does not heed HTTP_PROXY", async () => {
    const before = proxy.seen.length;
    const env = { HTTP_PROXY: proxy.url };
    await expect(write(`https://cloud.invalid:${secure.port}`, { env, tls: verified() })).rejects.toMatchObject({
      message: expect.stringMatching(/\((ENOTFOUND|EAI_AGAIN)\)$/),
    });
    expect(proxy.seen).toHaveLength(before);
  });
});

test("A plain endpoint is asked of the proxy by its URL, with the password of the proxy's URL", async () => {
  const env = { HTTP_PROXY: proxy.url.replace("//", "//user:p%40ss@") };
  expect(await write(`http://cloud.example:${plain.port}`, { env })).toBe(200);
  expect(proxy.seen.at(-1)).toBe(`POST http://cloud.example:${plain.port}/a?b`);
  expect(proxy.authorizations.at(-1)).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
  expect(plain.seen.at(-1)?.headers["proxy-authorization"]).toBeUndefined();
});

test("The loopback and what NO_PROXY lists are reached straight", async () => {
  const before = proxy.seen.length;
  expect(await write(`http://127.0.0.1:${plain.port}`, {})).toBe(200);
  const env = { HTTP_PROXY: proxy.url, NO_PROXY: ".invalid" };
  await expect(write(`http://cloud.invalid:${plain.port}`, { env })).rejects.toMatchObject({ kind: "Unreachable" });
  expect(proxy.seen).toHaveLength(before);
});

test.each(["http", "https"])(
  "The fence holds in front of a proxy: a write to an %s endpoint is not sent",
  async (scheme) => {
    const before = proxy.seen.length + plain.seen.length + secure.seen.length;
    let asked = 0;
    // Open when the request is made, shut when it would go out.
    const fence: Fence = { remainingMs: () => (asked++ < 2 ? 5000 : 0) };
    const port = scheme === "http" ? plain.port : secure.port;
    const tls: TlsSettings = scheme === "http" ? { mode: "Plaintext" } : { mode: "Verify", caBundle: certificates.ca };
    await expect(write(`${scheme}://${NAME}:${port}`, { tls, fence })).rejects.toThrow(FencedError);
    expect(proxy.seen.length + plain.seen.length + secure.seen.length - before).toBe(scheme === "http" ? 0 : 1);
  },
);

test("A proxy that refuses a tunnel, and one that is not there, mean that nothing was sent", async () => {
  await using refusing = await startForwardProxy({ refuse: 403 });
  const to = `https://${NAME}:${secure.port}`;
  await expect(write(to, { env: { HTTPS_PROXY: refusing.url } })).rejects.toMatchObject({ kind: "Unreachable" });
  expect(refusing.seen).toEqual([`CONNECT ${NAME}:${secure.port}`]);
  await expect(write(to, { env: { HTTPS_PROXY: "http://127.0.0.1:9" } })).rejects.toMatchObject({
    kind: "Unreachable",
    message: `No connection to ${to} (ECONNREFUSED)`,
  });
});
