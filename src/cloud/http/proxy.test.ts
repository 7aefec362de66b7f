// What the environment says about proxies.
import { describe, expect, test } from "vitest";
import { proxyFromEnvironment } from "./proxy.ts";

describe("the environment's proxies", () => {
  test("are none where nothing or nothing but NO_PROXY is set", () => {
    expect(proxyFromEnvironment({})).toBeUndefined();
    expect(proxyFromEnvironment({ HTTPS_PROXY: " ", NO_PROXY: "a.example" })).toBeUndefined();
  });

  test("are one for each scheme, and the loopback is never behind them", () => {
    expect(proxyFromEnvironment({ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "a.example,10.0.0.1" })).toEqual({
      http: undefined,
      https: "http://proxy:3128",
      bypass: "a.example,10.0.0.1,localhost,127.0.0.1,::1",
    });
  });

  test("are read in lower case first, as curl does", () => {
    const env = { http_proxy: "http://lower:1", HTTP_PROXY: "http://upper:1", no_proxy: "lower", NO_PROXY: "upper" };
    expect(proxyFromEnvironment(env)).toMatchObject({
      http: "http://lower:1",
      bypass: expect.stringMatching(/^lower,/),
    });
  });

  test.each(["proxy:3128", "socks5://proxy:1080", "//proxy"])(
    "are refused by name and without the value: %s",
    (value) => {
      expect(() => proxyFromEnvironment({ HTTPS_PROXY: value })).toThrow(
        /^HTTPS_PROXY is no URL of a proxy: give it as http:\/\/host:port$/,
      );
    },
  );
});
