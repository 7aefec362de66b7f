// Servers of hybrid applications (1.8): their life on the clock, and virtual machines as the reference lists them.
import { Refusal } from "../../simulation/refusal.ts";
import type { Place } from "./kube/objects.ts";
import type { Operations } from "./request.ts";
import type { Application, Ecns, EcnsView, Server, VirtualMachine } from "./state.ts";
import { addressIn, amend, newEntity } from "./state.ts";
import { ok, part, stamp, unnamed } from "./wire.ts";

/** In the cloud's time. */
const BUILDING_MS = 10_000;
const DELETING_MS = 5_000;

/** Of `m1.small`; what other flavors have is not looked up. */
const FLAVOR = { cpu: "1C", memory: "2GiB", disk: "20GiB" };

export function serverOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  return {
    129: {
      empty: rules.lists === "Bare" ? [] : { virtualmachines: [] },
      handle: (request) => unnamed(rules, "virtualmachines", machinesIn(request.view, request.objects().place, ecns)),
    },
    130: (request) => {
      const name = part(request.call, "name");
      const found = machinesIn(request.view, request.objects().place, ecns).find((machine) => machine.name === name);
      if (found === undefined) throw new Refusal(404, `there is no virtual machine ${name}`);
      return ok(found);
    },
  };
}

/** One server for each replica. */
export function addServers(ecns: Ecns, application: Application, machine: VirtualMachine): void {
  const { boot_manager: boot, loadbalancer: loadBalancer = null } = machine;
  const { cluster, namespace, name } = application;
  for (let index = 0; index < machine.replicas; index++) {
    const server: Server = {
      ...newEntity(ecns, `${machine.name}-${index}`),
      cluster,
      namespace,
      application: name,
      virtualMachine: machine.name,
      state: "Build",
      internalIp: addressIn("10.30", Number(ecns.store.nextId("servers"))),
      image: [boot?.image, boot?.snapshot, boot?.bootable_volume].find(Boolean) ?? "",
      flavor: machine.flavor_name ?? "",
      network: application.network ?? {},
      loadBalancer,
    };
    ecns.store.put("servers", server);
    ecns.timeline.schedule(BUILDING_MS, () => {
      if (ecns.store.get("servers", server.id)?.state === "Build") {
        amend(ecns, "servers", server.id, { state: "Active" });
      }
    });
  }
}

/** They go after a while. */
export function deleteServers(ecns: Ecns, { cluster, namespace, name }: Application): void {
  for (const server of ecns.store.list("servers")) {
    const isIts = server.cluster === cluster && server.namespace === namespace && server.application === name;
    if (!isIts || server.state === "Deleting") continue;
    amend(ecns, "servers", server.id, { state: "Deleting" });
    ecns.timeline.schedule(DELETING_MS, () => {
      if (ecns.store.get("servers", server.id)?.state === "Deleting") ecns.store.remove("servers", server.id);
    });
  }
}

interface Machine {
  readonly name: string;
  readonly status: Server["state"];
  readonly [member: string]: unknown;
}

/** What is left of an application that has gone shows too. */
export function machinesIn(view: EcnsView, { cluster, namespace }: Place, { rules }: Ecns): Machine[] {
  const servers = view.list("servers").filter((one) => one.cluster === cluster && one.namespace === namespace);
  const byMachine = Map.groupBy(servers, ({ application, virtualMachine }) => `${application}/${virtualMachine}`);
  return [...byMachine.values()].flatMap((instances) => {
    const [first] = instances;
    if (first === undefined) return [];
    return [
      {
        name: first.virtualMachine,
        replicas: instances.length,
        status: sharedState(instances),
        application_name: first.application,
        image: first.image,
        flavor: FLAVOR,
        vm_instances: instances.map(({ name, id, state, image, internalIp, createdAt }) => ({
          name,
          id,
          status: state,
          image,
          internal_ip: internalIp,
          flavor: FLAVOR,
          creation_time: stamp(rules, createdAt),
        })),
        vm_network: first.network,
        ...(first.loadBalancer !== null && { loadbalancer: first.loadBalancer }),
        creation_time: stamp(rules, first.createdAt),
      },
    ];
  });
}

const WORST_FIRST: readonly Server["state"][] = ["Error", "Deleting", "Build", "Shutoff", "Active"];

function sharedState(instances: readonly Server[]): Server["state"] {
  return WORST_FIRST.find((state) => instances.some((server) => server.state === state)) ?? "Active";
}
