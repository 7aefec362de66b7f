// What pods use, by the four queries of the API reference (3.2): one query per namespace and figure, and, where the gateway takes only the
// printed form, one per pod and figure.
import * as z from "zod";
import type { Clock } from "../../lib/clock.ts";
import { CloudError } from "../errors.ts";
import type { ManifestChannel, PodUsage } from "../facets/manifests.ts";
import type { Client } from "../kit/requests.ts";

/** GET query_range of Prometheus' HTTP API, over the last two minutes. Throws CloudError. */
export type QueryRange = (query: string, signal: AbortSignal) => Promise<readonly Series[]>;

interface Series {
  /** By its label pod_name; empty where it is a sum over all. */
  readonly pod: string;
  /** The newest one. */
  readonly value: number;
}

/** A matrix (Prometheus: HTTP API, range vectors). */
const seriesList = z
  .object({
    data: z.object({
      result: z.array(
        z.object({
          metric: z.object({ pod_name: z.string().default("") }),
          values: z.array(z.tuple([z.number(), z.string()])),
        }),
      ),
    }),
  })
  .transform(({ data }): readonly Series[] =>
    data.result.flatMap(({ metric, values }) => {
      const value = Number(values.at(-1)?.[1]);
      return Number.isFinite(value) ? [{ pod: metric.pod_name, value }] : [];
    }),
  );

const WINDOW_SECONDS = 120;
const STEP_SECONDS = 60;

export function rangeOver(client: Client<string>, clock: Clock): QueryRange {
  return async (query, signal) => {
    const end = clock.now() / 1000;
    const range = { query, start: String(end - WINDOW_SECONDS), end: String(end), step: String(STEP_SECONDS) };
    const path = ["prometheus", "api", "v1", "query_range"];
    const request = { operation: "QueryUsage", method: "GET", path, query: Object.entries(range), signal } as const;
    return (await client.read(request, seriesList)).value;
  };
}

type Figure = Exclude<keyof PodUsage, "pod">;

/** As printed, of what the selector selects. */
const FIGURES: Readonly<Record<Figure, (selector: string) => string>> = {
  cpuCores: (selector) => `rate(container_cpu_usage_seconds_total{${selector}}[2m])`,
  memoryBytes: (selector) => `container_memory_usage_bytes{${selector}}`,
  transmitBytesPerSecond: (selector) => `rate(container_network_transmit_bytes_total{${selector}}[2m])`,
  receiveBytesPerSecond: (selector) => `rate(container_network_receive_bytes_total{${selector}}[2m])`,
};

/** Without the pause container and without the sums that are kept beside single containers; the network is the pod's. */
const CONTAINERS = 'container_name!="POD",container_name!="",';
const NARROWED: Readonly<Record<Figure, string>> = {
  cpuCores: CONTAINERS,
  memoryBytes: CONTAINERS,
  transmitBytesPerSecond: "",
  receiveBytesPerSecond: "",
};

/** How a gateway says that it does not take a query, rather than that it is out of order. */
const REFUSALS = new Set(["Rejected", "Forbidden", "NotServed", "NotFound"]);

interface Sources {
  readonly queryRange: QueryRange;
  /** Names of all pods of a namespace. */
  readonly podsIn: (namespace: string, signal: AbortSignal) => Promise<readonly string[]>;
}

export function usageBy({ queryRange, podsIn }: Sources): NonNullable<ManifestChannel["usage"]> {
  let takesSums = true;
  const asked = Object.keys(FIGURES) as Figure[];
  const summed = async (namespace: string, signal: AbortSignal): Promise<readonly Measured[]> =>
    Promise.all(asked.map(async (figure) => ({ figure, series: await queryRange(sumOf(figure, namespace), signal) })));
  const single = async (namespace: string, pod: string, signal: AbortSignal): Promise<PodUsage> => {
    const measured = asked.map(async (figure) => {
      const series = await queryRange(ofPod(figure, namespace, pod), signal);
      return { figure, series: series.map(({ value }) => ({ pod, value })) };
    });
    return usageOf(pod, await Promise.all(measured));
  };
  return async (namespace, isWanted, signal) => {
    if (takesSums) {
      try {
        const measured = await summed(namespace, signal);
        const pods = new Set(measured.flatMap(({ series }) => series.map(({ pod }) => pod)));
        return [...pods].filter(isWanted).map((pod) => usageOf(pod, measured));
      } catch (error) {
        if (!(error instanceof CloudError) || !REFUSALS.has(error.kind)) throw error;
      }
    }
    const pods = (await podsIn(namespace, signal)).filter(isWanted);
    const used = await Promise.all(pods.map((pod) => single(namespace, pod, signal)));
    // A namespace that is refused, and not the sum, is refused in the printed form too.
    if (used.length > 0) takesSums = false;
    return used;
  };
}

interface Measured {
  readonly figure: Figure;
  readonly series: readonly Series[];
}

function sumOf(figure: Figure, namespace: string): string {
  return `sum by (pod_name) (${FIGURES[figure](`namespace="${namespace}",${NARROWED[figure]}pod_name!=""`)})`;
}

/** The printed form, letter by letter. */
function ofPod(figure: Figure, namespace: string, pod: string): string {
  return `sum(${FIGURES[figure](`namespace="${namespace}",${NARROWED[figure]}pod_name="${pod}"`)})`;
}

function usageOf(pod: string, measured: readonly Measured[]): PodUsage {
  const known = measured.flatMap(({ figure, series }) => {
    const found = series.find((each) => each.pod === pod);
    return found ? [[figure, found.value] as const] : [];
  });
  return { pod, ...Object.fromEntries(known) };
}
