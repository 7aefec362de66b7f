// `yunfan run`: the operator as a process, from its flags to its exit code.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { pino } from "pino";
import { ON_NAMESPACE_DELETION, type OnNamespaceDeletion } from "../controllers/lifecycle/deletion-intent.ts";
import { meaninglessEntries, proxyFromEnvironment, type ProxySettings } from "../cloud/http/proxy.ts";
import { kinds } from "../crds/kinds.ts";
import { loadKubeConfig } from "../kube/kubeconfig.ts";
import { systemClock } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import { createLogger, LOG_LEVELS, type Logger, type LogLevel } from "../lib/log.ts";
import { VERSION } from "../lib/version.ts";
import { parseBindAddress } from "../runtime/serve/health-address.ts";
import { DEFAULT_LEADER_SECONDS, leaderTiming } from "../runtime/leader/leader-timing.ts";
import { runOperator, type OperatorOptions } from "./operator.ts";
import { endProcess, failUsage, printReady, stopOnSignals } from "./process.ts";

interface Flags {
  readonly kubeconfig?: string;
  readonly leaderElect: boolean;
  readonly leaderElectLeaseDuration: number;
  readonly leaderElectRenewDeadline: number;
  readonly leaderElectRetryPeriod: number;
  readonly leaderElectResourceNamespace: string;
  readonly identity: string;
  readonly watchNamespaces: readonly string[];
  readonly concurrency: ReadonlyMap<string, number>;
  readonly settleWindow: number;
  readonly targetWatches: number;
  readonly platformNamespace?: string;
  readonly onNamespaceDeletion: OnNamespaceDeletion;
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly logLevel: LogLevel;
  readonly logFormat: "json" | "pretty";
}

export function command(): Command {
  const { lease, renew, retry } = DEFAULT_LEADER_SECONDS;
  return new Command("run")
    .description("run the operator")
    .option("--kubeconfig <file>", "kubeconfig of the cluster; default: $KUBECONFIG, ~/.kube/config, in-cluster")
    .option("--leader-elect", "work only while holding the lease", true)
    .option("--no-leader-elect", "work without a lease: for a single process only")
    .option("--leader-elect-lease-duration <seconds>", "how long others wait for a silent leader", seconds, lease)
    .option("--leader-elect-renew-deadline <seconds>", "how long a leader may act without renewing", seconds, renew)
    .option("--leader-elect-retry-period <seconds>", "time between two tries to acquire or renew", seconds, retry)
    .option("--leader-elect-resource-namespace <name>", "namespace of the lease", defaultNamespace())
    .option("--identity <name>", "who holds the lease and sends requests", identity, `${hostname()}_${randomUUID()}`)
    .option("--watch-namespaces <names>", "only these namespaces, separated by commas; default: all", namespaces, [])
    .option("--concurrency <kind=n>", "workers of a kind, repeatable; default 10 each", concurrency, new Map())
    .option(
      "--platform-namespace <name>",
      "namespace whose inventory resources may be about other namespaces; default: that of the lease",
      oneNamespace,
    )
    .option(
      "--target-watches <number>",
      "streams by which target clusters tell of changes, over all of them; 0: what changes there is found by polling alone",
      wholeNumber,
      256,
    )
    .option("--settle-window <seconds>", "how long a create of unknown outcome may still take effect", seconds, 120)
    .addOption(
      new Option("--on-namespace-deletion <what>", "what becomes in the cloud of resources whose namespace is deleted")
        .choices(ON_NAMESPACE_DELETION)
        .default("Hold"),
    )
    .option(
      "--metrics-bind-address <host:port>",
      'address of /metrics, ":8080" for all interfaces; "0" is off',
      address,
      "0",
    )
    .option("--health-probe-bind-address <host:port>", 'address of /healthz and /readyz; "0" is off', address, "0")
    .addOption(new Option("--log-level <level>", "least level that is logged").choices(LOG_LEVELS).default("info"))
    .addOption(new Option("--log-format <format>", "how logs are written").choices(["json", "pretty"]).default("json"))
    .action(async (flags: Flags, self: Command) => {
      await run(flags, connectionOf(flags, self));
    });
}

type Connection = Pick<OperatorOptions, "kubeConfig" | "election" | "proxy">;

/** What only shows when flags are put together, or looked up. */
function connectionOf(flags: Flags, self: Command): Connection {
  try {
    return {
      election: electionOf(flags),
      kubeConfig: loadKubeConfig({ path: flags.kubeconfig }),
      proxy: proxyFromEnvironment(process.env),
    };
  } catch (error) {
    return failUsage(self, error);
  }
}

async function run(flags: Flags, connection: Connection): Promise<void> {
  const log = await loggerOf(flags);
  const stop = stopOnSignals((signal) => log.info({ signal }, "Stopping"));
  log.info({ version: VERSION, identity: flags.identity, namespaces: flags.watchNamespaces }, "Starting");
  warnOfProxy(log, connection.proxy);
  try {
    await runOperator(
      {
        ...connection,
        clock: systemClock,
        log,
        identity: flags.identity,
        watchNamespaces: flags.watchNamespaces,
        concurrency: flags.concurrency,
        settleWindowMs: flags.settleWindow * 1000,
        targetWatches: flags.targetWatches,
        platformNamespace: flags.platformNamespace ?? flags.leaderElectResourceNamespace,
        onNamespaceDeletion: flags.onNamespaceDeletion,
        metricsAddress: flags.metricsBindAddress,
        healthAddress: flags.healthProbeBindAddress,
        onReady: (ports) => printReady({ identity: flags.identity, ...ports }),
      },
      stop,
    );
    log.info("Stopped");
  } catch (error) {
    log.fatal({ err: error }, "Stopped by an error");
    process.exitCode = 1;
  }
  // What was left behind may hold the process: the lease is released, so nothing of it may go on.
  endProcess();
}

function warnOfProxy(log: Logger, proxy: ProxySettings | undefined): void {
  const entries = proxy ? meaninglessEntries(proxy) : [];
  const message = "NO_PROXY has entries that mean nothing: give domains, addresses or ranges such as 10.0.0.0/8";
  if (entries.length > 0) log.warn({ entries }, message);
}

function electionOf(flags: Flags): OperatorOptions["election"] {
  if (!flags.leaderElect) return undefined;
  const { leaderElectLeaseDuration, leaderElectRenewDeadline, leaderElectRetryPeriod } = flags;
  const timing = leaderTiming({
    lease: leaderElectLeaseDuration,
    renew: leaderElectRenewDeadline,
    retry: leaderElectRetryPeriod,
  });
  return { timing, namespace: flags.leaderElectResourceNamespace };
}

/** Synchronous: with lines still under way, an exit loses the last words of the process or changes their order. */
async function loggerOf({ logLevel, logFormat }: Flags): Promise<Logger> {
  const destination =
    logFormat === "json"
      ? pino.destination({ dest: 2, sync: true })
      : // By its default export: the others of a CommonJS module are not there in a bundle.
        (await import("pino-pretty")).default({ destination: 2, sync: true });
  return createLogger({ level: logLevel, destination });
}

/** In a pod its own namespace; elsewhere where the shipped manifests put the operator. */
function defaultNamespace(): string {
  const file = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "yunfan-system";
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("It must be a number of seconds, 0 or more.");
  }
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text.trim())) throw new InvalidArgumentError("It must be a whole number from 0 to 99999.");
  return value;
}

function namespaces(text: string): string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is no name of a namespace.`);
  return names;
}

function oneNamespace(text: string): string {
  const [name, ...others] = namespaces(text);
  if (name === undefined || others.length > 0) throw new InvalidArgumentError("It must be the name of one namespace.");
  return name;
}

/** It goes into the Lease, where an empty one means that nobody holds it, and into a header. */
function identity(text: string): string {
  if (!/^[!-~]+$/.test(text)) throw new InvalidArgumentError("It must be printable ASCII without spaces.");
  return text;
}

function address(text: string): string {
  try {
    parseBindAddress(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

function concurrency(text: string, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const [kind = "", count = ""] = text.split("=");
  const known = kinds.map(({ type }) => type.kind);
  if (!known.includes(kind)) throw new InvalidArgumentError(`KIND must be one of ${known.join(", ")}.`);
  if (!/^[1-9]\d{0,3}$/.test(count)) throw new InvalidArgumentError("N must be a number from 1 to 9999.");
  return new Map([...before, [kind, Number(count)]]);
}
