// The Prometheus behind the gateway (CTYUN CCI 3.2): what pods use, as a colleague has set it.
import * as z from "zod";
import type { Answer, Call, CollectionControl, Route } from "../../../simulation/cloud.ts";
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { parseInput } from "../../../simulation/refusal.ts";
import type { PodUse, Registry, RegistryTables, RegistryView } from "../state.ts";
import { recordOf } from "./resources.ts";

export type QueryForms = "Any" | "Documented";

const METRICS: Readonly<Record<string, keyof Figures>> = {
  container_cpu_usage_seconds_total: "cpuCores",
  container_memory_usage_bytes: "memoryBytes",
  container_network_transmit_bytes_total: "transmitBytesPerSecond",
  container_network_receive_bytes_total: "receiveBytesPerSecond",
};

type Figures = Pick<PodUse, "cpuCores" | "memoryBytes" | "receiveBytesPerSecond" | "transmitBytesPerSecond">;

/** A sum over all, or by pod, of a metric with its selectors. */
const QUERY =
  /^sum\s*(?<by>by\s*\(pod_name\))?\s*\(\s*(?:rate\()?(?<metric>[a-z_]+)\{(?<selectors>[^}]*)\}(?:\[2m\]\))?\s*\)$/;
const SELECTOR = /^(?<label>[a-z_]+)(?<match>=|!=|=~)"(?<value>[^"]*)"$/;

interface Asked {
  readonly figure: keyof Figures;
  readonly isByPod: boolean;
  readonly namespace: string;
  /** Undefined: all. */
  readonly pod: RegExp | undefined;
}

interface PrometheusOptions {
  readonly api: ApiServer | undefined;
  readonly forms: QueryForms;
}

export function prometheusRoutes({ api, forms }: PrometheusOptions): Route<RegistryTables>[] {
  return [
    {
      method: "GET",
      path: "/prometheus/api/v1/query_range",
      async handle(call: Call, view: RegistryView): Promise<Answer> {
        const asked = readQuery(call.query.get("query") ?? "", forms);
        if (typeof asked === "string") return badData(asked);
        const times = timesOf(call.query);
        if (typeof times === "string") return badData(times);
        const pods = await podsIn(api, asked.namespace);
        const wanted = pods.filter((pod) => asked.pod === undefined || asked.pod.test(pod));
        const figures = wanted.map((pod) => ({ pod, value: useOf(view, asked, pod) }));
        const values = (value: number): unknown => times.map((time) => [time, String(value)]);
        const sum = figures.reduce((total, { value }) => total + value, 0);
        const result = asked.isByPod
          ? figures.map(({ pod, value }) => ({ metric: { pod_name: pod }, values: values(value) }))
          : figures.slice(0, 1).map(() => ({ metric: {}, values: values(sum) }));
        return { status: 200, body: { status: "success", data: { resultType: "matrix", result } } };
      },
    },
  ];
}

function badData(error: string): Answer {
  return { status: 400, body: { status: "error", errorType: "bad_data", error } };
}

interface Selector {
  readonly match?: string;
  readonly value?: string;
}

/** What is asked for, or why it can't be. */
function readQuery(query: string, forms: QueryForms): Asked | string {
  const { by, metric = "", selectors } = QUERY.exec(query)?.groups ?? {};
  const figure = METRICS[metric];
  if (figure === undefined) return `the query ${query} is none of 3.2`;
  const { namespace, pod } = selectorsIn(selectors);
  if (namespace === undefined) return "the query names no namespace";
  const asked = { figure, isByPod: by !== undefined, namespace, pod: podPattern(pod) };
  if (forms === "Any" || isDocumented(asked, pod)) return asked;
  return "only the queries of 3.2 are taken: one pod each";
}

function isDocumented({ isByPod }: Asked, pod: Selector | undefined): boolean {
  return !isByPod && pod?.match === "=";
}

function selectorsIn(text = ""): { readonly namespace: string | undefined; readonly pod: Selector | undefined } {
  const labels = text.split(",").map((selector) => SELECTOR.exec(selector)?.groups ?? {});
  return {
    namespace: labels.find(({ label, match }) => label === "namespace" && match === "=")?.["value"],
    pod: labels.find(({ label }) => label === "pod_name"),
  };
}

function podPattern({ match, value = "" }: Selector = {}): RegExp | undefined {
  if (match === "=") return new RegExp(`^${value.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
  return match === "=~" ? new RegExp(`^(?:${value})$`) : undefined;
}

const MOST_POINTS = 11_000;

function timesOf(query: URLSearchParams): readonly number[] | string {
  const [start, end, step] = ["start", "end", "step"].map((name) => Number(query.get(name) ?? Number.NaN));
  if (start === undefined || end === undefined || step === undefined || !(start <= end) || !(step > 0)) {
    return "start, end and step are no range";
  }
  const count = Math.floor((end - start) / step) + 1;
  if (count > MOST_POINTS) return "exceeded maximum resolution of 11,000 points per timeseries";
  return Array.from({ length: count }, (_, index) => start + index * step);
}

async function podsIn(api: ApiServer | undefined, namespace: string): Promise<readonly string[]> {
  if (api === undefined) return [];
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const { items } = (await api.send({ method: "GET", path })) as { items: unknown[] };
  return items.map((item) => String(recordOf(recordOf(item)["metadata"])["name"]));
}

/** As it was set last. */
function useOf(view: RegistryView, { figure, namespace }: Asked, pod: string): number {
  const uses = view.list("usage").filter((use) => use.namespace === namespace);
  return uses.findLast((use) => new RegExp(`^(?:${use.pod})$`).test(pod))?.[figure] ?? 0;
}

const newUse = z.strictObject({
  namespace: z.string().min(1),
  pod: z.string().min(1).refine(compiles, "is not a regular expression"),
  cpuCores: z.number().min(0).default(0),
  memoryBytes: z.number().min(0).default(0),
  receiveBytesPerSecond: z.number().min(0).default(0),
  transmitBytesPerSecond: z.number().min(0).default(0),
});

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** What pods of a name use from now on. */
export function usageControl({ store, clock }: Registry): CollectionControl {
  return {
    create(input) {
      const use = parseInput(newUse, input);
      const createdAt = new Date(clock.now()).toISOString();
      const added = { id: store.nextId("usage"), name: `${use.namespace}/${use.pod}`, createdAt, ...use };
      store.put("usage", added);
      return added;
    },
  };
}
