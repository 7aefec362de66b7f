// Load balancers: one for each Service that asks for one, built after a while, and for a while left over when its Service has gone.
import { dedicatedBalancer } from "../forms/access.ts";
import type { Typed } from "../kube/manifest.ts";
import { nameIn } from "../kube/names.ts";
import { dedicatedCount } from "../load-balancers.ts";
import { offersOf } from "../offers.ts";
import type { Ecns, LoadBalancer } from "../state.ts";
import { addressIn, amend, newEntity } from "../state.ts";
import type { Care } from "./care.ts";

const BUILDING_MS = 3_000;
const DELETING_MS = 2_000;

export async function tendBalancers(care: Care): Promise<void> {
  const services = (await care.list("Service")).filter(({ spec }) => spec?.type === "LoadBalancer");
  const { store, rules } = care.ecns;
  for (const service of services) {
    const known = store.list("loadbalancers").find(({ serviceUid }) => serviceUid === service.metadata.uid);
    if (known === undefined) {
      if (rules.octavia && service.metadata.deletionTimestamp === undefined) addBalancer(care, service);
    } else {
      await build(care, known, service);
    }
  }
  const wanted = new Set(services.map(({ metadata }) => metadata.uid));
  // Those that a colleague put there stand for no Service.
  const left = store.list("loadbalancers").filter(({ serviceUid }) => serviceUid !== "" && !wanted.has(serviceUid));
  for (const balancer of left) end(care, balancer);
}

function addBalancer(care: Care, service: Typed<"Service">): void {
  const { ecns } = care;
  const { name: serviceName, namespace: real = "", uid = "" } = service.metadata;
  const cluster = care.clusterOf(service) ?? "";
  const namespace = nameIn(cluster, real) ?? "";
  const asked = dedicatedBalancer(service);
  const { name, vip_subnet_id: subnetId } = asked?.loadbalancer ?? {
    name: `kube_service_${cluster}_${namespace}_${serviceName}`,
    vip_subnet_id: firstSubnet(ecns),
  };
  const isRefused = asked !== undefined && dedicatedCount(ecns) >= ecns.rules.lbLicenses;
  const balancer: LoadBalancer = {
    ...newEntity(ecns, name),
    cluster,
    namespace,
    service: serviceName,
    serviceUid: uid,
    state: isRefused ? "Error" : "Building",
    address: addressIn("10.40", Number(ecns.store.nextId("loadbalancers"))),
    dedicated: asked !== undefined,
    subnetId,
  };
  ecns.store.put("loadbalancers", balancer);
}

function firstSubnet({ store }: Ecns): string {
  return offersOf(store, "Subnet")[0]?.nativeId ?? "";
}

async function build(care: Care, balancer: LoadBalancer, service: Typed<"Service">): Promise<void> {
  if (balancer.state === "Building" && care.due(`balancer ${balancer.id}`, BUILDING_MS)) {
    amend(care.ecns, "loadbalancers", balancer.id, { state: "Active" });
  }
  const isActive = care.ecns.store.get("loadbalancers", balancer.id)?.state === "Active";
  const shown = service.status?.loadBalancer?.ingress?.[0]?.ip;
  if (!isActive || shown === balancer.address) return;
  const status = { ...service.status, loadBalancer: { ingress: [{ ip: balancer.address }] } };
  await care.put({ ...service, status }, "status");
}

function end(care: Care, { id, state }: LoadBalancer): void {
  const { ecns } = care;
  if (!care.due(`balancer left ${id}`, ecns.rules.lbLingerMs)) return;
  if (state !== "Deleting") amend(ecns, "loadbalancers", id, { state: "Deleting" });
  else if (care.due(`balancer deleted ${id}`, DELETING_MS)) ecns.store.remove("loadbalancers", id);
}
