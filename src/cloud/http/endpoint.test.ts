import { describe, expect, test } from "vitest";
import type { TlsSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { parseEndpoint } from "./endpoint.ts";

const verify: TlsSettings = { mode: "Verify" };

function refusal(endpoint: string | undefined, tls: TlsSettings = verify): CloudError {
  try {
    parseEndpoint(endpoint, tls);
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
  throw new Error("It was accepted");
}

describe("an endpoint", () => {
  test.each([
    ["https://cci.example", "https://cci.example", "cci.example", ""],
    ["https://CCI.example:443/", "https://cci.example", "cci.example", ""],
    ["https://cci.example:8443/gate/v2/", "https://cci.example:8443", "cci.example:8443", "/gate/v2"],
    ["https://cci.example/%E4%BA%91", "https://cci.example", "cci.example", "/云"],
    ["https://[::1]:8443", "https://[::1]:8443", "[::1]:8443", ""],
  ])("%s is taken apart", (endpoint, origin, host, basePath) => {
    expect(parseEndpoint(endpoint, verify)).toMatchObject({ origin, host, basePath });
  });

  test("is plain http in mode Plaintext only, which takes https as well", () => {
    expect(parseEndpoint("http://cci.example", { mode: "Plaintext" }).origin).toBe("http://cci.example");
    expect(refusal("http://cci.example")).toMatchObject({
      kind: "Rejected",
      message: expect.stringMatching(/spec\.tls\.mode to Plaintext/),
    });
    expect(refusal("http://cci.example", { mode: "SkipVerify" }).kind).toBe("Rejected");
    expect(parseEndpoint("https://cci.example", { mode: "Plaintext" }).origin).toBe("https://cci.example");
  });

  test("is required where the cloud has no default", () => {
    expect(refusal(undefined).kind).toBe("EndpointRequired");
    expect(refusal("").kind).toBe("EndpointRequired");
  });

  test.each([
    "cci.example",
    "ftp://cci.example",
    "https://cci.example?x=1",
    "https://cci.example#x",
    "https://cci.example/%ff",
  ])("%s is refused with the field named", (endpoint) => {
    expect(refusal(endpoint)).toMatchObject({ kind: "Rejected", message: expect.stringMatching(/spec\.endpoint/) });
  });

  test("with a password is refused without showing it", () => {
    const error = refusal("https://admin:hunter2secret@cci.example");
    expect(error.kind).toBe("Rejected");
    expect(error.message).not.toContain("hunter2secret");
  });

  test("with a CA bundle that is none is refused with the field named", () => {
    for (const caBundle of ["", "not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]) {
      expect(refusal("https://cci.example", { mode: "Verify", caBundle })).toMatchObject({
        kind: "Rejected",
        message: expect.stringMatching(/spec\.tls\.caBundle/),
      });
    }
  });
});
