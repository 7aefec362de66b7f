// What is looked up before a hybrid application is made (1.8): servers cost money, no call changes or removes a single one, and a refusal in
// the middle leaves what was made before it.
import type { Refusal } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { ClustersFacet } from "../facets/clusters.ts";
import type { Parts } from "./application-request.ts";
import { isInUse } from "./application-turns.ts";
import { machineList } from "./application-wire.ts";
import type { HybridOptions, MachineOptions } from "./blocks-application.ts";
import type { ProjectClient } from "./client.ts";
import { nodeList } from "./cluster-wire.ts";
import { flavorsOf, subnetsOf, zonesOf } from "./offers.ts";
import type { Turn } from "./places/turn.ts";

interface PreflightDeps {
  readonly client: ProjectClient;
  readonly clusters: Pick<ClustersFacet, "get">;
  readonly cluster: string;
  readonly hybrid: HybridOptions;
  readonly parts: Parts;
}

/** A name that has to be free. */
interface Wanted {
  /** In the words of 1.13. */
  readonly type: string;
  readonly name: string;
  readonly field: string;
}

const FIELD = "spec.easystack.hybrid";

export class Preflight {
  readonly #deps: PreflightDeps;

  constructor(deps: PreflightDeps) {
    this.#deps = deps;
  }

  /** Of the cluster and of what the cloud below has. */
  async refusal(signal: AbortSignal): Promise<Refusal | undefined> {
    const { hybrid, parts } = this.#deps;
    const [first] = parts.refusals;
    if (first) return first;
    const machines = hybrid.virtualMachines ?? [];
    if (machines.length > 0) {
      const refusal = (await this.#zones(machines, signal)) ?? (await this.#flavors(machines, signal));
      if (refusal) return refusal;
    }
    return (await this.#subnet(signal)) ?? this.#node(signal);
  }

  /** Of names in the namespace: none may be in use. */
  async refusalIn(turn: Turn, name: string): Promise<Refusal | undefined> {
    const { hybrid, parts } = this.#deps;
    const machines = (hybrid.virtualMachines ?? []).map(({ name: machine }) => machine);
    const there = machines.length === 0 ? [] : await turn.read({ operation: "ListMachines" }, machineList);
    const listed = there.find((one) => machines.includes(one.name));
    if (listed) {
      return inUse(`${FIELD}.virtualMachines`, `${listed.name} of application ${listed.application_name || "another"}`);
    }
    const wanted: readonly Wanted[] = [
      ...machines.map((machine) => ({ type: "VirtualMachine", name: machine, field: `${FIELD}.virtualMachines` })),
      ...parts.workloads.map(({ form: { workload_base: base }, index }) => {
        return { type: base.type, name: base.name, field: `${FIELD}.workloads[${index}].manifest.metadata.name` };
      }),
      ...(hybrid.configMaps ?? []).map((one) => ({ type: "Configmap", name: one.name, field: `${FIELD}.configMaps` })),
      { type: "Application", name, field: "spec.cloudName" },
    ];
    for (const { type, name: one, field } of wanted) if (await isInUse(turn, type, one)) return inUse(field, one);
    return undefined;
  }

  async #zones(machines: readonly MachineOptions[], signal: AbortSignal): Promise<Refusal | undefined> {
    return missing(machines, "zone", await zonesOf(this.#deps.client, signal));
  }

  async #flavors(machines: readonly MachineOptions[], signal: AbortSignal): Promise<Refusal | undefined> {
    const flavors = await flavorsOf(this.#deps.client, signal);
    return missing(
      machines,
      "flavor",
      flavors.map(({ name }) => name),
    );
  }

  async #subnet(signal: AbortSignal): Promise<Refusal | undefined> {
    const { network } = this.#deps.hybrid;
    const subnets = await subnetsOf(this.#deps.client, { signal });
    const found = subnets.find(({ id }) => id === network.subnetId);
    if (!found) {
      return refused(
        `There is no subnet ${network.subnetId} (${FIELD}.network.subnetId)`,
        subnets.map(({ id }) => id),
      );
    }
    if (found.networkId === "" || found.networkId === network.networkId) return undefined;
    const message = `Subnet ${network.subnetId} is in network ${found.networkId}, not in ${network.networkId} (${FIELD}.network.networkId)`;
    return refused(message, []);
  }

  /** A node with the role has to be there, else nothing of it would ever run. */
  async #node(signal: AbortSignal): Promise<Refusal | undefined> {
    const { client, clusters, cluster: id } = this.#deps;
    const cluster = await clusters.get(id, signal);
    const address = cluster === "Absent" ? undefined : cluster.endpoints?.internal;
    if (address === undefined) {
      throw new CloudError("Unavailable", { message: `The cloud tells no address of cluster ${id}` });
    }
    const query = [
      ["apiserver_host", address],
      ["node_role", "hybrid-orchestration"],
    ] as const;
    const { value } = await client.read({ operation: "ListNodesOfRole", query, signal }, nodeList);
    if (value.length > 0) return undefined;
    const message = `Cluster ${id} has no node with the role of hybrid orchestration, which a hybrid application needs. Give one the role in the cloud`;
    return { kind: "Rejected", message };
  }
}

function missing(
  machines: readonly MachineOptions[],
  field: "zone" | "flavor",
  names: readonly string[],
): Refusal | undefined {
  const machine = machines.find((one) => !names.includes(one[field]));
  if (!machine) return undefined;
  return refused(
    `The cloud has no ${field} ${machine[field]} (${FIELD}.virtualMachines[${machine.name}].${field})`,
    names,
  );
}

function refused(what: string, names: readonly string[]): Refusal {
  const offered = names.length === 0 ? "" : `; there are ${names.toSorted().slice(0, 10).join(", ")}`;
  return { kind: "Rejected", message: `${what}${offered}. Correct it in a new resource` };
}

function inUse(field: string, name: string): Refusal {
  const message = `The name ${name} (${field}) is in use in the namespace: choose another one in a new resource, or delete what has it`;
  return { kind: "Rejected", message };
}
