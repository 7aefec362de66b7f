// What is left of a hybrid application that is gone: its servers and balancers cost as long as they are there (1.8, 1.14).
import { CloudError } from "../errors.ts";
import type { ClustersFacet } from "../facets/clusters.ts";
import { machineAnswer, machineList } from "./application-wire.ts";
import type { ApplicationFacts, HybridOptions } from "./blocks-application.ts";
import type { ProjectClient } from "./client.ts";
import { serverGroups } from "./cluster-wire.ts";
import { orWithoutNamespace, type ApplicationTurns } from "./application-turns.ts";

interface ResidueDeps {
  readonly client: ProjectClient;
  readonly clusters: Pick<ClustersFacet, "get">;
  readonly turns: ApplicationTurns;
  readonly cluster: string;
  readonly hybrid: HybridOptions | undefined;
}

/**
 * By ids, in the list of the namespace and one by one; and by names, in the overview of the cluster, which shows those too that the list
 * has forgotten, or whose namespace is gone. A name in the overview that the list shows under another id is somebody else's.
 */
export async function leftOf(
  { client, clusters, turns, cluster: id, hybrid }: ResidueDeps,
  facts: ApplicationFacts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const instances = (facts.virtualMachines ?? []).flatMap((machine) => machine.instances ?? []);
  const machines = (facts.virtualMachines ?? []).map(({ name }) => name);
  const look = turns.within("Hybrid", signal, async (turn) => {
    const listed = (await turn.read({ operation: "ListMachines" }, machineList)).flatMap((one) => one.vm_instances);
    const shown: string[] = [];
    for (const name of machines) {
      const found = await turn.find({ operation: "GetMachine", names: { name } }, machineAnswer);
      if (found !== "Absent") shown.push(...found.vm_instances.map((one) => one.id));
    }
    return { listed, ids: new Set([...shown, ...listed.map((one) => one.id)]) };
  });
  const there = await orWithoutNamespace(look, { listed: [], ids: new Set<string>() });
  const cluster = await clusters.get(id, signal);
  const address = cluster === "Absent" ? undefined : cluster.endpoints?.internal;
  if (address === undefined) {
    throw new CloudError("Unavailable", { message: `The cloud tells no address of cluster ${id}` });
  }
  const query = [["apiserver_host", address]] as const;
  const { value: overview } = await client.read({ operation: "GetServersOverview", query, signal }, serverGroups);
  const named = new Set(overview.servers.flatMap(({ names }) => names));
  const balancers = new Set(overview.loadbalances.flatMap(({ names }) => names));
  const servers = instances.filter(({ id: server, name }) => {
    if (there.ids.has(server)) return true;
    return named.has(name) && !there.listed.some((one) => one.name === name);
  });
  return [
    ...servers.map(({ name }) => `server ${name}`),
    ...balancersOf(hybrid)
      .filter((name) => balancers.has(name))
      .map((name) => `load balancer ${name}`),
  ];
}

/** Those that the spec names: of others nothing tells whose they are. */
function balancersOf(hybrid: HybridOptions | undefined): readonly string[] {
  const all = [...(hybrid?.virtualMachines ?? []), ...(hybrid?.workloads ?? [])];
  return [...new Set(all.flatMap(({ loadBalancer }) => loadBalancer?.name ?? []))];
}
