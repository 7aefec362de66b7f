// JSON with whole numbers of any size: beyond 2^53 they stay as they were written, in the store and on the wire.

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** ECMAScript's JSON.parse with source text access, which the compiler's library does not declare yet. */
const json = JSON as unknown as { parse(text: string, reviver?: Reviver): unknown; rawJSON(text: string): object };

const WHOLE = /^-?\d+$/;

/** Only a run of this many digits can be beyond 2^53: everything else takes the fast path. */
const MANY_DIGITS = /\d{16}/;

/**
 * Parses JSON. A whole number that a double can't hold becomes an object that `JSON.stringify` writes as it came; two of
 * them are deeply equal where they were written alike. Throws a `SyntaxError`.
 */
export function parseExactly(text: string): unknown {
  return MANY_DIGITS.test(text) ? json.parse(text, keepWhole) : json.parse(text);
}

function keepWhole(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  return source !== undefined && WHOLE.test(source) ? json.rawJSON(source) : value;
}
