// SDK-HMAC-SHA256 as the simulator checks it: against the vendor's vectors, then every way to get it wrong.
import { describe, expect, test } from "vitest";
import type { SignedRequest } from "./signature.ts";
import { canonicalRequest, signatureRefusal } from "./signature.ts";
import type { ToSign } from "./test-support.ts";
import { authorizationOf, KEYS } from "./test-support.ts";

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const HEADERS = { host: "127.0.0.1:8080", "x-sdk-date": "20260102T030405Z" };

interface Vector {
  method: string;
  rawUrl: string;
  headers: Record<string, string>;
  body?: string;
}

describe("the vectors of the project's reference", () => {
  const python = { host: "service.endpoint.myhuaweicloud.com", "x-sdk-date": "20200608T023900Z" };
  const go = { "x-sdk-date": "20060102T150405Z" };
  const node = {
    "content-type": "application/json",
    host: "127.0.0.1:18999",
    "x-project-id": "p1",
    "x-sdk-date": "20261120T233130Z",
  };
  const vectorVerdict = ({ method, rawUrl, headers, body = "" }: Vector, secretKey: string, signature: string) => {
    const signed = Object.keys(headers).sort().join(";");
    const authorization = `SDK-HMAC-SHA256 Access=ak, SignedHeaders=${signed}, Signature=${signature}`;
    const request = { method, rawUrl, headers: { ...headers, authorization }, body: Buffer.from(body) };
    const [, year, month, day, time] = /^(....)(..)(..)T(......)Z$/.exec(headers["x-sdk-date"] ?? "") ?? [];
    const nowMs = Date.parse(`${year}-${month}-${day}T${time?.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`);
    return signatureRefusal(request, { accessKey: "ak", secretKey }, nowMs);
  };

  test.each<[string, Vector, string, string]>([
    [
      "Python GET",
      { method: "GET", rawUrl: "/resources?size=1", headers: python },
      "SecretKey",
      "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842",
    ],
    [
      "Python POST",
      { method: "POST", rawUrl: "/resources?size=1", headers: python, body: '{"name":"test","id":1}' },
      "SecretKey",
      "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f",
    ],
    [
      "Go GET",
      { method: "GET", rawUrl: "/path?limit=1", headers: go },
      "SecretKey",
      "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624",
    ],
    [
      "Go POST",
      { method: "POST", rawUrl: "/path?key=value", headers: go, body: '{"Name":"test","Id":1}\n' },
      "SecretKey",
      "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59",
    ],
    [
      "Node.js GET with a body",
      { method: "GET", rawUrl: "/api/v3/projects/p1/clusters", headers: node, body: "{}" },
      "testsecret",
      "78f70b64144d16cb7dbd3e71e706a9dae70ea91f6bf85721cc3b7531e7a6a276",
    ],
  ])("%s", (_, vector, secretKey, signature) => {
    expect(vectorVerdict(vector, secretKey, signature)).toBeUndefined();
    expect(vectorVerdict(vector, "other", signature)).toMatch(/signature/);
  });
});

test("the canonical request: path escaped and closed, query sorted by key and value, headers one a line", () => {
  const request: SignedRequest = {
    method: "GET",
    rawUrl: "/a%20b/%e4%bd%a0~?b=2&a=x%2Fy&b=1&c",
    headers: { host: "h", "x-sdk-date": " d " },
    body: Buffer.alloc(0),
  };
  expect(canonicalRequest(request, ["x-sdk-date", "host"])).toBe(
    [
      "GET",
      "/a%20b/%E4%BD%A0~/",
      "a=x%2Fy&b=1&b=2&c=",
      "host:h",
      "x-sdk-date:d",
      "",
      "host;x-sdk-date",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ].join("\n"),
  );
});

/** The refusal of a request for `/x` with body `b` that was signed as `toSign` says. */
function verdict(toSign: Partial<ToSign>, received: Partial<SignedRequest> = {}): string | undefined {
  const full = { method: "POST", path: "/x", body: "b", headers: HEADERS, ...toSign };
  const headers = { ...HEADERS, ...full.headers, authorization: authorizationOf(full) };
  return signatureRefusal({ method: "POST", rawUrl: "/x", body: Buffer.from("b"), headers, ...received }, KEYS, NOW_MS);
}

describe("a signature is accepted", () => {
  test.each<[string, Partial<ToSign>, string?]>([
    ["as it should be", {}],
    ["of a path that has its slash already", { path: "/x/" }, "/x/"],
    [
      "with repeated values in any order",
      {
        query: [
          ["a", "2"],
          ["a", "1"],
        ],
      },
      "/x?a=2&a=1",
    ],
    ["15 minutes early", { headers: { ...HEADERS, "x-sdk-date": "20260102T024905Z" } }],
    ["15 minutes late", { headers: { ...HEADERS, "x-sdk-date": "20260102T031905Z" } }],
  ])("%s", (_, toSign, rawUrl = "/x") => {
    expect(verdict(toSign, { rawUrl })).toBeUndefined();
  });
});

describe("a signature is refused", () => {
  test.each<[string, RegExp, Partial<ToSign>, Partial<SignedRequest>?]>([
    ["of an unknown access key", /access key/, { accessKey: "other" }],
    ["with another secret key", /signature/, { secretKey: "other" }],
    ["of another method", /signature/, { method: "PUT" }],
    ["of another path", /signature/, { path: "/y" }],
    ["of another query", /signature/, { query: [["a", "1"]] }, { rawUrl: "/x?a=2" }],
    ["of another body", /signature/, {}, { body: Buffer.from("c") }],
    ["of another host", /signature/, { headers: { ...HEADERS, host: "other" } }, { headers: HEADERS }],
    ["without its date", /X-Sdk-Date is not signed/, { headers: { host: "h" } }],
    ["more than 15 minutes old", /too far/, { headers: { ...HEADERS, "x-sdk-date": "20260102T024904Z" } }],
    ["more than 15 minutes ahead", /too far/, { headers: { ...HEADERS, "x-sdk-date": "20260102T031906Z" } }],
    ["with a date of another form", /form/, { headers: { ...HEADERS, "x-sdk-date": "2026-01-02T03:04:05Z" } }],
    ["with a date that does not exist", /form/, { headers: { ...HEADERS, "x-sdk-date": "20261302T030405Z" } }],
  ])("%s", (_, reason, toSign, received) => {
    if (received?.headers !== undefined) {
      const authorization = authorizationOf({ method: "POST", path: "/x", body: "b", headers: HEADERS, ...toSign });
      received = { ...received, headers: { ...received.headers, authorization } };
    }
    expect(verdict(toSign, received)).toMatch(reason);
  });

  test.each([
    undefined,
    "",
    "Bearer x",
    "SDK-HMAC-SHA256",
    "SDK-HMAC-SHA256 Access=a, SignedHeaders=b",
    "SDK-HMAC-SHA1 Access=a, SignedHeaders=b, Signature=c",
  ])("in the malformed header %j", (authorization) => {
    const request = { method: "GET", rawUrl: "/x", headers: { ...HEADERS, authorization }, body: Buffer.alloc(0) };
    expect(signatureRefusal(request, KEYS, NOW_MS)).toMatch(/Authorization/);
  });
});
