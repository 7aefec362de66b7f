// Recordings of /metrics, and how they are played to promtool: a second of the recording as a minute.
import { setTimeout as elapse } from "node:timers/promises";
import { scrape, type Sample } from "../operator/scrape.ts";

/** By the whole second of the recording. */
export type Recording = ReadonlyMap<number, readonly Sample[]>;

/** As promtool reads it. */
export interface PlayedSeries {
  readonly series: string;
  readonly values: string;
}

/** Scrapes each port about once a second, as a Prometheus server in a hurry. `happens`: after the first scrape. */
export async function record<Name extends string>(
  ports: Readonly<Record<Name, number>>,
  seconds: number,
  happens: () => Promise<void>,
): Promise<Record<Name, Recording>> {
  const names = Object.keys(ports) as Name[];
  const recordings = Object.fromEntries(names.map((name) => [name, new Map()])) as Record<Name, Map<number, Sample[]>>;
  const startedAtMs = performance.now();
  // A timer may be early by less than a millisecond: no second comes twice.
  const after = (second: number): number => Math.max(second + 1, Math.floor((performance.now() - startedAtMs) / 1000));
  for (let second = 0; second <= seconds; second = after(second)) {
    await Promise.all(names.map(async (name) => recordings[name].set(second, await scrape(ports[name]))));
    if (second === 0) await happens();
    await elapse(Math.max(0, startedAtMs + (second + 1) * 1000 - performance.now()));
  }
  return recordings;
}

/** What says how long something has lasted so far. */
const LASTING = new Set([
  "yunfan_watch_age_seconds",
  "yunfan_inventory_oldest_seconds",
  "operator_status_condition_current_status_seconds",
  "operator_termination_current_time_seconds",
]);

export interface Playing {
  /** Of the target, as Prometheus adds it. */
  readonly instance: string;
  readonly metrics: ReadonlySet<string>;
  /**
   * Of something that lasts longer than the recording: what has lasted for a second then has for a minute when it is played. Where
   * nothing lasts, ages are what they are.
   */
  readonly lasts: boolean;
}

/** Of the recorded series of these metrics, with the labels that Prometheus adds under honorLabels. */
export function play(recording: Recording, { instance, metrics, lasts }: Playing): PlayedSeries[] {
  const seconds = Math.max(...recording.keys());
  const valuesOf = new Map<string, string[]>();
  for (const [second, samples] of recording) {
    for (const { name, labels, value } of samples.filter((sample) => metrics.has(sample.name))) {
      const target = { namespace: "yunfan-system", job: "yunfan", instance };
      const series = `${name}{${labelText({ ...target, ...labels })}}`;
      const values = valuesOf.get(series) ?? Array.from({ length: seconds + 1 }, () => "_");
      values[second] = String(lasts && LASTING.has(name) ? value * 60 : value);
      valuesOf.set(series, values);
    }
  }
  return [...valuesOf].map(([series, values]) => ({ series, values: values.join(" ") }));
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(",");
}
