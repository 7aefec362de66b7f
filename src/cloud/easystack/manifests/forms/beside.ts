// What a manifest has no field for and a form has one: annotations of ours hold it, so that a change of it is a change of the object and the
// translation needs nothing beside the manifest.
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import type { Logs } from "./containers.ts";
import type { WorkloadType } from "./strategy.ts";

export const BESIDE = {
  /** Of a workload: the paths that log sidecars read, by container, as JSON. */
  logs: "yunfan.dev/easystack-logs",
  /** Of a Service: the workload that it leads to, such as Deployment/web. */
  workload: "yunfan.dev/easystack-workload",
  /** Of a Service: the balancer of its own, as JSON. */
  balancer: "yunfan.dev/easystack-load-balancer",
} as const;

const logsText = z.record(z.string(), z.array(z.string()));

const balancerText = z.object({
  name: z.string(),
  subnetId: z.string().optional(),
  zone: z.string().optional(),
  cpuArch: z.string().optional(),
  topology: z.string().optional(),
  flavor: z.string().optional(),
  volumeType: z.string().optional(),
  replicas: z.number().optional(),
});

/** A balancer of its own, as easystack.services has it. */
export type Balancer = z.output<typeof balancerText>;

export interface Target {
  readonly kind: WorkloadType;
  readonly name: string;
}

/** Of a block's workload or service. */
interface Named {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface BesideWorkload extends Named {
  readonly kind: string;
  readonly logs?: readonly { readonly container: string; readonly paths: readonly string[] }[] | undefined;
}

export interface BesideService extends Named {
  readonly workload?: { readonly kind: string; readonly name: string } | undefined;
  readonly loadBalancer?: Balancer | undefined;
}

export interface Beside {
  readonly workloads: readonly BesideWorkload[];
  readonly services: readonly BesideService[];
}

/** The manifest with what the set's block says of it; the same one where it says nothing. */
export function withBeside(manifest: Manifest, { workloads, services }: Beside): Manifest {
  const { kind, metadata } = manifest;
  const isMeant = ({ namespace, name }: Named): boolean =>
    name === metadata.name && (namespace ?? metadata.namespace) === metadata.namespace;
  const workload = workloads.find((each) => each.kind === kind && isMeant(each));
  const service = kind === "Service" ? services.find(isMeant) : undefined;
  const logs = (workload?.logs ?? []).map(({ container, paths }) => [container, paths] as const);
  const said = {
    ...(logs.length > 0 && { [BESIDE.logs]: JSON.stringify(Object.fromEntries(logs)) }),
    ...(service?.workload && { [BESIDE.workload]: `${service.workload.kind}/${service.workload.name}` }),
    ...(service?.loadBalancer && { [BESIDE.balancer]: JSON.stringify(service.loadBalancer) }),
  };
  if (Object.keys(said).length === 0) return manifest;
  return { ...manifest, metadata: { ...metadata, annotations: { ...metadata.annotations, ...said } } };
}

export function logsBeside({ metadata }: Pick<Manifest, "metadata">): Logs {
  return parsed(metadata.annotations?.[BESIDE.logs], logsText) ?? {};
}

export function targetBeside({ metadata }: Pick<Manifest, "metadata">): Target | undefined {
  const [kind, name] = (metadata.annotations?.[BESIDE.workload] ?? "").split("/");
  const isWorkload = kind === "Deployment" || kind === "StatefulSet" || kind === "DaemonSet";
  return isWorkload && name ? { kind, name } : undefined;
}

export function balancerBeside({ metadata }: Pick<Manifest, "metadata">): Balancer | undefined {
  return parsed(metadata.annotations?.[BESIDE.balancer], balancerText);
}

/** Anybody may have edited an object: what can't be read says nothing. */
function parsed<T extends z.ZodType>(text: string | undefined, schema: T): z.output<T> | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
