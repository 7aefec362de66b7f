import { describe, expect, test } from "vitest";
import type { ProvableRequest } from "../kit/requests.ts";
import { signAcs3, signRoa } from "./signer.ts";

const KEY = { accessKey: "AKCHECK", secretKey: "SKCHECK" };
const NOW_MS = Date.UTC(2026, 10, 29, 15, 39, 31);

/** What `@alicloud/cs20151215` 7.2.0 sends of itself. */
const PROVIDER = { "x-acs-credentials-provider": "static_ak" };

const CREATE =
  '{"cluster_type":"ManagedKubernetes","name":"a b","num_of_nodes":0,"profile":"Default","region_id":"cn-hangzhou",' +
  '"snat_entry":false,"tags":[{"key":"k","value":"v"}],"vswitch_ids":["v1"]}';

describe("ACS3 signatures of the vendor's client", () => {
  const cases: [string, Partial<ProvableRequest> & { action: string }, string, string][] = [
    [
      "a path",
      { path: "/clusters/c1", action: "DescribeClusterDetail" },
      "a6565cb46e0c3c1bc87a99ae57370a5c9cdff02a9789140075ad2cf5d7307929",
      "9cedb805425626348cab820329bac320423ead610f94d9a087932a0dc38f5553",
    ],
    [
      "a query",
      {
        path: "/api/v1/clusters",
        query: [
          ["page_size", "50"],
          ["name", "x y&z=中"],
          ["page_number", "1"],
        ],
        action: "DescribeClustersV1",
      },
      "2d0b89d9afc15dace8046754e2af8fb8de2477bfe2eaeb9de6f55f889eaf6846",
      "637e47ca70c4b2640c3a689a14e69f5ca70e34e368bb1643bc3198846ec2ea4c",
    ],
    [
      "a list in a query",
      {
        method: "DELETE",
        path: "/clusters/c1/nodepools/np1/nodes",
        query: [
          ["release_node", "true"],
          ["instance_ids", '["i-1","i-2"]'],
          ["drain_node", "true"],
        ],
        action: "RemoveNodePoolNodes",
      },
      "ba765727973941775ca9784f791e99d7e960669b3151eada88744e79f8af6831",
      "8f5858b8d1aae98bf40b4482ac4c3490724964fe7f1c19a0a4f5d7e011d2717c",
    ],
    [
      "a body",
      {
        method: "POST",
        path: "/clusters",
        headers: { "content-type": "application/json; charset=utf-8" },
        body: CREATE,
        action: "CreateCluster",
      },
      "ace8fe445ae5964f0731f9f3c84ac081f1e0c2e47efffe1e7cc56a274928ae3b",
      "a55c2306e4b366321a94021bdf422e7d6f2f2ddba6040c0144ae979f7ad24685",
    ],
  ];

  test.each(cases)("cover %s", (_what, { action, headers, ...request }, nonce, signature) => {
    const own = { host: "127.0.0.1:45287", "x-acs-action": action, ...PROVIDER, ...headers };
    const whole = { method: "GET", path: "/", query: [], ...request, headers: own };
    const signed = signAcs3(whole, KEY, { nowMs: NOW_MS, nonce });
    expect(signed.signature).toBe(signature);
    const names = [
      ...(headers ? ["content-type"] : []),
      "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version",
    ].join(";");
    expect(signed.headers["authorization"]).toBe(
      `ACS3-HMAC-SHA256 Credential=AKCHECK,SignedHeaders=${names},Signature=${signature}`,
    );
    expect(signed.headers["x-acs-date"]).toBe("2026-11-29T15:39:31Z");
  });
});

describe("ROA signatures of the vendor's client", () => {
  test("cover a query as it is before it is encoded", () => {
    const { signature, headers } = signRoa(
      {
        method: "GET",
        path: "/clusters",
        query: [["name", "x y"]],
        headers: { host: "127.0.0.1", "x-acs-region-id": "cn-hangzhou" },
      },
      KEY,
      { nowMs: NOW_MS, nonce: "029081541b1385918827e9153d46a4dd" },
    );
    expect(signature).toBe("59e7z4cDNz/42nI5DrHciSsLCpA=");
    expect(headers).toMatchObject({
      authorization: "acs AKCHECK:59e7z4cDNz/42nI5DrHciSsLCpA=",
      accept: "application/json",
      date: "Sun, 29 Nov 2026 15:39:31 GMT",
      "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
      "x-acs-signature-method": "HMAC-SHA1",
      "x-acs-signature-version": "1.0",
      "x-acs-version": "2015-12-15",
    });
  });

  test("cover a body by its digest and its type", () => {
    const { signature, headers } = signRoa(
      {
        method: "POST",
        path: "/clusters",
        query: [],
        headers: { host: "127.0.0.1", "content-type": "application/json" },
        body: '{"name":"a"}',
      },
      KEY,
      { nowMs: NOW_MS, nonce: "1fb61c83b1ec143b7a6651dbdcb3a5e3" },
    );
    expect(headers["content-md5"]).toBe("iBSOQRubQkouDd8QjLArqg==");
    expect(signature).toBe("3MNVHkuRmPPt73d2VrO6neuOf6Q=");
  });
});

test.each([signAcs3, signRoa])("a security token is sent and signed along (%#)", (sign) => {
  const request = { method: "GET", path: "/clusters", query: [], headers: { host: "cs.example" } };
  const moment = { nowMs: NOW_MS, nonce: "n" };
  const temporary = sign(request, { ...KEY, securityToken: "T0KEN" }, moment);
  expect(temporary.headers["x-acs-security-token"]).toBe("T0KEN");
  expect(temporary.signature).not.toBe(sign(request, KEY, moment).signature);
  expect(temporary.signature).not.toBe(sign(request, { ...KEY, securityToken: "0THER" }, moment).signature);
});
