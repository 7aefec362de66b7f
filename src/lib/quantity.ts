// Quantities of Kubernetes, such as 500m and 1.5Gi, exactly.

const SUFFIXES: Readonly<Record<string, readonly [base: bigint, power: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  "": [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [1024n, 1],
  Mi: [1024n, 2],
  Gi: [1024n, 3],
  Ti: [1024n, 4],
  Pi: [1024n, 5],
  Ei: [1024n, 6],
};

/** Kubernetes: apimachinery/pkg/api/resource. Longer exponents than a quantity can have are none. */
const QUANTITY =
  /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?:[eE](?<exponent>[+-]?\d{1,3})|(?<suffix>[numkMGTPE]|[KMGTPE]i)?)$/;

/** Times a power of ten. */
interface Decimal {
  readonly digits: bigint;
  readonly power: number;
}

/** 0.5 and 500m, 1Gi and 1024Mi, 1 and "1". False where one is no quantity. */
export function isSameQuantity(a: unknown, b: unknown): boolean {
  const [left, right] = [quantityOf(a), quantityOf(b)];
  if (!left || !right) return false;
  const least = Math.min(left.power, right.power);
  return scaled(left, least) === scaled(right, least);
}

/** In base units, as exact as a number can be; undefined where it is no quantity. */
export function numberOfQuantity(value: unknown): number | undefined {
  const decimal = quantityOf(value);
  return decimal && Number(`${decimal.digits}e${decimal.power}`);
}

function scaled({ digits, power }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(power - to);
}

function quantityOf(value: unknown): Decimal | undefined {
  const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "bigint";
  const parts = isScalar ? QUANTITY.exec(String(value))?.groups : undefined;
  if (!parts) return undefined;
  const { whole = "", fraction = "" } = parts;
  if (whole + fraction === "") return undefined;
  const size = BigInt(whole + fraction);
  return withUnit({ digits: parts["sign"] === "-" ? -size : size, power: -fraction.length }, parts);
}

function withUnit({ digits, power }: Decimal, { exponent, suffix = "" }: Readonly<Record<string, string>>): Decimal {
  if (exponent !== undefined) return { digits, power: power + Number(exponent) };
  const [base, times] = SUFFIXES[suffix] ?? [10n, 0];
  return base === 10n ? { digits, power: power + times } : { digits: digits * base ** BigInt(times), power };
}
