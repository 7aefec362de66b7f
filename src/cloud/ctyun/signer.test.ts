import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorization, canonicalRequest, encodePath, encodeQuery, uriEncode, type QueryItem } from "./signer.ts";

/** Every text that UTF-8 can hold. */
const text = fc.string({ unit: "binary" });
const query = fc.array(fc.tuple(fc.oneof(text, fc.constantFrom("a", "b", "a-", "page")), text));

/** Its decoded pairs. */
function decoded(encoded: string): QueryItem[] {
  if (encoded === "") return [];
  return encoded.split("&").map((item) => {
    const [key = "", value = ""] = item.split("=");
    return [decodeURIComponent(key), decodeURIComponent(value)];
  });
}

function hmac(key: string, message: string): string {
  return createHmac("sha256", key).update(message).digest("hex");
}

describe("vectors of reference/signing-vectors.mjs", () => {
  test("the reference's own example of an encoded path", () => {
    expect(encodePath("/example/测试")).toBe("/example/%E6%B5%8B%E8%AF%95");
  });

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

describe("encoding", () => {
  test("leaves nothing but unreserved characters, and decodes to the same text", () => {
    fc.assert(
      fc.property(text, (value) => {
        const encoded = uriEncode(value);
        expect(encoded).toMatch(/^(?:[\w.~-]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(encoded)).toBe(value);
      }),
    );
  });

  test("takes half a surrogate pair for the replacement character, as UTF-8 does", () => {
    expect(uriEncode("\ud800")).toBe("%EF%BF%BD");
  });

  test("of a path keeps its slashes and decodes to the same path", () => {
    fc.assert(
      fc.property(fc.array(text), (segments) => {
        const path = `/${segments.join("/")}`;
        const encoded = encodePath(path);
        expect(decodeURIComponent(encoded)).toBe(path);
        expect(encoded.split("/").length).toBe(path.split("/").length);
        expect(encodePath(decodeURIComponent(encoded))).toBe(encoded);
      }),
    );
  });

  test("of a path puts the missing slash in front", () => {
    expect([encodePath(""), encodePath("a/b")]).toEqual(["/", "/a/b"]);
  });
});

describe("the canonical query", () => {
  test("is the same again when it is taken apart and put together", () => {
    fc.assert(
      fc.property(query, (items) => {
        const encoded = encodeQuery(items);
        expect(encodeQuery(decoded(encoded))).toBe(encoded);
      }),
    );
  });

  test("does not depend on the order of keys, and keeps the order of values within a key", () => {
    fc.assert(
      fc.property(query, fc.infiniteStream(fc.nat()), (items, random) => {
        const byKey = Map.groupBy(items, ([key]) => key);
        const shuffled = [...byKey.values()]
          .map((group) => ({ group, at: random.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .flatMap(({ group }) => group);
        expect(encodeQuery(shuffled)).toBe(encodeQuery(items));
        for (const [key, group] of byKey) {
          expect(decoded(encodeQuery(items)).filter(([other]) => other === key)).toEqual(group);
        }
      }),
    );
  });

  test("is sorted by key, not by the encoded item as Baidu does it", () => {
    expect(
      encodeQuery([
        ["text10", "x"],
        ["text1", "y"],
      ]),
    ).toBe("text1=y&text10=x");
  });
});
