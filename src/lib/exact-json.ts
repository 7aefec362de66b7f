// JSON with whole numbers of any size. Beyond 2^53 a double changes them, so they are read as bigints, and written as they came.

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** JSON.parse with source text access (ECMAScript 2026), which the compiler's library does not declare yet. */
const json = JSON as unknown as { parse(text: string, reviver: Reviver): unknown; rawJSON(text: string): object };

/** Only so many digits in a row can be beyond 2^53: all other texts take the fast path. Written out, it is looked for four times as fast as \d{16}. */
const MANY_DIGITS = /\d\d\d\d\d\d\d\d\d\d\d\d\d\d\d\d/;
/** Seldom within a string, where it costs time and nothing else. */
const LONG_NUMBER = /[\s,:[]-?\d{16}/;

const WHOLE = /^-?\d+$/;

/** As JSON.parse, but for whole numbers that a double can't hold: they become bigints. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  return MANY_DIGITS.test(text) && LONG_NUMBER.test(text) ? json.parse(text, keepWhole) : JSON.parse(text);
}

/** As JSON.stringify, with bigints as the whole numbers that they are. `value` is not undefined. */
export function stringifyExactly(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  try {
    return JSON.stringify(value, replacer);
  } catch (error) {
    // What JSON.stringify says of a bigint. Looking for one first would cost as much as it does itself.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (key, inner: unknown) => written(replacer ? replacer(key, inner) : inner));
  }
}

/** Whether two values out of JSON are one number, however it is kept. */
export function isSameNumber(a: unknown, b: unknown): boolean {
  return isNumber(a) && isNumber(b) && !(a < b) && !(a > b);
}

function keepWhole(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  return source !== undefined && WHOLE.test(source) ? BigInt(source) : value;
}

function written(value: unknown): unknown {
  return typeof value === "bigint" ? json.rawJSON(value.toString()) : value;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
