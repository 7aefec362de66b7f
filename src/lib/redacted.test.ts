// Secrets in what others wrote go, and what they wrote to be slow is not.
import { expect, it } from "vitest";
import { withoutSecrets } from "./redacted.ts";

it.each([
  ["DB_PASSWORD=x my-token: y", "DB_PASSWORD=[redacted] my-token: [redacted]"],
  [`{"access_key_id": "AK", "name": "n"}`, `{"access_key_id": [redacted], "name": "n"}`],
  [`password: "it's", other`, `password: [redacted], other`],
  ["x-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln is one", "x-[redacted] is one"],
  ["secretName web was not found", "secretName web was not found"],
  ["https://me:word@host/path", "https://[redacted]@host/path"],
  ["Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"],
])("%s is shown as %s", (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

it.each(["pwd-", "pwd", "a.", "eyJ-", "token ", `"pwd" `, "-----BEGIN A-----"])(
  "a text of nothing but %j takes no time to speak of, nor a secret with it",
  (part) => {
    const text = part.repeat(8_192 / part.length);
    const before = process.cpuUsage();
    for (let times = 0; times < 50; times++) withoutSecrets(text);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  },
);
