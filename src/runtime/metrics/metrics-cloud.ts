// Metrics of the requests to clouds.
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

type BudgetLabel = "account" | "class";
type BudgetLabels = Record<BudgetLabel, string>;

export interface CloudMetrics {
  /** One try of a request. `account` is "namespace/name", `operation` a CamelCase name, `code` the HTTP status or "<error>". */
  requested(labels: { cloud: string; account: string; operation: string; code: string }): void;
  /** How long a request waited for its turn in the account's budget. */
  observeWait(labels: BudgetLabels, seconds: number): void;
  /** Requests per minute that the account's budget allows now. */
  setLimit(labels: BudgetLabels, perMinute: number): void;
  /** Removes all series of an account; one that comes back begins anew. */
  forget(account: string): void;
}

/** From a budget with room to one that a request waits out to its deadline. */
const WAIT_BUCKETS = [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

type RequestLabels = Parameters<CloudMetrics["requested"]>[0];

export function cloudMetrics(registry: Registry): CloudMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "yunfan_cloud_requests_total",
    help: "Requests to clouds by account, operation and status code; code <error> when no answer came.",
    labelNames: ["cloud", "account", "operation", "code"],
    registers,
  });
  const wait = new Histogram<BudgetLabel>({
    name: "yunfan_cloud_budget_wait_seconds",
    help: "How long requests waited for their turn in the account's budget.",
    labelNames: ["account", "class"],
    buckets: WAIT_BUCKETS,
    registers,
  });
  const limit = new Gauge<BudgetLabel>({
    name: "yunfan_cloud_budget_limit",
    help: "Requests per minute that the account's budget allows now.",
    labelNames: ["account", "class"],
    registers,
  });
  /** Which series of requests an account has: of the other metrics its labels tell. */
  const requested = new Map<string, Map<string, RequestLabels>>();
  return {
    requested(labels) {
      const ofAccount = requested.get(labels.account) ?? new Map<string, RequestLabels>();
      requested.set(labels.account, ofAccount.set(JSON.stringify(labels), labels));
      requests.inc(labels);
    },
    observeWait: (labels, seconds) => wait.observe(labels, seconds),
    setLimit: (labels, perMinute) => limit.set(labels, perMinute),
    forget(account) {
      for (const labels of requested.get(account)?.values() ?? []) requests.remove(labels);
      requested.delete(account);
      for (const budgetClass of ["reads", "writes"]) {
        wait.remove({ account, class: budgetClass });
        limit.remove({ account, class: budgetClass });
      }
    },
  };
}
