// Which nodes leave when fewer are wanted: those that do not work first, then the youngest, each with what becomes of its server. Pure.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";

/** One request: all of its nodes have the same fate and the same pool. */
export interface Departure {
  readonly nodes: readonly ClusterNode[];
  /** Whether their servers are given back to the cloud. */
  readonly release: boolean;
  readonly poolId: string | undefined;
}

/** Only what was bought for the cluster is given back, and what is paid for a term by nobody. */
export function isReleased({ origin, isPrepaid = false }: ClusterNode): boolean {
  return origin === "Bought" && !isPrepaid;
}

/** Of servers that a pool lists: they existed before, whoever bought them and however they came to the cluster. */
export function keepsAll(): boolean {
  return false;
}

/** At most `count` of them; undefined where none is to leave. `releases`: whether the server of one is given back. */
export function departureOf(
  nodes: readonly ClusterNode[],
  count: number,
  releases: (node: ClusterNode) => boolean = isReleased,
): Departure | undefined {
  const [first, ...others] = nodes.filter(({ phase }) => phase !== "Deleting").toSorted(compareDepartures);
  if (!first || count < 1) return undefined;
  const release = releases(first);
  const { poolId } = first;
  const alike = others.filter((node) => releases(node) === release && node.poolId === poolId);
  return { nodes: [first, ...alike].slice(0, count), release, poolId };
}

function compareDepartures(left: ClusterNode, right: ClusterNode): number {
  return rank(left) - rank(right) || madeAt(right) - madeAt(left) || (left.id < right.id ? -1 : 1);
}

/** Those that are on their way into the cluster carry no work yet. */
function rank({ phase }: ClusterNode): number {
  if (phase === "Abnormal") return 0;
  return phase === "Active" ? 2 : 1;
}

function madeAt({ createdAtMs }: ClusterNode): number {
  return createdAtMs === undefined || Number.isNaN(createdAtMs) ? 0 : createdAtMs;
}
