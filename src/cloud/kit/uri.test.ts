import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodePath, encodeQuery, pathOf, uriEncode, type QueryItem } from "./uri.ts";

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

describe("a path", () => {
  test("is put together of its segments", () => {
    expect(pathOf("api", "v3", "a b")).toBe("/api/v3/a b");
  });

  test.each(["", ".", "..", "a/b"])("of %j would lead elsewhere", (segment) => {
    expect(() => pathOf("clusters", segment)).toThrow(
      expect.objectContaining({ name: "CloudError", kind: "Rejected" }),
    );
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

  test("keeps slashes and nothing else that RFC 3986 reserves", () => {
    expect(encodePath("/a b/测!'()*/~._-")).toBe("/a%20b/%E6%B5%8B%21%27%28%29%2A/~._-");
    expect([encodePath(""), encodePath("a/b")]).toEqual(["", "a/b"]);
  });
});

describe("a query", () => {
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
