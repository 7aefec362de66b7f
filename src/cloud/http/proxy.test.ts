// What the environment says about proxies.
import { describe, expect, test } from "vitest";
import { meaninglessEntries, proxyFor, proxyFromEnvironment } from "./proxy.ts";

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

  test("are the way for what their scheme is and no entry of NO_PROXY covers", () => {
    const env = { HTTP_PROXY: "http://plain:1", HTTPS_PROXY: "http://secure:1", NO_PROXY: "10.0.0.0/8,.svc,10.*" };
    const settings = proxyFromEnvironment(env)!;
    expect(proxyFor("https://cloud.example", settings)).toBe("http://secure:1");
    expect(proxyFor("http://cloud.example", settings)).toBe("http://plain:1");
    expect(proxyFor("https://11.0.0.1", settings)).toBe("http://secure:1");
    for (const origin of ["https://10.1.2.3", "http://registry.svc", "http://127.0.0.1:1", "http://[::1]:1"]) {
      expect(proxyFor(origin, settings)).toBeUndefined();
    }
    expect(proxyFor("https://cloud.example", { http: "http://plain:1", bypass: "" })).toBeUndefined();
    expect(meaninglessEntries(settings)).toEqual(["10.*"]);
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
