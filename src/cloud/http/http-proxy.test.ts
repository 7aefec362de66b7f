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
  readonly headers?: Readonly<Record<string, string>>;
}

const write = (origin: string, sending: Sending): Promise<number> => send("POST", origin, sending);

async function send(
  method: "GET" | "POST",
  origin: string,
  { env, tls = { mode: "Plaintext" }, fence = openFence, headers = {} }: Sending,
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
    const body = method === "POST" ? "x" : undefined;
    return (await session.send({ operation: "Write", method, target: "/a?b", headers, body, signal })).status;
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

test("A proxy that refuses a tunnel, and one that is not there, are named, and mean that nothing was sent", async () => {
  await using refusing = await startForwardProxy({ refuse: 403 });
  const to = `https://${NAME}:${secure.port}`;
  await expect(write(to, { env: { HTTPS_PROXY: refusing.url } })).rejects.toMatchObject({
    kind: "Unreachable",
    message: `The proxy ${refusing.url} refused the way to ${to} (403)`,
    advice: `Let the proxy ${refusing.url} pass on requests to ${NAME}, or name that in NO_PROXY of the operator`,
  });
  expect(refusing.seen).toEqual([`CONNECT ${NAME}:${secure.port}`]);
  await expect(write(to, { env: { HTTPS_PROXY: "http://user:secret-word@127.0.0.1:9" } })).rejects.toMatchObject({
    kind: "Unreachable",
    message: `No connection to ${to} through the proxy http://127.0.0.1:9 (ECONNREFUSED)`,
  });
});

describe("what a proxy says in the place of a plain endpoint", () => {
  const text = { "content-type": "text/plain" };
  const html = { "content-type": "text/html; charset=utf-8" };
  const squid = { ...html, "x-squid-error": "ERR_ACCESS_DENIED 0" };

  test.each([
    ["a 403 in plain words", "GET", 403, text, "blocked", "Unreachable", "403 blocked"],
    ["a 502 without a word", "GET", 502, {}, "", "Unreachable", "502"],
    ["a page to log in at", "GET", 200, html, "<html>Log in</html>", "Unreachable", "200 a web page"],
    ["the way to such a page", "GET", 302, { location: "http://login.example" }, "", "Unreachable", "302"],
    ["Squid's own page", "GET", 404, squid, "<html>", "Unreachable", "404 a web page"],
    ["RFC 9209's error", "GET", 504, { "proxy-status": "p; error=connection_timeout" }, "{}", "Unreachable", "504 {}"],
    ["Squid's refusal of a write: nothing was sent", "POST", 403, squid, "<html>", "Unreachable", "403 a web page"],
    ["a 403 to a write: nobody knows", "POST", 403, text, "blocked body=x", "Unavailable", "403"],
    ["a 502 to a write: nobody knows", "POST", 502, squid, "<html>", "Unavailable", "502 a web page"],
  ] as const)("%s", async (...[, method, status, headers, body, kind, said]) => {
    await using answering = await startScriptedServer((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
    const origin = "http://cloud.example";
    await expect(send(method, origin, { env: { HTTP_PROXY: answering.origin } })).rejects.toMatchObject({
      kind,
      codes: [String(status)],
      message: `Write was answered by the proxy ${answering.origin}, not by the cloud: ${said}`,
      advice: expect.stringContaining("cloud.example, or name that in NO_PROXY"),
    });
  });

  test("its demand for a password, whatever was sent: nothing went on", async () => {
    await using asking = await startForwardProxy({ refuse: 407 });
    for (const method of ["GET", "POST"] as const) {
      await expect(send(method, "http://cloud.example", { env: { HTTP_PROXY: asking.url } })).rejects.toMatchObject({
        kind: "Unreachable",
        message: `The proxy ${asking.url} refused the way to http://cloud.example (407)`,
      });
    }
  });

  test("never with what the request proves itself by", async () => {
    await using echoing = await startScriptedServer(({ headers }, response) => {
      response.writeHead(403, text).end(`blocked: ${String(headers["x-auth-token"])}`);
    });
    const headers = { "x-auth-token": "token-of-the-account" };
    const failure = send("GET", "http://cloud.example", { env: { HTTP_PROXY: echoing.origin }, headers });
    await expect(failure).rejects.toMatchObject({ message: expect.stringMatching(/403 blocked: \[redacted\]$/) });
  });

  test.each([
    ["JSON", 403, {}, '{"code":"403","message":"no right"}'],
    ["the id of a request", 403, { "x-request-id": "1" }, "no right"],
    ["a word that a proxy has no use for", 404, text, "project not found"],
    ["a conflict", 409, text, "exists"],
  ])("and what is the cloud's all the same: %s", async (_, status, headers, body) => {
    await using cloud = await startScriptedServer((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
    expect(await send("GET", "http://cloud.example", { env: { HTTP_PROXY: cloud.origin } })).toBe(status);
  });

  test("A straight endpoint speaks for itself, whatever it says", async () => {
    await using cloud = await startScriptedServer((_request, response) => {
      response.writeHead(403, squid).end("<html>");
    });
    expect(await send("GET", cloud.origin, { env: { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.0/8" } })).toBe(403);
  });
});
