import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { authorization, canonicalRequest } from "./signer.ts";

function hmac(key: string, message: string): string {
  return createHmac("sha256", key).update(message).digest("hex");
}

describe("known signatures", () => {
  test("a GET that signs the host alone", () => {
    const canonical = canonicalRequest(
      { method: "GET", path: "/example/测试", query: [], headers: { Host: "cce.container.ctyun.cn" } },
      ["host"],
    );
    expect(hmac("testsecret", canonical)).toBe("d52b69d6de9887b72a3a2583077b74ec93be2b6b0038a2fe6317c513efd69692");
  });

  test("a GET with a port, a content type and a key without value", () => {
    const header = authorization(
      {
        method: "GET",
        path: "/registry/api/projects",
        query: [
          ["page", "1"],
          ["page_size", "15"],
          ["name", ""],
        ],
        headers: { Host: "127.0.0.1:8080", "Content-Type": "application/json" },
      },
      {
        key: { accessKey: "AK", secretKey: "testsecret" },
        signedHeaders: ["host", "content-type"],
        timestampSeconds: 1_700_000_000,
      },
    );
    expect(header).toBe(
      "auth-v1/AK/1700000000/host;content-type/fdb0a95f7c97b0359cc89c9662fbd498e6cc88929c8837262a8041a9075ac8ea",
    );
  });

  test("the canonical request of Baidu, which is the same where keys don't share a beginning", () => {
    const canonical = canonicalRequest(
      {
        method: "PUT",
        path: "/v1/test/myfolder/readme.txt",
        query: [
          ["uploadId", "a44cc9bab11cbd156984767aad637851"],
          ["partNumber", "9"],
        ],
        headers: {
          host: "bj.bcebos.com",
          "content-type": "text/plain",
          "content-length": "8",
          "content-md5": "NFzcPqhviddjRNnSOGo4rw==",
          "x-bce-date": "2015-04-27T08:23:49Z",
        },
      },
      ["content-length", "content-md5", "content-type", "host", "x-bce-date"],
    );
    const key = hmac("b".repeat(32), `bce-auth-v1/${"a".repeat(32)}/2015-04-27T08:23:49Z/1800`);
    expect(hmac(key, canonical)).toBe("d74a04362e6a848f5b39b15421cb449427f419c95a480fd6b8cf9fc783e2999e");
  });
});

describe("canonical headers", () => {
  const base = { method: "GET", path: "/", query: [] };

  test("are sorted, trimmed and encoded, with the port's colon as %3A", () => {
    const headers = { HOST: "h:8443", "Content-Type": "  application/json " };
    expect(canonicalRequest({ ...base, headers }, ["host", "content-type"])).toBe(
      "GET\n/\n\ncontent-type:application%2Fjson\nhost:h%3A8443",
    );
  });

  test("leave out what is empty, absent or not signed", () => {
    const headers = { host: "h", "x-empty": "   ", "x-other": "1" };
    expect(canonicalRequest({ ...base, headers }, ["host", "x-empty", "x-absent"])).toBe("GET\n/\n\nhost:h");
  });
});

test("a path without a slash in front gets one", () => {
  const of = (path: string) => canonicalRequest({ method: "GET", path, query: [], headers: {} }, []);
  expect([of(""), of("a/b")]).toEqual([of("/"), of("/a/b")]);
});
