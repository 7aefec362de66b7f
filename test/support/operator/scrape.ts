// What a Prometheus server would read from /metrics.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Of a port on loopback. */
export async function scrape(port: number): Promise<Sample[]> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  return text.split("\n").flatMap((line) => sampleOf(line) ?? []);
}

/** The sum of all series of a metric that carry these labels; undefined where there is none. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const series = samples.filter((sample) => sample.name === name && carries(sample, labels));
  return series.length === 0 ? undefined : series.reduce((sum, { value }) => sum + value, 0);
}

function carries(sample: Sample, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
}

function sampleOf(line: string): Sample | undefined {
  const [, name, labels = "", value] = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", text = ""]) => [label, text] as const);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}
