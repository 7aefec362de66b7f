import { describe, expect, test } from "vitest";
import type { ProvableRequest } from "../kit/requests.ts";
import { signatureHeaders } from "./signer.ts";

const KEY = { accessKey: "AccessKey", secretKey: "SecretKey" };

function signature(request: Partial<ProvableRequest>, nowMs: number, secretKey = KEY.secretKey): string | undefined {
  const whole = { method: "GET", path: "/", query: [], headers: {}, ...request };
  return /Signature=([0-9a-f]{64})$/.exec(signatureHeaders(whole, { ...KEY, secretKey }, nowMs).authorization)?.[1];
}

describe("known signatures", () => {
  const python = {
    path: "/resources",
    query: [["size", "1"]],
    headers: { Host: "service.endpoint.myhuaweicloud.com" },
  } as const;
  const pythonTime = Date.UTC(2020, 5, 8, 2, 39, 0);
  const goTime = Date.UTC(2006, 0, 2, 15, 4, 5);

  test.each<[string, Partial<ProvableRequest>, number, string]>([
    ["Python GET", python, pythonTime, "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842"],
    [
      "Python POST",
      { ...python, method: "POST", body: '{"name":"test","id":1}' },
      pythonTime,
      "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f",
    ],
    [
      "Go GET",
      { path: "/path", query: [["limit", "1"]] },
      goTime,
      "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624",
    ],
    [
      "Go POST",
      { method: "POST", path: "/path", query: [["key", "value"]], body: '{"Name":"test","Id":1}\n' },
      goTime,
      "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59",
    ],
  ])("%s", (_name, request, nowMs, expected) => {
    expect(signature(request, nowMs)).toBe(expected);
  });

  test("Node GET with a body and a project", () => {
    const headers = { "content-type": "application/json", host: "127.0.0.1:18999", "x-project-id": "p1" };
    const request = { path: "/api/v3/projects/p1/clusters", headers, body: "{}" };
    expect(signature(request, Date.UTC(2026, 10, 20, 23, 31, 30), "testsecret")).toBe(
      "78f70b64144d16cb7dbd3e71e706a9dae70ea91f6bf85721cc3b7531e7a6a276",
    );
  });

  test("the header names key, signed headers and time", () => {
    const request = { method: "GET", path: "/", query: [], headers: { Host: "h", "X-Project-Id": "p" } };
    expect(signatureHeaders(request, KEY, pythonTime)).toEqual({
      "x-sdk-date": "20200608T023900Z",
      authorization: expect.stringMatching(
        /^SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-project-id;x-sdk-date, Signature=[0-9a-f]{64}$/,
      ),
    });
  });
});

test("the order of the query does not matter, neither of keys nor of the values of one", () => {
  const one = { method: "GET", path: "/p", headers: { host: "h" } } as const;
  const query = [
    ["b", "2"],
    ["a", "2"],
    ["a", "1"],
  ] as const;
  expect(signature({ ...one, query: query.toReversed() }, 0)).toBe(signature({ ...one, query }, 0));
});

test("another body, query or time gives another signature", () => {
  const request = { method: "PUT", path: "/p", query: [["a", "1"]], headers: { host: "h" }, body: "{}" } as const;
  const all = [
    signature(request, 0),
    signature(request, 1_000),
    signature({ ...request, body: "{ }" }, 0),
    signature({ ...request, query: [["a", "2"]] }, 0),
    signature({ ...request, path: "/q" }, 0),
  ];
  expect(new Set(all).size).toBe(all.length);
});
