// The gateway over the wire, part one: who sent it, with which key and token, when, and with which digests.
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import type { Bed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { KEYS, startBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { todaysBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

const LIST = "/regions/cn-hangzhou/clusters";
const QUOTA = "/quota";

describe.each(["Acs3", "Roa"] as const)("signed by %s", (how) => {
  async function start(options: Parameters<typeof startBed>[0] = {}): Promise<Bed> {
    const bed = await startBed(options);
    bed.client.how = how;
    return bed;
  }

  test("a request passes, with a query, an array in it, and a body", async () => {
    const { client } = await start();
    await client.get(`${LIST}?page_number=1&page_size=5&name=${encodeURIComponent("x y&z=中")}`);
    await client.ask("POST", "/clusters", todaysBody("中-1"));
    const path = `/clusters/none/nodepools/none/nodes?instance_ids=${encodeURIComponent('["i-1","i-2"]')}`;
    expect(await client.refusal("DELETE", path)).toEqual([404, "ErrorClusterNotFound"]);
  });

  test("a key that nobody knows is refused with 404, which is not how a cluster is missing", async () => {
    const { client } = await start();
    client.keys = { ...KEYS, accessKey: "revoked" };
    expect(await client.refusal("GET", "/clusters/none")).toEqual([404, "InvalidAccessKeyId.NotFound"]);
  });

  test.each([
    ["V2026", 400],
    ["Reference", 403],
  ] as const)(
    "a secret that is wrong gets the dialect's status in %s, and the text that was to be signed",
    async (dialect, status) => {
      const { client } = await start({ dialect });
      client.keys = { ...KEYS, secretKey: "wrong" };
      const answer = await client.send(QUOTA);
      expect([answer.status, answer.json()]).toMatchObject([
        status,
        { code: "SignatureDoesNotMatch", message: expect.stringContaining("server string to sign is:") },
      ]);
      expect(answer.text).not.toContain(KEYS.secretKey);
    },
  );

  test.each(["400", "403"] as const)("a wrong secret gets %s where the switch says so", async (signatureStatus) => {
    const { client } = await start({ signatureStatus });
    client.keys = { ...KEYS, secretKey: "wrong" };
    expect(await client.refusal("GET", QUOTA)).toEqual([Number(signatureStatus), "SignatureDoesNotMatch"]);
  });

  test("a date may be 15 minutes off, and not a second more", async () => {
    const { client } = await start();
    const offBy = async (offsetSeconds: number): Promise<number> => {
      await client.colleague("PATCH", "clock/gateway", { offsetSeconds });
      return (await client.send(QUOTA)).status;
    };
    expect([await offBy(899), await offBy(-900)]).toEqual([200, 200]);
    for (const offset of [900, -901]) {
      expect(await offBy(offset)).toBe(400);
      expect(await client.refusal("GET", QUOTA)).toEqual([400, "InvalidTimeStamp.Expired"]);
    }
    const answer = await client.send(QUOTA);
    expect(answer.headers["date"]).toBe("Fri, 02 Jan 2026 02:49:04 GMT");
  });

  test("no date at all, or none that can be read, is refused", async () => {
    const { client } = await start();
    const name = how === "Roa" ? "date" : "x-acs-date";
    const headers = client.signed(QUOTA);
    expect((await client.send(QUOTA, { headers: { ...headers, [name]: "" } })).json()).toMatchObject({
      code: "MissingParameter",
    });
    expect((await client.send(QUOTA, { headers: { ...headers, [name]: "yesterday" } })).json()).toMatchObject({
      code: "InvalidTimeStamp.Format",
    });
  });

  test("a nonce counts once, also where the answer to its first use was lost", async () => {
    const { client } = await start();
    const sent = { method: "POST", body: todaysBody("once") };
    const headers = client.signed("/clusters", sent);
    await client.faults({ action: "DropAfter" });
    await expect(client.send("/clusters", { ...sent, headers })).rejects.toThrow("other side closed");
    const again = await client.send("/clusters", { ...sent, headers });
    expect([again.status, again.json()]).toMatchObject([400, { code: "SignatureNonceUsed" }]);
    expect((await client.state())["clusters"]).toHaveLength(1);
  });

  test("a nonce that the gateway never saw may be used", async () => {
    const { client } = await start();
    const headers = client.signed(QUOTA);
    await client.faults({ action: "DropBefore", method: "GET" });
    await expect(client.send(QUOTA, { headers })).rejects.toThrow("other side closed");
    expect((await client.send(QUOTA, { headers })).status).toBe(200);
  });

  test("a digest that does not fit the body is refused, and one that is left out is not missed", async () => {
    const { client } = await start();
    const md5 = (text: string): string => createHash("md5").update(text).digest("base64");
    const send = async (contentMd5: string): Promise<unknown> => {
      const answer = await client.send(QUOTA, { headers: { "content-md5": contentMd5 } });
      return answer.status === 200 ? 200 : (answer.json() as { code: string }).code;
    };
    expect([await send(md5("")), await send(md5("other"))]).toEqual([200, "ContentMD5NotMatched"]);
    const wrong = { "x-acs-content-sha256": createHash("sha256").update("other").digest("hex") };
    expect((await client.send(QUOTA, { headers: wrong })).json()).toMatchObject({
      code: "InvalidParameter.ContentSha256",
    });
  });

  test("temporary credentials need their token, and no other", async () => {
    const { client } = await start({ securityToken: "token-1" });
    const codeWith = async (securityToken: string | undefined): Promise<unknown> => {
      client.keys = { ...KEYS, securityToken };
      const answer = await client.send(QUOTA);
      return answer.status === 200 ? 200 : [answer.status, (answer.json() as { code: string }).code];
    };
    expect(await codeWith("token-1")).toBe(200);
    expect(await codeWith(undefined)).toEqual([400, "MissingSecurityToken"]);
    expect(await codeWith("token-2")).toEqual([400, "InvalidSecurityToken.MismatchWithAccessKey"]);
    await client.colleague("PATCH", `keys/${KEYS.accessKey}`, { state: "TokenExpired" });
    expect(await codeWith("token-1")).toEqual([400, "InvalidSecurityToken.Expired"]);
    await client.colleague("PATCH", `keys/${KEYS.accessKey}`, { state: "Active", securityToken: null });
    expect([await codeWith(undefined), await codeWith("token-1")]).toEqual([
      200,
      [400, "InvalidSecurityToken.MismatchWithAccessKey"],
    ]);
  });

  test("a body may come in chunks", async () => {
    const { client } = await start();
    const body = JSON.stringify(todaysBody("chunked"));
    const headers = client.signed("/clusters", { method: "POST", body });
    const request = httpRequest({
      host: "127.0.0.1",
      port: headers["host"]?.split(":")[1],
      path: "/clusters",
      method: "POST",
      headers,
    });
    request.write(body.slice(0, 7));
    request.end(body.slice(7));
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(202);
  });
});

test.each([
  ["Inactive", 400, "InvalidAccessKeyId.Inactive"],
  ["Deleted", 404, "InvalidAccessKeyId.NotFound"],
  ["Denied", 403, "Forbidden.RAM"],
] as const)(
  "a key that its owner puts into the state %s is refused until it is Active again",
  async (state, status, code) => {
    const { client } = await startBed();
    const id = await client.running();
    await client.colleague("PATCH", `keys/${KEYS.accessKey}`, { state });
    expect(await client.refusal("GET", `/clusters/${id}`)).toEqual([status, code]);
    await client.colleague("PATCH", `keys/${KEYS.accessKey}`, { state: "Active" });
    expect(await client.stateOf(id)).toBe("running");
  },
);

test("a key whose secret is changed takes the new one alone, and no control shows it", async () => {
  const { client } = await startBed();
  const changed = await client.colleague("PATCH", `keys/${KEYS.accessKey}`, { secretKey: "next-secret" });
  expect(changed).toEqual({ id: KEYS.accessKey });
  expect(await client.refusal("GET", QUOTA)).toEqual([400, "SignatureDoesNotMatch"]);
  client.keys = { ...KEYS, secretKey: "next-secret" };
  await client.get(QUOTA);
  expect(JSON.stringify(await client.state())).not.toContain("next-secret");
  expect((await client.send("/_simulator/keys/none", { method: "PATCH", body: {} })).status).toBe(404);
});

describe("the one kind of signature that is taken", () => {
  test.each([
    ["Acs3", "Roa"],
    ["Roa", "Acs3"],
  ] as const)("is %s: %s is refused", async (signature, other) => {
    const { client } = await startBed({ signature });
    client.how = other;
    expect(await client.refusal("GET", QUOTA)).toEqual([400, "IncompleteSignature"]);
    client.how = signature;
    await client.get(QUOTA);
  });
});

describe("an ACS3 signature", () => {
  const without = (header: string, name: string): string => header.replace(`${name};`, "").replace(`;${name}`, "");

  test.each(["x-acs-date", "x-acs-signature-nonce"])("that does not cover %s is refused", async (name) => {
    const { client } = await startBed();
    const headers = client.signed(QUOTA);
    const authorization = without(headers["authorization"] ?? "", name);
    const answer = await client.send(QUOTA, { headers: { ...headers, authorization } });
    expect(answer.json()).toMatchObject({ code: "IncompleteSignature", message: expect.stringContaining(name) });
  });

  test("is good with whatever else is signed", async () => {
    const { client } = await startBed();
    await client.send(QUOTA, { headers: { "x-acs-extra": "1", "x-acs-region-id": "cn-hangzhou" } });
    const log = await client.log();
    expect(log.map(({ status }) => status)).toEqual([200]);
  });
});

describe("what every request must have", () => {
  test.each(["x-acs-signature-nonce", "x-acs-version", "authorization"])("%s", async (name) => {
    const { client } = await startBed();
    const headers = { ...client.signed(QUOTA), authorization: client.signed(QUOTA)["authorization"] ?? "", [name]: "" };
    const answer = await client.send(QUOTA, { headers });
    expect([answer.status, answer.json()]).toMatchObject([400, { code: "MissingParameter" }]);
  });

  test("another version has no APIs", async () => {
    const { client } = await startBed();
    const answer = await client.send(QUOTA, { headers: { "x-acs-version": "2014-05-26" } });
    expect([answer.status, answer.json()]).toMatchObject([404, { code: "InvalidApi.NotFound" }]);
  });
});
