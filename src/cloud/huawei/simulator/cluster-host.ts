// Which cluster a call to a cluster's own host means.
import type { Call } from "../../simulation/cloud.ts";
import type { CceView } from "./state.ts";

/** By the host `{clusterid}.Endpoint` (3.1), the header X-Cluster-ID (table 3-2), the query or the body; without the empty ones. */
export function clustersNamedBy(call: Call, view: CceView, inBody?: string): string[] {
  const host = (call.headers.host ?? "").split(".")[0] ?? "";
  const given = [
    view.get("clusters", host)?.id,
    call.headers["x-cluster-id"]?.toString(),
    call.query.get("cluster_id") ?? undefined,
    inBody,
  ];
  return given.filter((id) => id !== undefined && id !== "") as string[];
}

/** Undefined where the host and the header name none, or two that differ. */
export function clusterNamedBy(call: Call, view: CceView): string | undefined {
  const [first, ...others] = clustersNamedBy(call, view);
  return others.every((id) => id === first) ? first : undefined;
}
