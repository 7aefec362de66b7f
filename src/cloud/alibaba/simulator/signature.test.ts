// Both signatures as the simulator checks them: against vectors that the vendor's clients and documents give, then altered.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SignedRequest } from "./signature.ts";
import { canonicalRequest, mismatch, parseAuthorization, stringsToSign } from "./signature.ts";

interface Vector {
  readonly method: string;
  readonly rawUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Signed extends Vector {
  readonly secret: string;
  readonly authorization: string;
}

function verdict({ method, rawUrl, headers, body = "", secret, authorization }: Signed): boolean {
  const parsed = parseAuthorization(authorization);
  if (parsed === undefined) return false;
  return mismatch({ method, rawUrl, headers, body: Buffer.from(body) }, parsed, secret) === undefined;
}

/** One altered copy for each part that the signature covers; undefined where the vector has no such part. */
function altered(signed: Signed): Record<string, Signed> {
  const { rawUrl, headers, body } = signed;
  const change = (name: string) => ({ ...signed, headers: { ...headers, [name]: `${headers[name]}0` } });
  const names = Object.keys(headers).filter((name) => name !== "content-length");
  return {
    method: { ...signed, method: "PATCH" },
    path: { ...signed, rawUrl: rawUrl.replace("/", "/x") },
    query: { ...signed, rawUrl: rawUrl.includes("?") ? `${rawUrl}1` : `${rawUrl}?a=1` },
    secret: { ...signed, secret: `${signed.secret}0` },
    signature: {
      ...signed,
      authorization: signed.authorization.replace(/(.)(=*)$/, (_, last, end) => `${last === "a" ? "b" : "a"}${end}`),
    },
    ...(body === undefined || signed.authorization.startsWith("acs ") ? {} : { body: { ...signed, body: `${body} ` } }),
    ...Object.fromEntries(names.map((name) => [`header ${name}`, change(name)])),
  };
}

const EMPTY = createHash("sha256").update("").digest("hex");

/** Of the vendor's clients: secret SKCHECK, key AKCHECK, at one moment. */
function acs3(
  vector: Omit<Vector, "headers">,
  action: string,
  rest: { nonce: string; signature: string; type?: string },
): Signed {
  const { nonce, signature, type } = rest;
  const headers: Record<string, string> = {
    ...(type === undefined ? {} : { "content-type": type }),
    host: "127.0.0.1:45287",
    "x-acs-action": action,
    "x-acs-content-sha256": createHash("sha256")
      .update(vector.body ?? "")
      .digest("hex"),
    "x-acs-credentials-provider": "static_ak",
    "x-acs-date": "2026-11-29T15:39:31Z",
    "x-acs-signature-nonce": nonce,
    "x-acs-version": "2015-12-15",
  };
  const signed = Object.keys(headers).join(";");
  const authorization = `ACS3-HMAC-SHA256 Credential=AKCHECK,SignedHeaders=${signed},Signature=${signature}`;
  return { ...vector, headers, secret: "SKCHECK", authorization };
}

const CREATE =
  '{"cluster_type":"ManagedKubernetes","name":"a b","num_of_nodes":0,"profile":"Default","region_id":"cn-hangzhou","snat_entry":false,"tags":[{"key":"k","value":"v"}],"vswitch_ids":["v1"]}';

const ACS3: Record<string, Signed> = {
  "GET of a cluster": acs3({ method: "GET", rawUrl: "/clusters/c1" }, "DescribeClusterDetail", {
    nonce: "a6565cb46e0c3c1bc87a99ae57370a5c9cdff02a9789140075ad2cf5d7307929",
    signature: "9cedb805425626348cab820329bac320423ead610f94d9a087932a0dc38f5553",
  }),
  "GET of a list, with a query": acs3(
    { method: "GET", rawUrl: "/api/v1/clusters?name=x%20y%26z%3D%E4%B8%AD&page_number=1&page_size=50" },
    "DescribeClustersV1",
    {
      nonce: "2d0b89d9afc15dace8046754e2af8fb8de2477bfe2eaeb9de6f55f889eaf6846",
      signature: "637e47ca70c4b2640c3a689a14e69f5ca70e34e368bb1643bc3198846ec2ea4c",
    },
  ),
  "DELETE with an array in the query": acs3(
    {
      method: "DELETE",
      rawUrl:
        "/clusters/c1/nodepools/np1/nodes?drain_node=true&instance_ids=%5B%22i-1%22%2C%22i-2%22%5D&release_node=true",
    },
    "RemoveNodePoolNodes",
    {
      nonce: "ba765727973941775ca9784f791e99d7e960669b3151eada88744e79f8af6831",
      signature: "8f5858b8d1aae98bf40b4482ac4c3490724964fe7f1c19a0a4f5d7e011d2717c",
    },
  ),
  "POST with a body": acs3({ method: "POST", rawUrl: "/clusters", body: CREATE }, "CreateCluster", {
    nonce: "ace8fe445ae5964f0731f9f3c84ac081f1e0c2e47efffe1e7cc56a274928ae3b",
    signature: "a55c2306e4b366321a94021bdf422e7d6f2f2ddba6040c0144ae979f7ad24685",
    type: "application/json; charset=utf-8",
  }),
  "POST of the vendor's document": {
    method: "POST",
    rawUrl: "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
    headers: {
      host: "ecs.cn-shanghai.aliyuncs.com",
      "x-acs-action": "RunInstances",
      "x-acs-content-sha256": EMPTY,
      "x-acs-date": "2023-10-26T10:22:32Z",
      "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
      "x-acs-version": "2014-05-26",
    },
    secret: "YourAccessKeySecret",
    authorization:
      "ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  },
  "GET of the vendor's client for Node.js": {
    method: "GET",
    rawUrl: "/clusters/missing",
    headers: {
      host: "127.0.0.1:18999",
      "x-acs-action": "DescribeClusterDetail",
      "x-acs-content-sha256": EMPTY,
      "x-acs-credentials-provider": "static_ak",
      "x-acs-date": "2026-11-20T23:31:18Z",
      "x-acs-signature-nonce": "762ac099a720b60d2caa71d3c851004742dcae8d13a4590af23271d188321944",
      "x-acs-version": "2015-12-15",
    },
    secret: "testsecret",
    authorization:
      "ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=5efcfbcd3a193b3e8fa1eed2abd6ab4ffb2cc64b34fd86993178372e695ee36c",
  },
};

const ROA_COMMON = {
  accept: "application/json",
  date: "Sun, 29 Nov 2026 15:39:31 GMT",
  "x-acs-signature-method": "HMAC-SHA1",
  "x-acs-signature-version": "1.0",
  "x-acs-version": "2015-12-15",
};

const ROA: Record<string, Signed> = {
  "GET with a query, signed decoded": {
    method: "GET",
    rawUrl: "/clusters?name=x%20y",
    headers: {
      ...ROA_COMMON,
      "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
      "x-acs-region-id": "cn-hangzhou",
      "x-acs-signature-nonce": "029081541b1385918827e9153d46a4dd",
    },
    secret: "SKCHECK",
    authorization: "acs AKCHECK:59e7z4cDNz/42nI5DrHciSsLCpA=",
  },
  "POST with a body": {
    method: "POST",
    rawUrl: "/clusters",
    body: '{"name":"a"}',
    headers: {
      ...ROA_COMMON,
      "content-md5": "iBSOQRubQkouDd8QjLArqg==",
      "content-type": "application/json",
      "x-acs-signature-nonce": "1fb61c83b1ec143b7a6651dbdcb3a5e3",
    },
    secret: "SKCHECK",
    authorization: "acs AKCHECK:3MNVHkuRmPPt73d2VrO6neuOf6Q=",
  },
  "the example of 1.5, computed as its text says": {
    method: "POST",
    rawUrl: "/clusters?param1=value1&param2=value2",
    headers: {
      accept: "application/json",
      "content-md5": "6U4ALMkKSj0PYbeQSHqgmA==",
      "content-type": "application/json;charset=utf-8",
      date: "Wed, 16 Dec 2015 12:20:18 GMT",
      "x-acs-region-id": "cn-beijing",
      "x-acs-signature-method": "HMAC-SHA1",
      "x-acs-signature-nonce": "fbf6909a-93a5-45d3-8b1c-3e03a7916799",
      "x-acs-signature-version": "1.0",
      "x-acs-version": "2015-12-15",
    },
    secret: "access_key_secret",
    authorization: "acs ak:pFd8Rd58Fv0jJRUptdqrOB3YS8M=",
  },
  "GET of the vendor's client for Node.js": {
    method: "GET",
    rawUrl: "/clusters/missing",
    headers: {
      accept: "application/json",
      date: "Fri, 20 Nov 2026 23:31:18 GMT",
      "x-acs-action": "DescribeClusterDetail",
      "x-acs-credentials-provider": "static_ak",
      "x-acs-signature-method": "HMAC-SHA1",
      "x-acs-signature-nonce": "a91d4b9af5c1a09bd3bf682b8a7d47e69672a5267a4768c1ea98bb2e07603ed7",
      "x-acs-signature-version": "1.0",
      "x-acs-version": "2015-12-15",
    },
    secret: "testsecret",
    authorization: "acs ak:11nWcnRRHLlXl2z/eJwcwKsIBAE=",
  },
};

describe.each([
  ["ACS3", ACS3],
  ["ROA", ROA],
])("the vectors of %s", (_, vectors) => {
  test.each(Object.keys(vectors))("hold: %s", (name) => {
    expect(verdict(vectors[name]!)).toBe(true);
  });

  test.each(Object.keys(vectors))("do not hold with any part altered: %s", (name) => {
    const copies = altered(vectors[name]!);
    expect(Object.keys(copies).length).toBeGreaterThan(9);
    const accepted = Object.entries(copies).filter(([, copy]) => verdict(copy));
    expect(accepted.map(([part]) => part)).toEqual([]);
  });
});

test("the text that ROA signs, of the example of 1.5, has 317 characters and not the 307 that the chapter counts", () => {
  const { method, rawUrl, headers } = ROA["the example of 1.5, computed as its text says"]!;
  const [text = ""] = stringsToSign({ method, rawUrl, headers, body: Buffer.alloc(0) });
  expect(text).toHaveLength(317);
  expect(text.split("\n").at(-1)).toBe("/clusters?param1=value1&param2=value2");
});

test("ROA is accepted with the query signed as it was sent, with empty values either way, and in any order", () => {
  const request: SignedRequest = {
    method: "GET",
    rawUrl: "/clusters?b=x%20y&a",
    headers: { "x-acs-version": "v\t1" },
    body: Buffer.alloc(0),
  };
  expect(stringsToSign(request).map((text) => text.split("\n").at(-1))).toEqual([
    "/clusters?a=&b=x y",
    "/clusters?a&b=x y",
    "/clusters?a=&b=x%20y",
    "/clusters?a&b=x%20y",
  ]);
  expect(stringsToSign(request)[0]).toContain("x-acs-version:v 1\n");
});

test("the canonical request of ACS3 is encoded anew, sorted by key and value, and has the signed headers alone", () => {
  const request: SignedRequest = {
    method: "GET",
    rawUrl: "/a%20b/%e4%bd%a0~?b=2&a=x%2Fy&b=1&c",
    headers: { host: "h", "x-acs-date": " d ", "x-acs-other": "o" },
    body: Buffer.alloc(0),
  };
  expect(canonicalRequest(request, ["x-acs-date", "host"])).toBe(
    ["GET", "/a%20b/%E4%BD%A0~", "a=x%2Fy&b=1&b=2&c=", "host:h", "x-acs-date:d", "", "host;x-acs-date", EMPTY].join(
      "\n",
    ),
  );
});

test.each(["", "Basic abc", "acs key", "ACS3-HMAC-SHA256 Credential=ak", "acs :x", "SDK-HMAC-SHA256 Access=a"])(
  "%j is no Authorization of either kind",
  (header) => {
    expect(parseAuthorization(header)).toBeUndefined();
  },
);
