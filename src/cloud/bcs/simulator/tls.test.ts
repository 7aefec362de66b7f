// Mutual TLS in front of the direct path, with real certificates.
import { Agent, request } from "undici";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createCertificates, type Certificates } from "../../../../controlplane/certificates.ts";
import { startBcsSimulator } from "./index.ts";
import { ALL, DIRECT, GATEWAY, TOKEN } from "./test-support.ts";

let ours: Certificates;
let others: Certificates;

beforeAll(async () => {
  [ours, others] = await Promise.all([createCertificates(Date.now()), createCertificates(Date.now())]);
});

/** The status of a GET by a client with this certificate; rejects where it gets no answer. */
async function status(path: string, client?: Certificates["administrator"], isMutual = true): Promise<number> {
  const { certificate, key } = ours.server;
  const tls = { certificate, key, ...(isMutual && { clientCa: ours.ca }) };
  const simulator = await startBcsSimulator({ listen: "127.0.0.1:0", token: TOKEN, tls });
  const shown = client === undefined ? {} : { cert: client.certificate, key: client.key };
  const agent = new Agent({ connect: { ca: ours.ca, ...shown } });
  onTestFinished(async () => {
    await agent.destroy();
    await simulator.close();
  });
  const answer = await request(`${simulator.url}${path}`, {
    dispatcher: agent,
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  await answer.body.dump();
  return answer.statusCode;
}

describe("a store with a client CA", () => {
  test("answers a client with a certificate of that CA on the direct path", async () => {
    expect(await status(`${DIRECT}${ALL}`, ours.administrator)).toBe(200);
  });

  test("breaks the connection of a client without a certificate", async () => {
    await expect(status(`${DIRECT}${ALL}`)).rejects.toThrow(/other side closed|ECONNRESET/);
  });

  test("breaks the connection of a client with a certificate of another CA", async () => {
    await expect(status(`${DIRECT}${ALL}`, others.administrator)).rejects.toThrow(/other side closed|ECONNRESET/);
  });

  test("wants no certificate at the gateway", async () => {
    expect(await status(`${GATEWAY}${ALL}`)).toBe(200);
  });
});

test("a store with TLS alone answers without a client certificate", async () => {
  expect(await status(`${DIRECT}${ALL}`, undefined, false)).toBe(200);
});
