// Whom the client trusts, against a real TLS server with a certificate of a CA that nobody knows.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCertificates, type Certificates } from "../../../controlplane/certificates.ts";
import { json, startScriptedServer, type ScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import { systemClock } from "../../lib/clock.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import type { TlsSettings } from "../contract.ts";
import { parseEndpoint } from "./endpoint.ts";
import { HttpSession } from "./http.ts";

let certificates: Certificates;
let server: ScriptedServer;

beforeAll(async () => {
  certificates = await createCertificates(systemClock.now());
  const { certificate: cert, key } = certificates.server;
  server = await startScriptedServer((_request, response) => json(response, 200, []), { tls: { cert, key } });
});
afterAll(() => server[Symbol.asyncDispose]());

async function write(origin: string, tls: TlsSettings): Promise<number> {
  const deps = {
    clock: systemClock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: "yunfan/test",
  };
  const session = new HttpSession(parseEndpoint(origin, tls), deps);
  const signal = AbortSignal.timeout(10_000);
  try {
    const answer = await session.send({ operation: "Write", method: "POST", target: "/", headers: {}, signal });
    return answer.status;
  } finally {
    await session.close();
  }
}

describe("a server with a certificate of a private CA", () => {
  test("is trusted with that CA as caBundle", async () => {
    expect(await write(server.origin, { mode: "Verify", caBundle: certificates.ca })).toBe(200);
  });

  test("is trusted in mode SkipVerify", async () => {
    expect(await write(server.origin, { mode: "SkipVerify" })).toBe(200);
  });

  test("is not trusted without: nothing is sent and the message has the reason's code", async () => {
    const before = server.seen.length;
    await expect(write(server.origin, { mode: "Verify" })).rejects.toMatchObject({
      kind: "Unreachable",
      message: expect.stringMatching(/\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/),
    });
    expect(server.seen).toHaveLength(before);
  });
});

test("a server that speaks plain http where https is expected gets nothing", async () => {
  await using plain = await startScriptedServer((_request, response) => json(response, 200, []));
  const origin = `https://127.0.0.1:${plain.port}`;
  await expect(write(origin, { mode: "SkipVerify" })).rejects.toMatchObject({ kind: "Unreachable" });
  expect(plain.seen).toHaveLength(0);
});
