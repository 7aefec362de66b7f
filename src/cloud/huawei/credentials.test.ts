import { describe, expect, test } from "vitest";
import type { Credentials } from "../contract.ts";
import { proofOf } from "./credentials.ts";

const KEY = { accessKey: "ak", secretKey: "sk/+=" };
const LOGIN = { username: "operator", password: "two words", domainName: "team" };

function failureOf(credentials: Credentials): Error {
  try {
    proofOf(credentials);
  } catch (error) {
    return error as Error;
  }
  return expect.fail("It was taken");
}

test("the Secret's keys choose the way to sign in", () => {
  expect(proofOf({ ...KEY, region: "ignored" })).toEqual({ key: KEY });
  expect(proofOf(LOGIN)).toEqual({
    login: { user: { name: LOGIN.username, domainName: LOGIN.domainName }, password: LOGIN.password },
  });
  expect(proofOf({ ...LOGIN, domainName: "公司" })).toMatchObject({ login: { user: { domainName: "公司" } } });
});

describe("refused", () => {
  test.each<[string, Credentials, string, RegExp]>([
    ["none", {}, "CredentialsMalformed", /accessKey, secretKey$/],
    ["half a key", { accessKey: "ak" }, "CredentialsMalformed", /missing or empty: secretKey$/],
    ["an empty key", { ...KEY, secretKey: "" }, "CredentialsMalformed", /missing or empty: secretKey$/],
    ["a login without its domain", { ...LOGIN, domainName: "" }, "CredentialsMalformed", /empty: domainName$/],
    ["a password alone", { password: "p" }, "CredentialsMalformed", /empty: username, domainName$/],
    ["a line break at the end", { ...KEY, secretKey: "sk\n" }, "CredentialsMalformed", /^secretKey in/],
    ["a space in front", { ...LOGIN, password: " p" }, "CredentialsMalformed", /^password in/],
    [
      "a key in full-width letters",
      { ...KEY, accessKey: "ＡＫ" },
      "CredentialsMalformed",
      /^accessKey in .*full-width/,
    ],
    ["a key of other letters", { ...KEY, accessKey: "密钥" }, "CredentialsMalformed", /^accessKey in .*no key has/],
    ["a full-width digit", { ...LOGIN, username: "ops１" }, "CredentialsMalformed", /^username in .*full-width/],
    [
      "a zero-width space",
      { ...LOGIN, domainName: "te\u200Bam" },
      "CredentialsMalformed",
      /^domainName in .*invisible/,
    ],
    ["both ways", { ...KEY, ...LOGIN }, "AmbiguousCredentials", /accessKey, secretKey, username, password, domainName/],
    ["a key and a part of a login", { ...KEY, username: "u" }, "AmbiguousCredentials", /username/],
    ["parts of both", { accessKey: "ak", password: "p" }, "AmbiguousCredentials", /accessKey, password/],
  ])("%s", (_what, credentials, kind, message) => {
    expect(failureOf(credentials)).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  test("without a word of what they hold", () => {
    const secrets = { accessKey: "alpha-value", secretKey: "beta-value\n", username: "gamma-value" };
    for (const credentials of [secrets, { accessKey: secrets.accessKey, secretKey: secrets.secretKey }]) {
      expect(failureOf(credentials).message).not.toMatch(/-value/);
    }
  });

  test("where a key comes from the prototype", () => {
    expect(failureOf(Object.create(KEY) as Credentials)).toMatchObject({ kind: "CredentialsMalformed" });
  });
});
