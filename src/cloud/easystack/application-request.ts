// The request that makes an application (1.2), a hybrid one with all that belongs to it (1.8).
import type { Refusal } from "../collection.ts";
import type { ApplicationRequest } from "../facets/applications.ts";
import { workloadForm, type WorkloadForm } from "./application-workload.ts";
import { descriptionWith, type Sort } from "./application-wire.ts";
import { secretField, type BalancerOptions, type HybridOptions, type MachineOptions } from "./blocks-application.ts";

/** Its container workloads as forms, and what of their manifests no form carries. */
export interface Parts {
  readonly workloads: readonly { readonly form: WorkloadForm; readonly index: number }[];
  readonly refusals: readonly Refusal[];
}

/** Pure. */
export function partsOf(hybrid: HybridOptions | undefined): Parts {
  const read = (hybrid?.workloads ?? []).map(({ manifest }, index) => {
    const { form, refusals } = workloadForm(manifest, `spec.easystack.hybrid.workloads[${index}].manifest`);
    return { index, form, refusals };
  });
  return {
    workloads: read.flatMap(({ form, index }) => (form === undefined ? [] : [{ form, index }])),
    refusals: read.flatMap(({ refusals }) => refusals),
  };
}

interface Making {
  readonly sort: Sort;
  readonly hybrid: HybridOptions | undefined;
  readonly parts: Parts;
}

/** `secrets`: what is in the body and no message may show. */
export function bodyOf(
  { name, description, nonce, secrets }: ApplicationRequest,
  { sort, hybrid, parts }: Making,
): { readonly body: object; readonly secrets: readonly string[] } {
  const base = { name, description: descriptionWith(description, nonce), type: sort };
  if (hybrid === undefined) return { body: base, secrets: [] };
  const vmNetwork = networkOf(hybrid);
  const workloads = parts.workloads.map(({ form, index }) => {
    const { securityGroups = [], loadBalancer } = hybrid.workloads?.[index] ?? {};
    const access = loadBalancer === undefined ? {} : { vm_access: balancerOf(loadBalancer) };
    return {
      ...form,
      application_name: name,
      application_type: sort,
      security_groups: securityGroups,
      vm_network: vmNetwork,
      ...access,
    };
  });
  const body = {
    ...base,
    vm_network: vmNetwork,
    configmaps: (hybrid.configMaps ?? []).map((one) => ({ name: one.name, config: one.data })),
    workloads,
    virtual_machines: (hybrid.virtualMachines ?? []).map((machine) => machineOf(machine, secrets)),
  };
  return { body, secrets: [...secrets.values()] };
}

function networkOf({ network }: HybridOptions): object {
  return {
    network_name: network.networkName,
    network_id: network.networkId,
    subnet_name: network.subnetName,
    subnet_id: network.subnetId,
  };
}

function machineOf(machine: MachineOptions, secrets: ReadonlyMap<string, string>): object {
  const { name, replicas, zone, flavor, systemDisk, dataDisks = [], loadBalancer = {} } = machine;
  const userData = secrets.get(secretField(name, "userDataSecretRef"));
  return {
    name,
    replicas,
    availability_zone: zone,
    boot_manager: bootOf(machine),
    flavor_name: flavor,
    system_disk: diskOf(systemDisk),
    ...(dataDisks.length > 0 && {
      data_disk: dataDisks.map((disk) => Object.assign(diskOf(disk), { amount: disk.amount ?? 1 })),
    }),
    // The reference's default.
    security_groups: machine.securityGroups ?? ["default"],
    loadbalancer: balancerOf(loadBalancer),
    authentication: loginOf(machine, secrets),
    ...(userData !== undefined && { user_data: userData }),
  };
}

function bootOf({ imageName, snapshotName, volumeName }: MachineOptions): object {
  if (imageName !== undefined) return { type: "image", image: imageName };
  if (snapshotName !== undefined) return { type: "snapshot", snapshot: snapshotName };
  return { type: "volume", bootable_volume: volumeName };
}

function diskOf({ type, sizeGiB, cascadeDelete = false }: MachineOptions["systemDisk"]): object {
  return { ...(type !== undefined && { type }), size: sizeGiB, cascade_deletion: cascadeDelete };
}

function loginOf({ name, keyPairName }: MachineOptions, secrets: ReadonlyMap<string, string>): object {
  return keyPairName === undefined
    ? { password: secrets.get(secretField(name, "passwordSecretRef")) ?? "" }
    : { keypair: keyPairName };
}

/** The address has to be there; an empty one asks for none in particular. */
function balancerOf({ name, internalIp = "", ports = [] }: BalancerOptions): object {
  const access = ports.map(({ port, protocol }) => ({ port, protocol }));
  return { ...(name !== undefined && { name }), internal_ip: internalIp, access };
}
