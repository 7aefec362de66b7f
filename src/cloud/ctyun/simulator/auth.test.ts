// auth-v1 as the simulator checks it: over the wire, byte for byte.
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../simulation/test-support.ts";
import type { AuthRules } from "./auth.ts";
import { refusalOf } from "./auth.ts";
import type { ReceivedRequest } from "./canonical-request.ts";
import { canonicalRequests } from "./canonical-request.ts";
import type { ToSign } from "./test-support.ts";
import { ACCESS_KEY, authorizationOf, SECRET_KEY, signatureOf, startTestSimulator } from "./test-support.ts";

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const RULES: AuthRules = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY, largestSkewMs: 900_000 };
const HOST = "127.0.0.1:8080";

function received(
  rawUrl: string,
  authorization: string | undefined,
  headers: Record<string, string> = {},
): ReceivedRequest {
  return { method: "GET", rawUrl, headers: { host: HOST, ...headers, authorization } };
}

const SIGNED: ToSign = { method: "GET", path: "/x", headers: { host: HOST }, timestamp: String(NOW_MS / 1000) };

/** The refusal of a request for `rawUrl` (default `/x`) that was signed as `toSign` says. */
function verdict(toSign: Partial<ToSign>, rawUrl = "/x", headers: Record<string, string> = {}): string | undefined {
  return refusalOf(received(rawUrl, authorizationOf({ ...SIGNED, ...toSign }), headers), RULES, NOW_MS);
}

describe("the vectors of the project's reference", () => {
  const rules = { accessKey: "ak", secretKey: "testsecret", largestSkewMs: Infinity };
  const authorization = (signedHeaders: string, signature: string) =>
    `auth-v1/ak/1700000000/${signedHeaders}/${signature}`;

  test("with the default, the Host header, and a path outside ASCII", () => {
    const header = authorization("", "d52b69d6de9887b72a3a2583077b74ec93be2b6b0038a2fe6317c513efd69692");
    const request = {
      method: "GET",
      rawUrl: "/example/%E6%B5%8B%E8%AF%95",
      headers: { host: "cce.container.ctyun.cn", authorization: header },
    };
    expect(refusalOf(request, rules, NOW_MS)).toBeUndefined();
  });

  test("with a query in another order, a key alone, a port in Host and two signed headers", () => {
    const header = authorization(
      "host;content-type",
      "fdb0a95f7c97b0359cc89c9662fbd498e6cc88929c8837262a8041a9075ac8ea",
    );
    const headers = { host: "127.0.0.1:8080", "content-type": "application/json", authorization: header };
    const request = { method: "GET", rawUrl: "/registry/api/projects?page_size=15&page=1&name", headers };
    expect(refusalOf(request, rules, NOW_MS)).toBeUndefined();
  });
});

test("the canonical request has four lines, everything encoded, the headers sorted", () => {
  const request = received("/a b//%e4%bd%a0~?b=2&a=x%2Fy&b=1&c", undefined, {
    "content-type": " application/json ",
    "x-none": "  ",
  });
  expect(canonicalRequests(request, ["host", "x-none", "x-absent", "content-type"])).toEqual([
    "GET\n/a%20b//%E4%BD%A0~\na=x%2Fy&b=2&b=1&c=\ncontent-type:application%2Fjson\nhost:127.0.0.1%3A8080",
  ]);
});

describe("a signature is accepted", () => {
  test.each<[string, Partial<ToSign>, string?]>([
    ["with the empty default", {}],
    ["with Host named", { signedHeaders: ["host"] }],
    ["with an ISO time stamp", { timestamp: "2026-01-02T03:04:05Z" }],
    [
      "with a query sorted by key, equal keys in their order",
      {
        query: [
          ["b", "2"],
          ["b", "1"],
          ["a", " +"],
        ],
      },
      "/x?b=2&b=1&a=%20%2B",
    ],
    ["with a value that has an equals sign", { query: [["a", "b=c"]] }, "/x?a=b=c"],
    ["with an encoded slash in the path read as encoded or as plain", { path: "/x/a/b" }, "/x/a%2Fb"],
    ["with reserved characters that the client left unencoded", { path: "/x/(a)*!'" }, "/x/(a)*!'"],
    ["15 minutes early", { timestamp: String(NOW_MS / 1000 - 900) }],
    ["15 minutes late", { timestamp: String(NOW_MS / 1000 + 900) }],
  ])("%s", (_, toSign, rawUrl) => {
    expect(verdict(toSign, rawUrl)).toBeUndefined();
  });

  test("with header names in any case, absent ones left out, values trimmed", () => {
    const signedHeaders = ["host", "content-type", "x-absent"];
    const headers = { host: HOST, "content-type": "application/json" };
    const signature = signatureOf({ ...SIGNED, headers, signedHeaders });
    const header = `auth-v1/${ACCESS_KEY}/${NOW_MS / 1000}/Host;Content-Type;X-Absent/${signature}`;
    expect(refusalOf(received("/x", header, { "content-type": " application/json\t" }), RULES, NOW_MS)).toBeUndefined();
  });
});

describe("a signature is refused", () => {
  test.each<[string, RegExp, Partial<ToSign>, string?]>([
    ["of an unknown access key", /access key/, { accessKey: "other" }],
    ["with another secret key", /signature/, { secretKey: "other" }],
    ["of another method", /signature/, { method: "PUT" }],
    ["of another path", /signature/, { path: "/y" }],
    ["of a path with one slash less", /signature/, {}, "//x"],
    ["of another query", /signature/, { query: [["a", "1"]] }, "/x?a=2"],
    ["without the query", /signature/, {}, "/x?a=1"],
    [
      "with equal keys in another order",
      /signature/,
      {
        query: [
          ["a", "1"],
          ["a", "2"],
        ],
      },
      "/x?a=2&a=1",
    ],
    ["of another host", /signature/, { headers: { host: "127.0.0.1" } }],
    ["that leaves out Host", /Host/, { signedHeaders: ["content-type"] }],
    ["more than 15 minutes old", /time stamp/, { timestamp: String(NOW_MS / 1000 - 901) }],
    ["more than 15 minutes ahead", /time stamp/, { timestamp: String(NOW_MS / 1000 + 901) }],
    ["with milliseconds for seconds", /time stamp/, { timestamp: String(NOW_MS) }],
    ["with a time stamp that is none", /time stamp/, { timestamp: "yesterday" }],
    ["with a date that does not exist", /time stamp/, { timestamp: "2026-13-41T03:04:05Z" }],
  ])("%s", (_, reason, toSign, rawUrl) => {
    expect(verdict(toSign, rawUrl)).toMatch(reason);
  });

  test("in upper case, cut, or with one digit changed", () => {
    const good = signatureOf(SIGNED);
    const changed = good.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    for (const signature of [good.toUpperCase(), good.slice(0, -1), changed]) {
      const header = `auth-v1/${ACCESS_KEY}/${NOW_MS / 1000}//${signature}`;
      expect(refusalOf(received("/x", header), RULES, NOW_MS)).toMatch(/signature/);
    }
  });

  test.each([
    undefined,
    "",
    "Bearer x",
    "auth-v1",
    "auth-v1/a/1/2",
    "auth-v1/a/1//s/more",
    "auth-v2/a/1//s",
    "auth-v1//1//s",
  ])("in the malformed header %j", (header) => {
    expect(refusalOf(received("/x", header), RULES, NOW_MS)).toMatch(/Authorization header/);
  });
});

describe("over the wire", () => {
  test("a signed request passes, and an unsigned one gets 401 with a body and without effect", async () => {
    const client = await startTestSimulator();
    expect((await client.send("/registry/api/projects?page=1&page_size=15")).status).toBe(200);
    const body = { project_name: "test" };
    const refused = await client.send("/registry/api/projects", {
      method: "POST",
      body,
      headers: { authorization: "no" },
    });
    expect(refused.status).toBe(401);
    expect(refused.json()).toEqual({ code: 401, message: expect.stringContaining("auth-v1") });
    expect((await client.log()).map(({ status, effect }) => [status, effect])).toEqual([
      [200, false],
      [401, false],
    ]);
  });

  test("a path that does not exist is refused before it is missed", async () => {
    const client = await startTestSimulator();
    expect((await client.send("/nothing", { headers: { authorization: "no" } })).status).toBe(401);
    expect((await client.send("/nothing")).status).toBe(404);
  });

  test("a time stamp is measured against the simulator's clock, unless that is switched off", async () => {
    const clock = new ManualClock();
    const strict = await startTestSimulator({ clock, signerClock: Date });
    const lax = await startTestSimulator({ clock, signerClock: Date, largestSkewMs: Infinity });
    expect((await strict.send("/registry/api/projects")).status).toBe(401);
    expect((await lax.send("/registry/api/projects")).status).toBe(200);
  });
});
