// The form of an application (1.2) and of its virtual machines (1.8), and what is checked before anything is made.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { configMap } from "./configs.ts";
import { access } from "./forms/access.ts";
import { workload } from "./forms/workload.ts";
import type { Place } from "./kube/objects.ts";
import { hasOffer } from "./offers.ts";
import { machinesIn } from "./servers.ts";
import type { Ecns } from "./state.ts";

const whole = z.coerce.number().int();

const disk = z.looseObject({
  type: z.string().nullish(),
  size: whole.min(1),
  amount: whole.nullish(),
  cascade_deletion: z.boolean().nullish(),
});

const virtualMachine = z.looseObject({
  name: z.string(),
  replicas: whole.min(1),
  availability_zone: z.string(),
  boot_manager: z.looseObject({
    type: z.enum(["image", "snapshot", "volume"]),
    image: z.string().nullish(),
    snapshot: z.string().nullish(),
    bootable_volume: z.string().nullish(),
  }),
  flavor_name: z.string(),
  system_disk: disk,
  data_disk: z.array(disk).nullish(),
  security_groups: z.array(z.string()),
  loadbalancer: z.looseObject({ name: z.string().nullish(), internal_ip: z.string(), access: z.array(access) }),
  authentication: z.looseObject({ keypair: z.string().nullish(), password: z.string().nullish() }),
  user_data: z.string().nullish(),
});

const network = z.object({
  network_name: z.string(),
  network_id: z.string(),
  subnet_name: z.string(),
  subnet_id: z.string(),
});

export const applicationType = z.enum(["Normal", "Hybrid"]);

export const application = z.object({
  name: z.string().min(1),
  description: z.string().nullish(),
  type: applicationType.default("Normal"),
  vm_network: network.nullish(),
  configmaps: z.array(configMap).nullish(),
  workloads: z.array(workload).nullish(),
  virtual_machines: z.array(virtualMachine).nullish(),
});

export type ApplicationForm = z.output<typeof application>;
type VirtualMachineForm = z.output<typeof virtualMachine>;

/** Throws 400 for what is not there to make it of, 409 for a virtual machine's name in use or no node with the role. */
export function checkForm(form: ApplicationForm, place: Place, ecns: Ecns): void {
  const machines = form.virtual_machines ?? [];
  if (form.type === "Normal") {
    if (machines.length > 0) throw new Refusal(400, "a normal application has none", "virtual_machines");
    return;
  }
  if (!form.vm_network) throw new Refusal(400, "a hybrid application wants one", "vm_network");
  const { network_id: networkId, subnet_id: subnetId } = form.vm_network;
  requireOffer(ecns, "Network", networkId, "vm_network.network_id");
  requireOffer(ecns, "Subnet", subnetId, "vm_network.subnet_id");
  const nodes = ecns.store.list("nodes").filter(({ cluster }) => cluster === place.cluster);
  if (!nodes.some(({ role }) => role === "HybridOrchestration")) {
    throw new Refusal(409, "the cluster has no node with the role of hybrid orchestration");
  }
  for (const machine of machines) checkMachine(machine, place, ecns);
}

function checkMachine(machine: VirtualMachineForm, place: Place, ecns: Ecns): void {
  if (machinesIn(ecns.store, place, ecns).some(({ name }) => name === machine.name)) {
    throw new Refusal(409, `the virtual machine ${machine.name} already exists`);
  }
  const { boot_manager: boot, authentication } = machine;
  requireOffer(ecns, "Zone", machine.availability_zone, "availability_zone");
  requireOffer(ecns, "Flavor", machine.flavor_name, "flavor_name");
  if (boot.type === "image") requireOffer(ecns, "ServerImage", boot.image ?? "", "boot_manager.image");
  if (authentication.keypair) requireOffer(ecns, "KeyPair", authentication.keypair, "authentication.keypair");
  for (const { type } of [machine.system_disk, ...(machine.data_disk ?? [])]) {
    if (type) requireOffer(ecns, "VolumeType", type, "disk.type");
  }
}

function requireOffer({ store }: Ecns, kind: Parameters<typeof hasOffer>[1], named: string, field: string): void {
  if (!hasOffer(store, kind, named)) throw new Refusal(400, `there is no ${named}`, field);
}
