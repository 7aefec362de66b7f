import { describe, expect, test } from "vitest";
import { CloudError } from "../errors.ts";
import type { Credentials } from "../contract.ts";
import { signingKey } from "./credentials.ts";

function refusal(credentials: Credentials): CloudError {
  try {
    signingKey(credentials);
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
  throw new Error("They were accepted");
}

describe("the keys of a credentials Secret", () => {
  test("are accessKey and secretKey; others are ignored", () => {
    const credentials = { accessKey: "AK/+=", secretKey: "SK~!", note: "for team a" };
    expect(signingKey(credentials)).toEqual({ accessKey: "AK/+=", secretKey: "SK~!" });
  });

  test.each([
    [{}, "missing or empty: accessKey, secretKey"],
    [{ accessKey: "AK" }, "missing or empty: secretKey"],
    [{ secretKey: "SK" }, "missing or empty: accessKey"],
    [{ accessKey: "AK", secretKey: "" }, "missing or empty: secretKey"],
    [{ username: "u", password: "p" }, "missing or empty: accessKey, secretKey"],
    [{ accessKey: "AK", secretKey: "hidden\n" }, "line break"],
    [{ accessKey: "A K", secretKey: "hidden" }, "accessKey in the credentials Secret holds a space"],
    [{ accessKey: "ＡＫ", secretKey: "hidden" }, "accessKey in the credentials Secret holds a full-width letter"],
    [
      { accessKey: "AK\u200B", secretKey: "hidden" },
      "accessKey in the credentials Secret holds an invisible character",
    ],
  ])("%j are malformed, which names the key and shows no value", (credentials: Credentials, said) => {
    const error = refusal(credentials);
    expect(error.kind).toBe("CredentialsMalformed");
    expect(error.message).toContain(said);
    expect(error.message).not.toContain("hidden");
  });

  test.each([
    { accessKey: "AK", secretKey: "SK", username: "u", password: "p" },
    { accessKey: "AK", secretKey: "SK", password: "" },
    { secretKey: "SK", username: "u" },
  ])("%j are ambiguous", (credentials: Credentials) => {
    expect(refusal(credentials)).toMatchObject({
      kind: "AmbiguousCredentials",
      message: expect.stringContaining("both sets"),
    });
  });
});
