// `yunfan manifests get`: an object of a ManifestSet as it is in the target now, and its former revisions.
import { Command, InvalidArgumentError } from "commander";
import { stringify } from "yaml";
import { optionsOf } from "../cloud/blocks.ts";
import type { ManifestChannel, ManifestsFacet, ObjectKey } from "../cloud/facets/manifests.ts";
import { accountOf } from "../controllers/cloudaccount/parent.ts";
import { keyOfRef } from "../controllers/manifestset/objects.ts";
import { managedCluster } from "../crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../crds/managedcluster/schema.ts";
import { manifestSet } from "../crds/manifestset/kind.ts";
import type { ManifestSet } from "../crds/manifestset/schema.ts";
import { asCaller, type Caller } from "./caller.ts";
import { endProcess, failUsage, stopOnSignals } from "./process.ts";

interface Flags {
  readonly namespace: string;
  readonly kubeconfig?: string;
  readonly targetNamespace?: string;
  readonly revisions?: boolean;
  readonly revision?: number;
  readonly showSecrets?: boolean;
}

interface Wanted extends Flags {
  readonly set: string;
  readonly kind: string;
  readonly name: string;
}

export function command(): Command {
  return new Command("manifests")
    .description(
      "look at the objects of a ManifestSet, with your own rights on it, its cluster, its account and its Secret",
    )
    .addCommand(getCommand());
}

function getCommand(): Command {
  return new Command("get")
    .description("print an object as it is in the target now")
    .argument("<set>", "the ManifestSet")
    .argument("<kind/name>", "an object of it, such as Deployment/web", kindAndName)
    .option("-n, --namespace <namespace>", "namespace of the ManifestSet", "default")
    .option("--target-namespace <namespace>", "namespace of the object, where the set has several of its name")
    .option("--revisions", "print the numbers of its revisions, oldest first, instead")
    .option("--revision <number>", "print it as it was in that revision", number)
    .option("--show-secrets", "print the values of a Secret too")
    .option("--kubeconfig <file>", "kubeconfig of the cluster; default: $KUBECONFIG, ~/.kube/config, in-cluster")
    .action(async (set: string, [kind, name]: readonly [string, string], flags: Flags, self: Command) => {
      const signal = stopOnSignals();
      try {
        const wanted = { ...flags, set, kind, name };
        process.stdout.write(await asCaller(flags.kubeconfig, (caller) => shownBy(caller, wanted, signal)));
      } catch (error) {
        failUsage(self, error);
      }
      endProcess();
    });
}

function kindAndName(text: string): readonly [string, string] {
  const [kind = "", name = "", ...rest] = text.split("/");
  if (kind !== "" && name !== "" && rest.length === 0) return [kind, name];
  throw new InvalidArgumentError("it is KIND/NAME, such as Deployment/web");
}

function number(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("it is a whole number from 1 on");
}

async function shownBy(caller: Caller, wanted: Wanted, signal: AbortSignal): Promise<string> {
  const { namespace, set: setName } = wanted;
  const set = await caller.client.get<ManifestSet>(manifestSet.type, { namespace, name: setName }, { signal });
  const key = objectOf(set, wanted);
  const channel = await channelTo(caller, set, signal);
  if (wanted.revisions) {
    const versions = await historyOf(channel).revisions(key, signal);
    return versions.map((version) => `${version}\n`).join("");
  }
  if (wanted.revision !== undefined) {
    return stringify(await historyOf(channel).revision(key, wanted.revision, signal), { lineWidth: 0 });
  }
  const { group, kind } = key;
  const ability = await channel.kindOf({ group, kind, version: undefined }, signal);
  const found = ability ? await channel.read(ability, key, signal) : "Absent";
  if (found === "Absent") throw new Error(`The target has no ${kind} ${key.name} now`);
  return stringify(wanted.showSecrets ? found : withoutSecrets(found), { lineWidth: 0 });
}

/** Throws an Error where the set has none of that name, or several. */
function objectOf({ status, metadata }: ManifestSet, { kind, name, targetNamespace }: Wanted): ObjectKey {
  const keys = (status.inventory ?? []).map(({ ref }) => keyOfRef(ref));
  const alike = keys.filter((key) => key.kind.toLowerCase() === kind.toLowerCase() && key.name === name);
  const found = alike.filter((key) => targetNamespace === undefined || key.namespace === targetNamespace);
  const [only] = found;
  if (only === undefined) throw new Error(`ManifestSet ${metadata.name} has no object ${kind}/${name}`);
  if (found.length === 1) return only;
  const where = found.map(({ namespace }) => namespace).join(", ");
  throw new Error(`ManifestSet ${metadata.name} has ${kind}/${name} in ${where}: say which by --target-namespace`);
}

/** Throws an Error where the objects are reached by a kubeconfig, which the caller has then. */
async function channelTo(caller: Caller, set: ManifestSet, signal: AbortSignal): Promise<ManifestChannel> {
  const { spec, status, metadata } = set;
  const cluster = await clusterOf(caller, set, signal);
  const accountRef = cluster?.spec.accountRef ?? spec.accountRef ?? { name: "" };
  const key = accountOf({ metadata, spec: { accountRef } });
  const { session, account } = await caller.open(key, metadata.namespace, signal);
  const { manifests: facet } = session;
  if (!facet || (cluster && !isThroughCloud(cluster, facet))) {
    throw new Error("Objects of this set are reached by the kubeconfig of its cluster: kubectl shows them");
  }
  const options = optionsOf(account.spec.provider, spec);
  return facet.open({ clusterId: cluster && status.targetId, options });
}

async function clusterOf(
  { client }: Caller,
  { spec: { clusterRef }, metadata: { namespace } }: ManifestSet,
  signal: AbortSignal,
): Promise<ManagedCluster | undefined> {
  if (clusterRef === undefined) return undefined;
  return client.get<ManagedCluster>(managedCluster.type, { namespace, name: clusterRef.name }, { signal });
}

function isThroughCloud({ spec }: ManagedCluster, { intoClusters }: ManifestsFacet): boolean {
  return intoClusters === "Always" || spec.manifests?.route === "Gateway";
}

function historyOf({ history }: ManifestChannel): NonNullable<ManifestChannel["history"]> {
  if (history) return history;
  throw new Error("The cloud of this set shows no revisions");
}

const HIDDEN = "(hidden; --show-secrets prints it)";

function withoutSecrets(object: Readonly<Record<string, unknown>>): object {
  if (object["kind"] !== "Secret") return object;
  const hidden = Object.entries(object).map(([member, value]) => {
    const isContent = member === "data" || member === "stringData";
    if (!isContent || typeof value !== "object" || value === null) return [member, value];
    return [member, Object.fromEntries(Object.keys(value).map((key) => [key, HIDDEN]))];
  });
  return Object.fromEntries(hidden) as object;
}
