// NO_PROXY as Go and curl read it.
import { describe, expect, test } from "vitest";
import { parseBypass } from "./bypass.ts";

const covers = (text: string, origin: string): boolean => parseBypass(text).covers(origin);

describe("a range", () => {
  test.each([
    ["10.0.0.0/8", "https://10.1.2.3"],
    ["10.0.0.0/8", "http://10.255.255.255:8080"],
    ["172.16.0.0/12", "https://172.31.0.1"],
    ["192.168.1.7/24", "https://192.168.1.200"],
    ["10.1.2.3/32", "https://10.1.2.3"],
    ["0.0.0.0/0", "https://203.0.113.9"],
    ["fd00::/8", "https://[fd12:3456::1]:443"],
    ["10.0.0.0/8", "https://[::ffff:10.1.2.3]"],
  ])("%s covers %s", (range, origin) => {
    expect(covers(range, origin)).toBe(true);
  });

  test.each([
    ["10.0.0.0/8", "https://11.0.0.1"],
    ["172.16.0.0/12", "https://172.32.0.1"],
    ["10.1.2.3/32", "https://10.1.2.4"],
    ["fd00::/8", "https://[fe80::1]"],
    ["fd00::/8", "https://10.0.0.1"],
    ["10.0.0.0/8", "https://10.example"],
    ["10.0.0.0/8", "https://cloud.example"],
  ])("%s does not cover %s", (range, origin) => {
    expect(covers(range, origin)).toBe(false);
  });
});

describe("a name or an address", () => {
  test.each([
    ["example", "https://example"],
    ["cloud.example", "https://cce.cloud.example"],
    ["cloud.example", "https://CLOUD.example."],
    [".cloud.example", "https://cce.cloud.example"],
    [".cloud.example", "https://cloud.example"],
    ["*.cloud.example", "https://cce.cloud.example"],
    ["云.example", new URL("https://云.example").origin],
    ["*", "https://anything.example"],
    ["10.1.2.3", "https://10.1.2.3:6443"],
    ["10.1.2.3:6443", "https://10.1.2.3:6443"],
    ["cloud.example:443", "https://cloud.example"],
    ["cloud.example:80", "http://cloud.example"],
    ["*:8080", "http://any.example:8080"],
    ["::1", "http://[::1]:8080"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["0:0:0:0:0:0:0:1", "http://[::1]"],
    ["a.example b.example\tc.example", "https://c.example"],
    [" a.example , b.example ", "https://b.example"],
  ])("%s covers %s", (entry, origin) => {
    expect(covers(entry, origin)).toBe(true);
  });

  test.each([
    ["cloud.example", "https://mycloud.example"],
    ["*.cloud.example", "https://cloud.example"],
    ["10.1.2.3", "https://10.1.2.30"],
    ["cloud.example:80", "https://cloud.example"],
    ["[::1]:80", "http://[::1]:8080"],
    ["", "https://cloud.example"],
    [",, ,", "https://cloud.example"],
  ])("%s does not cover %s", (entry, origin) => {
    expect(covers(entry, origin)).toBe(false);
  });
});

test("Entries that can never cover anything are named, and no others", () => {
  const useless = [
    "10.0.0.0/33",
    "10.0/8",
    "fd00::/129",
    "10.*",
    "http://cloud.example",
    "10.0.0.0/8:443",
    "a..b",
    "/8",
    "10.0.0.0/",
  ];
  const useful = ["*", "10.0.0.0/8", "fd00::/8", ".svc", "*.example", "a_b.example", "[::1]:1", "host:80", "10.1.2.3"];
  const { meaningless } = parseBypass([...useless, ...useful].join(","));
  expect(meaningless).toEqual(useless);
});
