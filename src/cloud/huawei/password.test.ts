import { describe, expect, test } from "vitest";
import { hashedPassword, sha512Crypt } from "./password.ts";

/** The first is the reference's own (7.14), as its base64 has it; the others are of `openssl passwd -6`. */
const VECTORS = [
  [
    "test@123",
    "KZ2u71CD4JjQneAy",
    "WF5dsoOjTgc9RD46i46cCL3H92LMEo78s0rHdfSLDE8PW7ylE2ICcxUGF7/8RBbnxW0crgA3ZGNFA0LLgFaYD0",
  ],
  ["x".repeat(70), "abc", "ebr9PN1mImulDaxRsxuTpBd5r8nx00.c1FyJ3rAPY1IujyzkHA5rs.HijnsbTpJ/8JLea4Td.ytLd2zfs6jJu0"],
  [
    "密码Aa1!",
    "saltsaltsaltsalt",
    "xwKx4eGxUxr6HbRBKAxZILGV2vr9akGC5CKeEzneJYPHBIUwOmf7JRdixokDM52dx2aN2jvt1ygv99hv44Z1f/",
  ],
  ["a".repeat(64), "./AZ", "ArzBpTQz6yNTLwwn9s5a3daFRoAzHs1QokZp0ayBBnAhNZaDWfyvyhE3pdaCoBe88M/YKaFhViFGixiVlUi890"],
  ["q", "z", "9XKzS60U8PMXegR8EN40c1j/ZtYZPmIgkn38YwZwT.g2.L1xKMfb7Pgvf.6/Lzl8EvkPhamgDp9K2Brdc7kbr1"],
] as const;

describe("SHA-512 crypt", () => {
  test.each(VECTORS)("of %j with salt %s", (password, salt, digest) => {
    expect(sha512Crypt(password, salt)).toBe(`$6$${salt}$${digest}`);
  });
});

test("a password goes to the cloud as base64 of such a text, another one each time", () => {
  const [first, second] = [hashedPassword("Pa55-word!"), hashedPassword("Pa55-word!")];
  expect(second).not.toBe(first);
  const text = Buffer.from(first, "base64").toString();
  const salt = /^\$6\$([./0-9A-Za-z]{16})\$[./0-9A-Za-z]{86}$/.exec(text)?.[1];
  expect(text).toBe(sha512Crypt("Pa55-word!", salt!));
});
