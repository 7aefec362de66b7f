// docs/metrics.md: every metric of the operator, from the registry that the operator itself uses.
import { Metrics, type MetricDescription } from "../src/runtime/metrics/metrics.ts";

const HEADER = `# Metrics

Generated from the operator's registry by \`npm run generate\`. \`--metrics-bind-address\` serves them at \`/metrics\` in Prometheus' text
format; \`charts/yunfan/files/alerts.yaml\` has alerts on them, each with a page in [runbooks](runbooks/README.md).

**Names** are those of controller-runtime and client-go where these have the metric, and operatorpkg's for resources, so that
dashboards for these fit. They are not Yunfan's alone: a query adds what \`leader_election_master_status{name="yunfan"}\` stands
beside, or \`group="yunfan.dev"\`.

**Replicas.** Every replica has all metrics of its own work. Only the leader shows resources (\`operator_*\` and
\`yunfan_resources_omitted\`): the others have the same caches and would count everything again. For the moment in which a new
leader is there and the old one is still scraped, aggregate over replicas with \`max\`. The queues of a replica that waits for the
lease fill up, and nobody works on them.

**Series.** What has a resource's name exists only while that resource is not Ready, Stalled, Paused or being deleted, and for no
more than a thousand resources of a kind. All else grows with the kinds, the accounts and the cloud's operations, never with the
resources. Scrape with \`honorLabels: true\`: \`namespace\` is the resource's, and Prometheus would rename it \`exported_namespace\`.
`;

const FOOTER = `## Process

\`process_*\` and \`nodejs_*\` are prom-client's: memory, CPU, file descriptors, the event loop's lag, garbage collection. Which of them
there are depends on the platform.
`;

const SECTIONS: readonly { readonly title: string; readonly names: RegExp }[] = [
  { title: "Resources", names: /^operator_|^yunfan_resources_|^yunfan_vanished_/ },
  { title: "Controllers", names: /^controller_runtime_/ },
  { title: "Work queues", names: /^workqueue_/ },
  { title: "Watches", names: /^yunfan_watch_|^yunfan_crd_/ },
  { title: "Clouds", names: /^yunfan_cloud_/ },
  { title: "Targets", names: /^yunfan_(?:targets?|workload)_/ },
  { title: "Inventories", names: /^yunfan_inventory_/ },
  { title: "API server, election and events", names: /^rest_client_|^leader_election_|^yunfan_events_/ },
];

/** Of those whose name does not end in it. */
const UNITS: Readonly<Record<string, string>> = {
  operator_status_condition_count: "resources",
  yunfan_resources_omitted: "resources",
  yunfan_vanished_total: "resources",
  controller_runtime_reconcile_total: "reconciles",
  controller_runtime_max_concurrent_reconciles: "reconciles",
  controller_runtime_active_workers: "reconciles",
  workqueue_depth: "keys",
  yunfan_cloud_budget_limit: "requests per minute",
  yunfan_inventory_backlog: "keys",
  yunfan_inventory_writes_total: "writes",
  yunfan_inventory_lost_total: "events",
  yunfan_watch_refused: "1",
  yunfan_crd_missing: "1",
  yunfan_targets_open: "targets",
  yunfan_target_watches: "streams",
  yunfan_workload_cpu_cores: "processors",
  yunfan_workload_memory_bytes: "bytes",
  yunfan_workload_network_receive_bytes_per_second: "bytes per second",
  yunfan_workload_network_transmit_bytes_per_second: "bytes per second",
  leader_election_master_status: "0 or 1",
  yunfan_events_dropped_total: "events",
};

/** The file's text. Throws where a metric belongs to no section or its unit is not known. */
export function renderMetrics(): string {
  const metrics = new Metrics().describe();
  const homeless = metrics.filter(({ name }) => !SECTIONS.some(({ names }) => names.test(name)));
  if (homeless.length > 0) throw new Error(`No section of docs/metrics.md: ${homeless.map(({ name }) => name).join()}`);
  const sections = SECTIONS.map(({ title, names }) => {
    const rows = metrics.filter(({ name }) => names.test(name)).map(rowOf);
    return `## ${title}\n\n| metric | type | unit | labels | what it says |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return [HEADER, ...sections, FOOTER].join("\n");
}

function rowOf(metric: MetricDescription): string {
  const labels = metric.labels.map((label) => `\`${label}\``).join(", ") || "none";
  // Markdown would take it for HTML.
  const help = metric.help.replaceAll(/<\w+>/g, "`$&`");
  return `| \`${metric.name}\` | ${metric.type} | ${unitOf(metric.name)} | ${labels} | ${help} |`;
}

function unitOf(name: string): string {
  if (name.endsWith("_seconds")) return "seconds";
  const unit = UNITS[name] ?? /_([a-z]+)_total$/.exec(name)?.[1];
  if (unit === undefined) throw new Error(`scripts/metrics.ts does not know the unit of ${name}`);
  return unit;
}
