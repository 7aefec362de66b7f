// IPv4 ranges: which overlap, and which container network the cloud chooses where the wanted one cannot be had.

/** Ranges of the kind that 4.1.1 recommends, in the order of preference. */
const CANDIDATES = ["172.16.0.0/16", "172.20.0.0/16", "192.168.0.0/16", "10.0.0.0/16", "172.24.0.0/16"];

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

/** A range that overlaps none of `taken`. */
export function chooseCidr(taken: readonly string[]): string {
  return CANDIDATES.find((candidate) => !taken.some((range) => overlaps(candidate, range))) ?? "100.64.0.0/16";
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
