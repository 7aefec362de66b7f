// `yunfan inventory RESOURCE [NAME]`: what a platform's inventory knows of a cluster. It reads the account and its Secret with the
// caller's rights, and writes nothing, neither in Kubernetes nor in the inventory.
import { Command, InvalidArgumentError, Option } from "commander";
import { proxyFromEnvironment } from "../cloud/http/proxy.ts";
import { AccountDirectory } from "../controllers/cloudaccount/accounts.ts";
import { SECRETS, type CredentialsSecret } from "../controllers/cloudaccount/credentials.ts";
import type { InventoryFacet } from "../cloud/facets/inventory.ts";
import { cloudAccount } from "../crds/cloudaccount/kind.ts";
import type { CloudAccount } from "../crds/cloudaccount/schema.ts";
import { ENVIRONMENTS } from "../crds/inventoryquery/resources.ts";
import { HttpKubeClient } from "../kube/client.ts";
import { loadKubeConfig } from "../kube/kubeconfig.ts";
import { KubeTransport } from "../kube/transport.ts";
import { systemClock } from "../lib/clock.ts";
import type { Fence } from "../lib/fence.ts";
import { createLogger } from "../lib/log.ts";
import { VERSION } from "../lib/version.ts";
import { clouds } from "./clouds.ts";
import { columnsOf, look, subjectOf, type Request } from "./inventory-look.ts";
import { FORMATS, printed, type Format } from "./inventory-output.ts";
import { endProcess, failUsage, stopOnSignals } from "./process.ts";

interface Flags {
  readonly kubeconfig?: string;
  readonly account: AccountName;
  readonly cluster: string;
  readonly env: Request["environment"];
  readonly namespace?: string;
  readonly filter: Request["filters"];
  readonly columns?: readonly string[];
  readonly limit: number;
  readonly window: number;
  readonly output: Format;
}

interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

export function command(): Command {
  return new Command("inventory")
    .description("ask a platform's inventory what it knows of a cluster")
    .argument("<resource>", "such as pod, event, alarm, metric, record/TYPE or watch/TYPE")
    .argument("[name]", "one of that name alone")
    .option("--kubeconfig <file>", "kubeconfig of the cluster; default: $KUBECONFIG, ~/.kube/config, in-cluster")
    .requiredOption("--account <namespace/name>", "the CloudAccount of the inventory", accountName)
    .requiredOption("--cluster <id>", "the cluster's id in the inventory", inventoryId)
    .addOption(new Option("--env <environment>", "which of its worlds").choices(ENVIRONMENTS).default("K8s"))
    .option("-n, --namespace <name>", "only this namespace")
    .option("--filter <name=value>", "by the reference's names, repeatable", filter, {})
    .option("--columns <paths>", "members of each row, separated by commas, such as data.status.phase", paths)
    .option("--limit <n>", "the most that is shown", limit, 500)
    .option("--window <seconds>", "of events and alarms: how old they may be", limit, 3_600)
    .addOption(new Option("-o, --output <format>", "how it is shown").choices(FORMATS).default("table"))
    .action(async (resource: string, name: string | undefined, flags: Flags, self: Command) => {
      const stop = stopOnSignals();
      try {
        process.stdout.write(await run(resource, name, flags, stop));
      } catch (error) {
        failUsage(self, error);
      }
      endProcess();
    });
}

async function run(resource: string, name: string | undefined, flags: Flags, signal: AbortSignal): Promise<string> {
  const {
    cluster: clusterId,
    env: environment,
    namespace,
    filter: filters,
    window: windowSeconds,
    limit: most,
  } = flags;
  const subject = subjectOf(resource, environment);
  const columns = columnsOf(subject, flags.columns);
  const request: Request = { subject, clusterId, environment, namespace, name, filters, windowSeconds, columns };
  const found = await withInventory(flags, signal, (facet) =>
    look(facet, request, { nowMs: systemClock.now(), signal }),
  );
  return printed({ ...found, most, columns }, flags.output);
}

async function withInventory<T>(
  { kubeconfig, account: ref }: Flags,
  signal: AbortSignal,
  work: (facet: InventoryFacet) => Promise<T>,
): Promise<T> {
  const log = createLogger({ level: "silent" });
  const userAgent = `yunfan/${VERSION} (inventory)`;
  const shared = { clock: systemClock, log, userAgent, fence: SHUT };
  await using transport = KubeTransport.create({ ...shared, kubeConfig: loadKubeConfig({ path: kubeconfig }) });
  const client = new HttpKubeClient(transport);
  const account = await client.get<CloudAccount>(cloudAccount.type, ref, { signal });
  const secretRef = { namespace: ref.namespace, name: account.spec.credentialsSecretRef.name };
  const secret = await client.get<CredentialsSecret>(SECRETS, secretRef, { signal });
  const accounts = new AccountDirectory({
    accounts: { get: () => account },
    secrets: { get: () => secret },
    clouds,
    cloudDeps: () => ({ ...shared, proxy: proxyFromEnvironment(process.env) }),
    visit: () => undefined,
  });
  try {
    const { inventory } = accounts.open(account, secret);
    if (!inventory) throw new Error(`${account.spec.provider} has no inventory: name an account of TencentBCS`);
    return await work(inventory);
  } finally {
    await accounts.close();
  }
}

/** Whatever happens, nothing is written. */
const SHUT: Fence = { remainingMs: () => 0 };

function accountName(text: string): AccountName {
  const [namespace, name, ...rest] = text.split("/");
  if (!namespace || !name || rest.length > 0) throw new InvalidArgumentError("It must be NAMESPACE/NAME.");
  return { namespace, name };
}

function inventoryId(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(text)) {
    throw new InvalidArgumentError("It must be an id such as BCS-K8S-40001, without a slash.");
  }
  return text;
}

function filter(text: string, before: Request["filters"]): Request["filters"] {
  const at = text.indexOf("=");
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || value === "") throw new InvalidArgumentError("It must be NAME=VALUE.");
  return { ...before, [name]: [...(before[name] ?? []), value] };
}

function paths(text: string): readonly string[] {
  const all = text.split(",");
  const wrong = all.find((path) => !/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(path));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is no path such as data.status.phase.`);
  return all;
}

function limit(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return Number(text);
}
