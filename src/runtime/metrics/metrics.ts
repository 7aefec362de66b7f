// The process's metrics registry: what exists, and who counts where. Names are controller-runtime's where it has one (R24).
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { ControllerMetrics } from "../queue/controller.ts";
import { cloudMetrics, type CloudMetrics } from "./metrics-cloud.ts";
import { inventoryMetrics, type InventoryMetrics } from "./metrics-inventory.ts";
import { controllerMetrics } from "./metrics-controller.ts";
import { queueMetrics } from "./metrics-queue.ts";
import { resourceMetrics, type ResourceSource } from "./metrics-resources.ts";
import { targetMetrics, type TargetMetrics } from "./metrics-target.ts";
import { workloadMetrics, type WorkloadMetrics } from "./metrics-workload.ts";
import { watchMetrics } from "./metrics-watch.ts";
import type { QueueMetrics } from "../queue/queue.ts";
import type { ReflectorMetrics } from "../cache/reflector-status.ts";

/** What is known of a metric before anything happened. */
export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

export class Metrics {
  readonly #registry = new Registry();
  #leads = false;
  /** For the controller of that name, at 0 from the call on. To be called once per name. */
  readonly controller: (name: string) => ControllerMetrics = controllerMetrics(this.#registry);
  /** For the work queue of the controller of that name, at 0 from the call on. To be called once per name. */
  readonly queue: (controller: string) => QueueMetrics = queueMetrics(this.#registry);
  /** For the reflectors of a kind, at 0 from the call on. To be called once per kind. */
  readonly watch: (kind: string) => ReflectorMetrics = watchMetrics(this.#registry);
  readonly cloud: CloudMetrics = cloudMetrics(this.#registry);
  readonly target: TargetMetrics = targetMetrics(this.#registry);
  readonly inventory: InventoryMetrics = inventoryMetrics(this.#registry);
  readonly workload: WorkloadMetrics = workloadMetrics(this.#registry);
  /** Shows the resources of a kind while this process leads. To be called once per kind. */
  readonly resources: (source: ResourceSource) => void = resourceMetrics(this.#registry, () => this.#leads);
  readonly #master = new Gauge({
    name: "leader_election_master_status",
    help: "1 when this process leads or there is no election, 0 when it waits for the lease.",
    labelNames: ["name"],
    registers: [this.#registry],
  });
  readonly #requests = new Counter({
    name: "rest_client_requests_total",
    help: "Requests to the API server by status code, method and host; code <error> when no answer came.",
    labelNames: ["code", "method", "host"],
    registers: [this.#registry],
  });
  readonly #eventsDropped = new Counter({
    name: "yunfan_events_dropped_total",
    help: "Events that were not written, because too many waited or the API server refused them.",
    registers: [this.#registry],
  });

  readonly #vanished = new Counter({
    name: "yunfan_vanished_total",
    help: "Resources that went with their finalizer taken off by somebody's hand, and left something behind; the log names it.",
    labelNames: ["kind"],
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Whether this process may work: it holds the lease of that name, or there is no election. */
  leading(name: string, leads: boolean): void {
    this.#leads = leads;
    this.#master.set({ name }, leads ? 1 : 0);
  }

  /** One try of a request to the API server; the transport's `onResponse`. */
  readonly apiResponse = (response: { code: string; method: string; host: string }): void => {
    const { code, method, host } = response;
    this.#requests.inc({ code, method, host });
  };

  readonly eventDropped = (): void => this.#eventsDropped.inc();

  /** For the resources of a kind, at 0 from the call on: counts one that vanished and left something behind. */
  vanished(kind: string): () => void {
    this.#vanished.inc({ kind }, 0);
    return () => this.#vanished.inc({ kind });
  }

  /** All metrics but those of the process and of Node.js, in the order of their registration: for the documentation. */
  describe(): readonly MetricDescription[] {
    // The library's types lack the labels, and have an enumeration where there is a word.
    const metrics: unknown = this.#registry.getMetricsAsArray();
    return (metrics as readonly (Omit<MetricDescription, "labels"> & { readonly labelNames: readonly string[] })[])
      .filter(({ name }) => !/^(?:process|nodejs)_/.test(name))
      .map(({ name, type, labelNames, help }) => ({ name, type, labels: labelNames, help }));
  }

  /** What a scrape answers, in the Prometheus text format. */
  async scrape(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
