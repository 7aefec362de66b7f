// The process's metrics registry: what exists, and who counts where. Names are controller-runtime's where it has one (R24).
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { ControllerMetrics } from "./controller.ts";
import { cloudMetrics, type CloudMetrics } from "./metrics-cloud.ts";
import { controllerMetrics } from "./metrics-controller.ts";
import { queueMetrics } from "./metrics-queue.ts";
import { watchMetrics } from "./metrics-watch.ts";
import type { QueueMetrics } from "./queue.ts";
import type { ReflectorMetrics } from "./reflector.ts";

export class Metrics {
  readonly #registry = new Registry();
  /** For the controller of that name, at 0 from the call on. To be called once per name. */
  readonly controller: (name: string) => ControllerMetrics = controllerMetrics(this.#registry);
  /** For the work queue of the controller of that name, at 0 from the call on. To be called once per name. */
  readonly queue: (controller: string) => QueueMetrics = queueMetrics(this.#registry);
  /** For the reflectors of a kind, at 0 from the call on. To be called once per kind. */
  readonly watch: (kind: string) => ReflectorMetrics = watchMetrics(this.#registry);
  readonly cloud: CloudMetrics = cloudMetrics(this.#registry);
  readonly #master = new Gauge({
    name: "leader_election_master_status",
    help: "1 when this process leads, 0 when it waits.",
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

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Whether this process holds the lease of that name. */
  leading(name: string, leads: boolean): void {
    this.#master.set({ name }, leads ? 1 : 0);
  }

  /** One try of a request to the API server; the transport's `onResponse`. */
  readonly apiResponse = (response: { code: string; method: string; host: string }): void => {
    const { code, method, host } = response;
    this.#requests.inc({ code, method, host });
  };

  readonly eventDropped = (): void => this.#eventsDropped.inc();

  /** What a scrape answers, in the Prometheus text format. */
  async scrape(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
