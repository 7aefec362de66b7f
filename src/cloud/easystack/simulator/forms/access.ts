// How a workload is reached (1.21, access_mode): a Service, with a route where ports name one.
import * as z from "zod";
import type { Meta, ServicePort, Typed } from "../kube/manifest.ts";
import { compact, draft } from "../kube/manifest.ts";
import type { LoadBalancer } from "../state.ts";

const whole = z.coerce.number().int();

export const router = z.object({
  domain: z.string().nullish(),
  path: z.string().nullish(),
  target_service: z.string().nullish(),
  service_port: whole.nullish(),
});

export const access = z.object({
  port: whole.nullish(),
  protocol: z.enum(["TCP", "UDP"]).nullish(),
  node_port: whole.nullish(),
  target_port: whole.nullish(),
  routers: z.array(router).nullish(),
});

const external = z.object({
  availability_zone_profile: z
    .object({
      availability_zone_data: z.object({ compute_zone: z.string().nullish(), cpu_arch: z.string().nullish() }),
    })
    .nullish(),
  flavor_profile: z
    .object({
      flavor_data: z.object({
        amp_volume_type: z.string().nullish(),
        compute_flavor: z.string().nullish(),
        loadbalancer_topology: z.string(),
      }),
    })
    .nullish(),
  loadbalancer: z.object({ name: z.string(), vip_subnet_id: z.string() }),
});

export const accessMode = z.object({
  name: z.string().nullish(),
  type: z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
  external_name: z.string().nullish(),
  cluster_ip: z.string().nullish(),
  access: z.array(access).default([]),
  annotations: z.record(z.string(), z.string()).nullish(),
  external: external.nullish(),
  subnet: z.string().nullish(),
});

export type AccessMode = z.output<typeof accessMode>;
export type Router = z.output<typeof router>;

/** What the balancer of a Service is to be, as the form said it; without one a shared balancer is asked for. */
const EXTERNAL = "ecns.easystack.cn/loadbalancer";

interface Front {
  readonly metadata: Meta;
  /** Labels of the pods behind. */
  readonly selector: Record<string, string> | undefined;
}

export function toService(mode: AccessMode, { metadata, selector }: Front): Typed<"Service"> {
  const annotations = {
    ...mode.annotations,
    ...(mode.type === "LoadBalancer" && mode.external && { [EXTERNAL]: JSON.stringify(mode.external) }),
  };
  const spec = compact({
    type: mode.type,
    externalName: mode.external_name ?? undefined,
    clusterIP: mode.type === "ExternalName" ? undefined : mode.cluster_ip || undefined,
    selector: mode.type === "ExternalName" ? undefined : selector,
    ports: mode.access.length === 0 ? undefined : mode.access.map(portOf),
  });
  return draft("Service", { ...metadata, annotations }, { spec });
}

/** Named, as Kubernetes wants where there are several. */
function portOf({
  port,
  protocol = "TCP",
  node_port: nodePort,
  target_port: target,
}: z.output<typeof access>): ServicePort {
  const number = port ?? target ?? 0;
  return compact({
    name: `${(protocol ?? "TCP").toLowerCase()}-${number}`,
    port: number,
    protocol: protocol ?? "TCP",
    nodePort: nodePort || undefined,
    targetPort: target ?? undefined,
  }) as ServicePort;
}

/** What the annotation asks for; undefined: a shared balancer. */
export function dedicatedBalancer({ metadata }: Typed<"Service">): z.output<typeof external> | undefined {
  const text = metadata.annotations?.[EXTERNAL];
  return text === undefined ? undefined : external.safeParse(JSON.parse(text)).data;
}

export interface Surroundings {
  readonly balancers: readonly LoadBalancer[];
  readonly routes: readonly Typed<"Ingress">[];
  readonly masterIps: readonly string[];
  readonly nodeIps: readonly string[];
  readonly projectId: string;
}

export function accessModeOf(service: Typed<"Service">, around: Surroundings): object {
  const { type = "ClusterIP", clusterIP = "", externalName, ports = [] } = service.spec ?? {};
  const { [EXTERNAL]: _asked, ...annotations } = service.metadata.annotations ?? {};
  return {
    name: service.metadata.name,
    type,
    ...(externalName !== undefined && { external_name: externalName }),
    cluster_ip: clusterIP === "None" ? "" : clusterIP,
    ...addressesOf(service, around),
    access: ports.map((port) => portOnWire(port, service.metadata.name, around.routes)),
    annotations,
    ...balancerOf(service, around),
  };
}

/** Of a balancer its own, of a node port those of masters and of all nodes. */
function addressesOf({ spec, status }: Typed<"Service">, { masterIps, nodeIps }: Surroundings): object {
  if (spec?.type === "NodePort") return { public_ips: masterIps, private_ips: nodeIps };
  const shown = spec?.type === "LoadBalancer" ? (status?.loadBalancer?.ingress ?? []) : [];
  return { public_ips: shown.flatMap(({ ip }) => ip ?? []), private_ips: [] };
}

function portOnWire(port: ServicePort, service: string, routes: readonly Typed<"Ingress">[]): object {
  const { protocol = "TCP", nodePort = 0, targetPort = port.port } = port;
  return {
    port: port.port,
    protocol,
    node_port: nodePort,
    target_port: Number(targetPort),
    routers: routersTo(service, port.port, routes),
  };
}

/** "Null where the type is another." */
function balancerOf({ spec, metadata }: Typed<"Service">, { balancers, projectId }: Surroundings): object {
  const balancer = balancers.find(({ serviceUid }) => serviceUid === metadata.uid);
  if (spec?.type !== "LoadBalancer" || balancer === undefined) return { external: null, subnet: null };
  return { external: balancerOnWire(balancer, projectId), subnet: balancer.subnetId };
}

/** `external-responce` of the reference. */
function balancerOnWire(balancer: LoadBalancer, projectId: string): object {
  const operating = { Active: "ONLINE", Error: "ERROR" } as Record<string, string>;
  const provisioning = { Building: "PENDING_CREATE", Active: "ACTIVE", Error: "ERROR", Deleting: "PENDING_DELETE" };
  return {
    admin_state_up: true,
    availability_zone: null,
    created_at: balancer.createdAt.slice(0, 19),
    // Printed in Chinese, as no other member is.
    描述: "",
    flavor_id: null,
    id: balancer.id,
    listeners: [],
    loadbalancers: [],
    name: balancer.name,
    operating_status: operating[balancer.state] ?? "OFFLINE",
    pools: [],
    project_id: projectId,
    provider: balancer.dedicated ? "amphora" : "ovn",
    provisioning_status: provisioning[balancer.state],
    tags: [],
    updated_at: balancer.createdAt.slice(0, 19),
    vip_address: balancer.address,
    vip_network_id: "net-1",
    vip_port_id: `port-${balancer.id}`,
    vip_qos_policy_id: null,
    vip_subnet_id: balancer.subnetId,
  };
}

/** Routes as forms have them, of all rules of an Ingress. */
export function routersOf({ spec }: Typed<"Ingress">): Router[] {
  return (spec?.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).map(({ path, backend }) => ({
      domain: host ?? "",
      path: path ?? "/",
      target_service: backend.service?.name ?? "",
      service_port: backend.service?.port?.number ?? 0,
    })),
  );
}

function routersTo(service: string, port: number, routes: readonly Typed<"Ingress">[]): Router[] {
  return routes.flatMap(routersOf).filter((one) => one.target_service === service && one.service_port === port);
}

/** One rule for each domain. */
export function toRules(routers: readonly Router[]): object[] {
  const byDomain = Map.groupBy(routers, ({ domain }) => domain ?? "");
  return [...byDomain].map(([domain, some]) => {
    const http = { paths: some.map(pathOf) };
    return domain === "" ? { http } : { host: domain, http };
  });
}

function pathOf({ path, target_service: name, service_port: number }: Router): object {
  const service = { name: name ?? "", port: { number: number ?? 80 } };
  return { path: path || "/", pathType: "Prefix", backend: { service } };
}
