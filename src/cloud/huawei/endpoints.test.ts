import { describe, expect, test } from "vitest";
import type { AccountSettings } from "../contract.ts";
import type { AccountOptions } from "./blocks.ts";
import { endpointsOf } from "./endpoints.ts";

function endpoints(settings: Partial<AccountSettings>, options: AccountOptions = {}) {
  const tls = { mode: "Verify" } as const;
  const base = { account: "team/account", tls, requestBudget: {}, providerOptions: {} };
  const found = endpointsOf({ ...base, ...settings }, options);
  return { cce: found.cce.origin, iam: found.iam.origin, addons: (id = "c-1") => found.addons(id) };
}

const plaintext = { tls: { mode: "Plaintext" } } as const;

describe("the hosts of an account", () => {
  test("follow from the region", () => {
    const { cce, iam, addons } = endpoints({ region: "cn-north-4" });
    expect({ cce, iam, addons: addons().origin }).toEqual({
      cce: "https://cce.cn-north-4.myhuaweicloud.com",
      iam: "https://iam.cn-north-4.myhuaweicloud.com",
      addons: "https://c-1.cce.cn-north-4.myhuaweicloud.com",
    });
    expect(addons("4D1E").host).toBe("4d1e.cce.cn-north-4.myhuaweicloud.com");
  });

  test("follow from the endpoint, whatever the region", () => {
    const { cce, iam, addons } = endpoints({ endpoint: "https://cce.r1.stack.example:8443", region: "cn-north-4" });
    expect({ cce, iam, addons: addons().origin }).toEqual({
      cce: "https://cce.r1.stack.example:8443",
      iam: "https://iam.r1.stack.example:8443",
      addons: "https://c-1.cce.r1.stack.example:8443",
    });
  });

  test.each(["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"])(
    "are all one at %s, which can have no names below it",
    (endpoint) => {
      const { cce, iam, addons } = endpoints({ ...plaintext, endpoint, region: "cn-north-4" });
      expect([cce, iam, addons().origin]).toEqual([endpoint, endpoint, endpoint]);
    },
  );

  test("are one gateway where the endpoint's name is not that of a service", () => {
    expect(endpoints({ endpoint: "https://gateway.example" }).iam).toBe("https://gateway.example");
  });

  test("are what the account says", () => {
    const options = { iamEndpoint: "https://login.example", addonEndpoint: "https://addons.example" };
    const { iam, addons } = endpoints({ region: "cn-north-4" }, options);
    expect([iam, addons("anything/else").origin]).toEqual(["https://login.example", "https://addons.example"]);
  });
});

describe("refused", () => {
  test("neither endpoint nor region", () => {
    expect(() => endpoints({})).toThrow(expect.objectContaining({ kind: "EndpointRequired" }));
  });

  test.each<[string, () => unknown, RegExp]>([
    ["a region that is none", () => endpoints({ region: "x.evil.example/" }), /^spec\.region/],
    ["plain http", () => endpoints({ endpoint: "http://h" }), /^spec\.endpoint is plain http/],
    [
      "plain http to IAM",
      () => endpoints({ region: "r" }, { iamEndpoint: "http://h" }),
      /^spec\.huawei\.iamEndpoint is plain http/,
    ],
    [
      "add-ons at no URL",
      () => endpoints({ region: "r" }, { addonEndpoint: "h" }),
      /^spec\.huawei\.addonEndpoint is not a URL/,
    ],
  ])("%s", (_what, open, message) => {
    expect(open).toThrow(expect.objectContaining({ kind: "Rejected", message: expect.stringMatching(message) }));
  });

  test.each(["evil.example/", "evil.example#", "a.b", "", "-a", "x".repeat(64)])(
    "%j as a cluster, whose host would be somebody else's",
    (id) => {
      expect(() => endpoints({ region: "r" }).addons(id)).toThrow(expect.objectContaining({ kind: "Rejected" }));
    },
  );
});
