// How a cluster does: its nodes, which decide whether it can be worked with (1.3), and what is in it (1.14).
import type * as z from "zod";
import { CloudError } from "../errors.ts";
import type { Cluster, ClusterOverview } from "../facets/clusters.ts";
import type { ClusterFacts } from "./blocks-cluster.ts";
import type { ProjectClient } from "./client.ts";
import { claimGroups, nodeList, podGroups, serverGroups } from "./cluster-wire.ts";
import { told, withoutGaps } from "./told.ts";

type Nodes = z.output<typeof nodeList>;
type Pods = z.output<typeof podGroups>;
type Claims = z.output<typeof claimGroups>;
type Servers = z.output<typeof serverGroups>;

const READY = "Ready";

/** Throws CloudError where the nodes are not told; what else the cloud refuses to tell is left out. */
export async function overviewOf(
  client: ProjectClient,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ClusterOverview> {
  const query = [["apiserver_host", addressOf(cluster)]] as const;
  const withRole = (role: string) =>
    told(client.read({ operation: "ListNodesOfRole", query: [...query, ["node_role", role]], signal }, nodeList));
  const [{ value: nodes }, hybrid, secure, pods, claims, servers] = await Promise.all([
    client.read({ operation: "ListNodes", query, signal }, nodeList),
    withRole("hybrid-orchestration"),
    withRole("secure-container"),
    told(client.read({ operation: "GetPodsOverview", query, signal }, podGroups)),
    told(client.read({ operation: "GetClaimsOverview", query, signal }, claimGroups)),
    told(client.read({ operation: "GetServersOverview", query, signal }, serverGroups)),
  ]);
  return {
    cluster: { ...cluster, ...phaseBy(nodes) },
    told: withoutGaps<ClusterFacts>({
      type: cluster.type,
      nodes: withoutGaps({
        total: nodes.length,
        ready: readyOf(nodes).length,
        hybridOrchestration: hybrid?.value.length,
        secureContainer: secure?.value.length,
      }),
      pods: pods && podCounts(pods.value),
      claims: claims && claimCounts(claims.value),
      servers: servers && instanceCounts(servers.value.servers),
      loadBalancers: servers && instanceCounts(servers.value.loadbalances),
    }),
    failing: failing(nodes, pods?.value, servers?.value),
  };
}

/** Without it the call would tell of the cluster in which some session stands. */
function addressOf({ id, endpoints }: Cluster): string {
  const address = endpoints?.internal ?? "";
  if (address !== "") return address;
  throw new CloudError("Unavailable", { message: `The cloud tells no address of cluster ${id}` });
}

function readyOf(nodes: Nodes): Nodes {
  return nodes.filter(({ phase }) => phase === READY);
}

/** One node that is ready is enough to work with. */
function phaseBy(nodes: Nodes): Pick<Cluster, "phase" | "cloudPhase" | "message"> {
  const ready = readyOf(nodes).length;
  const cloudPhase = ready === nodes.length && ready > 0 ? READY : `${ready} of ${nodes.length} nodes ready`;
  return { phase: ready > 0 ? "Available" : "Unavailable", cloudPhase, message: "" };
}

function podCounts({ running, failed, other }: Pods): ClusterFacts["pods"] {
  return { running: sum(running), failed: sum(failed), other: sum(other) };
}

/** A group that does not count is counted. */
function sum(groups: Pods["running"]): number {
  return groups.reduce((total, { count, pods }) => total + (count ?? pods.length), 0);
}

function claimCounts({ available, mounted, creating, error }: Claims): ClusterFacts["claims"] {
  return { available: available.count, mounted: mounted.count, creating: creating.count, error: error.count };
}

function instanceCounts(groups: Servers["servers"]): NonNullable<ClusterFacts["servers"]> {
  const of = (...states: readonly string[]): number =>
    groups.filter(({ status }) => states.includes(status.toLowerCase())).reduce((total, { count }) => total + count, 0);
  return { active: of("active"), shutoff: of("shutoff"), error: of("error"), other: of("other") };
}

/** Undefined where neither pods nor servers are told. */
function failing(nodes: Nodes, pods: Pods | undefined, servers: Servers | undefined): readonly string[] | undefined {
  if (pods === undefined && servers === undefined) return undefined;
  const ailing = nodes.filter(({ phase }) => phase !== READY).map(({ name }) => `node ${name}`);
  const failed = (pods?.failed ?? []).flatMap(({ pods: some }) => some.map(({ name }) => `pod ${name}`));
  return [
    ...ailing,
    ...failed,
    ...inError("server", servers?.servers ?? []),
    ...inError("load balancer", servers?.loadbalances ?? []),
  ];
}

function inError(noun: string, groups: Servers["servers"]): readonly string[] {
  return groups
    .filter(({ status }) => status.toLowerCase() === "error")
    .flatMap(({ names }) => names.map((name) => `${noun} ${name}`));
}
