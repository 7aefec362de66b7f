// Kubernetes quantities (`500m`, `10Gi`) as numbers.

const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** In base units; undefined where it is none. */
export function quantity(text: string | undefined): number | undefined {
  const match = /^(?<number>\d+(?:\.\d+)?(?:[eE]\d+)?)(?<unit>[a-zA-Z]*)$/.exec(text ?? "");
  const factor = FACTORS[match?.groups?.["unit"] ?? "none"];
  return factor === undefined ? undefined : Number(match?.groups?.["number"]) * factor;
}

/** Whole GiB, rounded up. */
export function gibibytes(text: string | undefined): number {
  return Math.ceil((quantity(text) ?? 0) / GIBIBYTE);
}

/** Whole MiB, rounded up. */
export function mebibytes(text: string | undefined): number {
  return Math.ceil((quantity(text) ?? 0) / MEBIBYTE);
}
