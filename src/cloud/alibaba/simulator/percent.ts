// Percent-encoding of what was received: bytes in, bytes out, so that a signature is checked over what was really sent.
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/** One `k=v` of a query as received; `value` undefined where there was no `=`. */
export interface QueryItem {
  readonly key: string;
  readonly value: string | undefined;
}

/** The parts of a URL as received. */
export function splitUrl(rawUrl: string): { path: string; query: QueryItem[] } {
  const queryAt = rawUrl.indexOf("?");
  if (queryAt === -1) return { path: rawUrl, query: [] };
  const items = rawUrl.slice(queryAt + 1).split("&");
  return { path: rawUrl.slice(0, queryAt), query: items.filter((item) => item !== "").map(itemOf) };
}

/** Percent-encodes all but the unreserved characters of RFC 3986, after undoing what the sender encoded. */
export function encodeAgain(latin1: string): string {
  return Array.from(bytesOf(latin1), (byte) => {
    const character = String.fromCharCode(byte);
    return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** The text that a percent-encoded one stands for; a stray `%` and a `+` stand for themselves. */
export function decode(latin1: string): string {
  return bytesOf(latin1).toString("utf8");
}

export function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function itemOf(item: string): QueryItem {
  const equalsAt = item.indexOf("=");
  if (equalsAt === -1) return { key: item, value: undefined };
  return { key: item.slice(0, equalsAt), value: item.slice(equalsAt + 1) };
}

function bytesOf(latin1: string): Buffer {
  const characters = latin1.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(characters, "latin1");
}
