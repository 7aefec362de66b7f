// All calls of the simulated ACK; which there are depends on the dialect.
import type { Route } from "../../simulation/cloud.ts";
import { accountRoutes } from "./account.ts";
import type { Ack } from "./ack.ts";
import { attachRoutes } from "./attach.ts";
import { attachScriptRoutes } from "./attachscripts.ts";
import { clusterRoutes } from "./clusters.ts";
import { kubeconfigRoutes } from "./kubeconfig.ts";
import { nodePoolRoutes } from "./nodepools.ts";
import { nodeRoutes } from "./nodes.ts";
import { scopedToRegion } from "./regions.ts";
import { scaleOutRoutes } from "./scale-out.ts";
import type { AckTables } from "./state.ts";
import { taskRoutes } from "./tasks.ts";
import { versionRoutes } from "./versions.ts";

export function ackRoutes(ack: Ack): Route<AckTables>[] {
  const routes = [
    ...clusterRoutes(ack),
    ...scaleOutRoutes(ack),
    ...nodePoolRoutes(ack),
    ...nodeRoutes(ack),
    ...attachRoutes(ack),
    ...attachScriptRoutes(ack),
    ...kubeconfigRoutes(ack),
    ...taskRoutes(ack),
    ...versionRoutes(ack.rules),
    ...accountRoutes(ack),
  ];
  return routes.map(scopedToRegion(ack));
}
