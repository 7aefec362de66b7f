// The contents of a pull Secret.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dockerConfigOf } from "./pull-secrets.ts";

function decoded(base64: string): unknown {
  return JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
}

describe("dockerConfigOf", () => {
  it("is what docker login would have written", () => {
    const config = dockerConfigOf({ registry: "registry.example:5000", username: "robot", password: "s:e:c" });
    const auth = Buffer.from("robot:s:e:c").toString("base64");
    expect(decoded(config)).toEqual({
      auths: { "registry.example:5000": { username: "robot", password: "s:e:c", auth } },
    });
  });

  it("keeps every password as the cloud gave it, and is the same for the same credentials", () => {
    const word = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(word, word, (username, password) => {
        const credentials = { registry: "registry.example", username, password };
        const { auths } = decoded(dockerConfigOf(credentials)) as { auths: Record<string, { auth: string }> };
        expect(auths["registry.example"]).toMatchObject({ username, password });
        const auth = Buffer.from(auths["registry.example"]!.auth, "base64").toString("utf8");
        expect(auth).toBe(Buffer.from(`${username}:${password}`).toString("utf8"));
        expect(dockerConfigOf({ ...credentials })).toBe(dockerConfigOf(credentials));
      }),
    );
  });
});
