// IPv4 ranges: which overlap, which lie in others, and which of a cloud's candidates is still free.

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

interface Range {
  first: number;
  last: number;
}

export function isCidr(text: string): boolean {
  return parse(text) !== undefined;
}

/** False where one of them is no range. */
export function overlaps(left: string, right: string): boolean {
  const [one, other] = [parse(left), parse(right)];
  return one !== undefined && other !== undefined && one.first <= other.last && other.first <= one.last;
}

/** Whether all of `inner` is in `outer`; false where one of them is no range. */
export function isWithin(inner: string, outer: string): boolean {
  const [one, other] = [parse(inner), parse(outer)];
  return one !== undefined && other !== undefined && one.first >= other.first && one.last <= other.last;
}

/** The first of `candidates` that overlaps none of `taken`. */
export function firstFreeCidr(candidates: readonly string[], taken: readonly string[]): string | undefined {
  return candidates.find((candidate) => !taken.some((range) => overlaps(candidate, range)));
}

function parse(text: string): Range | undefined {
  const numbers = CIDR.exec(text)?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = numbers;
  if ([a, b, c, d].some((byte) => byte > 255) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}
