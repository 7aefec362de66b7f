// A Service (1.19), with the way in that the reference calls access mode (1.21).
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { externalView, lacking, toExternal } from "./balancer.ts";
import { balancerBeside, targetBeside } from "./beside.ts";
import { compact, Fields, type Read } from "./fields.ts";
import { metadataOf, toMetadata } from "./metadata.ts";

const TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;
const number = z.coerce.number().nullish();
const texts = z.record(z.string(), z.string()).nullish();

const accessForm = z.object({
  port: number,
  protocol: z.enum(["TCP", "UDP"]).nullish(),
  node_port: number,
  target_port: number,
});

type AccessForm = z.output<typeof accessForm>;

/** As the list shows one. */
export const serviceView = z.object({
  access_mode: z.object({
    name: z.string().nullish(),
    type: z.enum(TYPES),
    external_name: z.string().nullish(),
    cluster_ip: z.string().nullish(),
    access: z.array(accessForm).nullish(),
    annotations: texts,
    external: externalView.nullish(),
  }),
  target_workload: z.string().nullish(),
  workload_type: z.string().nullish(),
  labels: texts,
});

/** As it is sent. */
export interface ServiceForm {
  readonly access_mode: Readonly<Record<string, unknown>> & { readonly access: readonly AccessForm[] };
  readonly target_workload: string;
  readonly workload_type: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** As Kubernetes does anyhow. */
const USUAL = {
  sessionAffinity: "None",
  internalTrafficPolicy: "Cluster",
  externalTrafficPolicy: "Cluster",
  ipFamilyPolicy: "SingleStack",
  allocateLoadBalancerNodePorts: true,
  publishNotReadyAddresses: false,
};

/** Pure. The cloud makes the selector, of the workload that the Service leads to: what is declared of it is compared once it has. */
export function toService(manifest: Manifest): Read<ServiceForm> {
  return Fields.read(manifest, (object) => {
    const { name, labels, annotations } = toMetadata(object);
    const spec = object.object("spec", toSpec);
    if (spec === undefined) object.refuse("spec", "the form wants one");
    const target = targetBeside(manifest) ?? withoutTarget(object, name, spec);
    const balancer = balancerBeside(manifest);
    if (balancer && spec?.["type"] !== "LoadBalancer") {
      object.refuseAt("easystack.services[].loadBalancer", "a Service of another type than LoadBalancer has none");
    }
    for (const { path, message } of balancer ? lacking(balancer) : []) {
      object.refuseAt(path, message);
    }
    const access_mode = {
      ...(spec ?? { access: [] }),
      annotations,
      ...(balancer && { external: toExternal(balancer), subnet: balancer.subnetId }),
    };
    return { access_mode, target_workload: target.name, workload_type: target.kind, labels };
  });
}

/** One that names another host leads to none, and the form wants a word. */
function withoutTarget(
  object: Fields,
  name: string,
  spec: Readonly<Record<string, unknown>> | undefined,
): { kind: string; name: string } {
  if (spec !== undefined && spec["type"] !== "ExternalName") {
    object.refuseAt("easystack.services[].workload", "the form wants the workload that the Service leads to");
  }
  return { kind: "Deployment", name };
}

function toSpec(spec: Fields): Readonly<Record<string, unknown>> & { access: readonly AccessForm[] } {
  spec.usual(USUAL);
  const type = spec.word("type", TYPES) ?? TYPES[0];
  const selector = spec.texts("selector");
  if (selector && type === "ExternalName") spec.refuse("selector", "a Service of type ExternalName has none");
  const external = spec.text("externalName");
  const ip = spec.text("clusterIP");
  if (ip === "None") spec.refuse("clusterIP", "no form makes a Service without an address");
  const access = spec.each("ports", (port) => toAccess(port, type));
  return compact({ type, external_name: external, cluster_ip: ip, access });
}

function toAccess(port: Fields, type: (typeof TYPES)[number]): AccessForm {
  const own = port.whole("port") ?? port.refuse("port", "the form wants one");
  const target = port.raw("targetPort");
  if (typeof target === "string") port.refuse("targetPort", "the form wants the number of a port");
  const node = port.whole("nodePort");
  if (node !== undefined && type !== "NodePort" && type !== "LoadBalancer") {
    port.refuse("nodePort", `a Service of type ${type} has none`);
  }
  return compact({
    port: own,
    protocol: port.word("protocol", ["TCP", "UDP"]) ?? "TCP",
    node_port: node,
    target_port: typeof target === "string" ? undefined : (port.whole("targetPort") ?? own),
  });
}

/** Pure. With the address and the node ports that a Service has already: a form without them would ask for others. */
export function forUpdate(manifest: Manifest, live: Manifest): Manifest {
  const { ports = [], ...spec } = (manifest["spec"] ?? {}) as SpecLike;
  const before = (live["spec"] ?? {}) as SpecLike;
  const hasNodePorts = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const known = (port: PortLike): number | undefined =>
    before.ports?.find((each) => each.port === port.port && (each.protocol ?? "TCP") === (port.protocol ?? "TCP"))
      ?.nodePort;
  const filled = ports.map((port) =>
    compact({ ...port, nodePort: port.nodePort ?? (hasNodePorts ? known(port) : undefined) }),
  );
  const ip = before.clusterIP === "None" || spec.type === "ExternalName" ? undefined : before.clusterIP;
  return { ...manifest, spec: compact({ ...spec, ports: filled, clusterIP: spec.clusterIP ?? ip }) };
}

interface PortLike {
  readonly port?: number;
  readonly protocol?: string;
  readonly nodePort?: number;
}

interface SpecLike {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly ports?: readonly PortLike[];
}

export function serviceOf(form: z.output<typeof serviceView>): Manifest {
  const { type, name, external_name, cluster_ip, access, annotations } = form.access_mode;
  const ports = (access ?? []).map(({ port, protocol, node_port, target_port }) =>
    compact({
      port: port ?? undefined,
      protocol: protocol ?? undefined,
      targetPort: target_port ?? undefined,
      nodePort: node_port || undefined,
    }),
  );
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(name ?? "", { labels: form.labels ?? null, annotations: annotations ?? null }),
    spec: compact({
      type,
      externalName: external_name || undefined,
      clusterIP: type !== "ExternalName" && cluster_ip ? cluster_ip : undefined,
      ports: ports.length === 0 ? undefined : ports,
    }),
  };
}
