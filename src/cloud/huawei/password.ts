// A node's login password as CCE wants it (CCE API Reference 7.14): SHA-512 crypt with a random salt, in base64.
import { createHash, randomBytes } from "node:crypto";

/** The alphabet of crypt(3). */
const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SALT_LENGTH = 16;
/** What crypt(3) does where the salt does not say another number. */
const ROUNDS = 5_000;

/** Another text for the same password each time. About 10 ms of CPU. */
export function hashedPassword(password: string): string {
  return Buffer.from(sha512Crypt(password, randomSalt())).toString("base64");
}

/** 256 is a multiple of the alphabet's 64 letters, so all are equally likely. */
function randomSalt(): string {
  return Array.from(randomBytes(SALT_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/**
 * crypt(3) with method 6 ("Unix crypt using SHA-256 and SHA-512", Ulrich Drepper). node:crypto has none, and neither has a
 * dependency of ours. `salt`: at most 16 letters of the alphabet.
 */
export function sha512Crypt(password: string, salt: string): string {
  const key = Buffer.from(password);
  const saltBytes = Buffer.from(salt);
  const first = sha512(key, saltBytes, key);
  let digest = sha512(key, saltBytes, stretched(first, key.length), ...byBits(key, first));
  const keyBytes = stretched(sha512(...Array.from<Buffer>({ length: key.length }).fill(key)), key.length);
  const salts = Array.from<Buffer>({ length: 16 + (digest[0] ?? 0) }).fill(saltBytes);
  const saltStretched = stretched(sha512(...salts), saltBytes.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    digest = sha512(...roundParts(round, { digest, keyBytes, saltStretched }));
  }
  return `$6$${salt}$${encoded(digest)}`;
}

/** For each bit of the password's length, from the lowest: the first digest where it is set, else the password. */
function byBits(key: Buffer, first: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let rest = key.length; rest > 0; rest >>= 1) parts.push((rest & 1) === 1 ? first : key);
  return parts;
}

function roundParts(
  round: number,
  { digest, keyBytes, saltStretched }: { digest: Buffer; keyBytes: Buffer; saltStretched: Buffer },
): Buffer[] {
  const isOdd = round % 2 === 1;
  return [
    isOdd ? keyBytes : digest,
    ...(round % 3 === 0 ? [] : [saltStretched]),
    ...(round % 7 === 0 ? [] : [keyBytes]),
    isOdd ? digest : keyBytes,
  ];
}

/** The digest over and over, cut to that length. */
function stretched(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

/** Three bytes at a time, whose places go round by 21, as four letters each; the last byte alone as two. */
function encoded(digest: Buffer): string {
  let text = "";
  for (let group = 0; group < 21; group += 1) {
    const places = [group, group + 21, group + 42];
    const [a = 0, b = 0, c = 0] = [0, 1, 2].map((offset) => digest[places[(offset + group) % 3] ?? 0]);
    text += letters((a << 16) | (b << 8) | c, 4);
  }
  return text + letters(digest[63] ?? 0, 2);
}

/** Six bits each, the lowest first. */
function letters(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => ALPHABET[(value >> (6 * index)) & 0x3f]).join("");
}

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
