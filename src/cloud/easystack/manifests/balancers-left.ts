// Load balancers of Services' own that outlive them: they cost as long as they are there, and no call deletes one (1.14, 1.21).
import type { Residue } from "../../facets/object-traces.ts";
import type { ProjectClient } from "../client.ts";
import { serverGroups } from "../cluster-wire.ts";
import { balancerBeside } from "./forms/beside.ts";

interface BalancersDeps {
  readonly client: ProjectClient;
  /** Of the cluster's API server. */
  readonly address: (signal: AbortSignal) => Promise<string>;
}

/** By the annotation of ours that a Service bears, whichever way the set's objects go now. The overview tells of names alone. */
export function balancersLeft({ client, address }: BalancersDeps): Residue {
  return {
    noun: "load balancer",
    namesOf(object) {
      const name = object.kind === "Service" ? balancerBeside(object)?.name : undefined;
      return name === undefined ? [] : [name];
    },
    async left(names, signal) {
      const query = [["apiserver_host", await address(signal)]] as const;
      const { value } = await client.read({ operation: "GetServersOverview", query, signal }, serverGroups);
      const there = new Set(value.loadbalances.flatMap((group) => group.names));
      return names.filter((name) => there.has(name));
    },
  };
}
