// What a create of a cluster may say (2.1, 2.2, 2.4 and 3.4; the public cloud's body), and what the cloud understands of it.
import * as z from "zod";
import { isCidr, isWithin } from "../../simulation/cidr.ts";
import { parseInput } from "../../simulation/refusal.ts";
import type { Kind } from "./cluster-kinds.ts";
import { kindOf } from "./cluster-kinds.ts";
import { flag, password, resourceName, tags, textList, whole } from "./fields.ts";
import { invalid, missing } from "./refusals.ts";
import type { AckRules } from "./rules.ts";
import type { Cluster } from "./state.ts";

const MOST_NODES = 300;
const MOST_VSWITCHES = 5;

/** Ranges that a network of pods or Services may lie in. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

const cidr = z
  .string()
  .refine(isCidr, "is not a CIDR")
  .refine((range) => PRIVATE.some((network) => isWithin(range, network)), "is not within a private network");

const master = { instance_types: textList.optional(), system_disk_category: z.string().optional() };

/** Everything is optional here: which fields are required differs by kind and dialect. Unknown ones pass. */
const clusterBody = z.looseObject({
  name: resourceName,
  cluster_type: z.string(),
  profile: z.enum(["Default", "Edge", "Serverless"]).default("Default"),
  region_id: z.string().min(1),
  kubernetes_version: z.string().optional(),
  vpcid: z.string().optional(),
  vpc_id: z.string().optional(),
  vswitch_id: z.string().optional(),
  vswitch_ids: textList.optional(),
  // So printed in the body of 2.2.
  vwitch_ids: textList.optional(),
  master_vswitch_ids: textList.optional(),
  worker_vswitch_ids: textList.optional(),
  container_cidr: cidr.optional(),
  service_cidr: cidr.optional(),
  snat_entry: flag.optional(),
  nat_gateway: flag.optional(),
  private_zone: flag.optional(),
  endpoint_public_access: flag.optional(),
  deletion_protection: flag.default(false),
  proxy_mode: z.enum(["iptables", "ipvs"]).default("iptables"),
  node_cidr_mask: z.union([z.string(), z.int().transform(String)]).optional(),
  cluster_spec: z.string().optional(),
  timezone: z.string().optional(),
  resource_group_id: z.string().optional(),
  security_group_id: z.string().optional(),
  pod_vswitch_ids: textList.optional(),
  tags: tags.default({}),
  addons: z.array(z.looseObject({ name: z.string().min(1) })).default([]),
  key_pair: z.string().optional(),
  login_password: password.optional(),
  num_of_nodes: whole.refine((count) => count <= MOST_NODES, `must be from 0 to ${MOST_NODES}`).optional(),
  master_count: whole.refine((count) => count === 3 || count === 5, "must be 3 or 5").default(3),
  master_instance_types: textList.optional(),
  master_system_disk_category: z.string().optional(),
  master_system_disk_size: whole.optional(),
  worker_instance_types: textList.optional(),
  worker_system_disk_category: z.string().optional(),
  worker_system_disk_size: whole.optional(),
  control_plane_config: z
    .looseObject({
      ...master,
      size: whole.refine((count) => count === 3 || count === 5, "must be 3 or 5").default(3),
      system_disk_size: whole.optional(),
      key_pair: z.string().optional(),
      login_password: password.optional(),
    })
    .optional(),
});

type Body = z.output<typeof clusterBody>;

/** A create as understood. */
export interface ClusterRequest {
  readonly name: string;
  readonly clusterType: Kind["clusterType"];
  readonly profile: Cluster["profile"];
  readonly regionId: string;
  readonly version: string | undefined;
  readonly vpcId: string;
  readonly vswitchIds: readonly string[];
  readonly podCidr: string | undefined;
  readonly serviceCidr: string | undefined;
  readonly snatEntry: boolean;
  readonly publicAccess: boolean;
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly addons: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly masters: { readonly count: number; readonly instanceType: string };
  readonly workers: { readonly count: number; readonly instanceType: string };
}

/** Throws a `Refusal` (400) that names the field at fault. */
export function parseClusterRequest(rules: AckRules, input: unknown): ClusterRequest {
  const body = parseInput(clusterBody, input);
  const kind = kindOf(rules, body.cluster_type, body.profile);
  for (const field of requiredFields(rules, kind, body)) if (isUnset(body[field])) throw missing(field);
  checkLogin(kind.login, body);
  const vswitchIds = vswitchesOf(body, kind.vswitches);
  return {
    ...namesOf(body),
    clusterType: kind.clusterType,
    profile: kind.profile,
    vpcId: vpcOf(body, vswitchIds),
    vswitchIds,
    podCidr: podCidrOf(kind, body),
    snatEntry: body.snat_entry ?? body.nat_gateway ?? false,
    publicAccess: publicAccessOf(rules, kind, body),
    addons: body.addons.map(({ name }) => name),
    details: detailsOf(body),
    masters: mastersOf(kind, body),
    workers: {
      count: kind.countsWorkers ? (body.num_of_nodes ?? 0) : 0,
      instanceType: firstOf(body.worker_instance_types),
    },
  };
}

/** Pods get addresses of the VPC with terway, and in a serverless cluster. */
function podCidrOf({ profile }: Kind, { addons, container_cidr: podCidr }: Body): string | undefined {
  const hasTerway = addons.some(({ name }) => name.startsWith("terway"));
  if (hasTerway && addons.some(({ name }) => name === "flannel")) {
    throw invalid("addons", "of flannel and terway only one can be chosen");
  }
  return hasTerway || profile === "Serverless" ? "" : podCidr;
}

/** 2.1: true where left out. 2.4: the machines of an edge cluster reach it no other way. */
function publicAccessOf({ dialect }: AckRules, { profile }: Kind, body: Body): boolean {
  const publicAccess = body.endpoint_public_access ?? dialect === "Reference";
  if (profile !== "Edge" || publicAccess) return publicAccess;
  throw invalid("endpoint_public_access", "an edge cluster needs public access");
}

function requiredFields({ workerFields }: AckRules, { required, ofWorkers }: Kind, body: Body): readonly string[] {
  return workerFields === "Required" || (body.num_of_nodes ?? 0) > 0 ? [...required, ...ofWorkers] : required;
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** 2.1: key_pair and login_password are each called required, and each of them instead of the other: exactly one. */
function checkLogin(holder: Kind["login"], body: Body): void {
  if (holder === undefined) return;
  const { key_pair: keyPair, login_password: login } = (holder === "body" ? body : body.control_plane_config) ?? {};
  if (isUnset(keyPair) === isUnset(login)) throw invalid("login_password", "give either it or key_pair");
}

function vswitchesOf(body: Body, fields: readonly string[]): string[] {
  const lists = fields.map((field) => body[field] as string | string[] | undefined);
  const ids =
    lists.map((list) => (typeof list === "string" ? [list] : (list ?? []))).find((list) => list.length > 0) ?? [];
  if (ids.length <= MOST_VSWITCHES) return ids;
  throw invalid(fields[0] ?? "", `must have from 1 to ${MOST_VSWITCHES} vswitches`);
}

/** 2.1: both are there, or neither, and then the cloud makes a VPC. */
function vpcOf(body: Body, vswitchIds: readonly string[]): string {
  const vpcId = body.vpcid ?? body.vpc_id ?? "";
  if ((vpcId === "") === (vswitchIds.length === 0)) return vpcId;
  throw vpcId === "" ? missing("vpcid") : missing("vswitch_ids");
}

function mastersOf({ clusterType, login }: Kind, body: Body): ClusterRequest["masters"] {
  if (clusterType !== "Kubernetes") return { count: 0, instanceType: "" };
  const today = body.control_plane_config;
  if (login === "body") return { count: body.master_count, instanceType: firstOf(body.master_instance_types) };
  return { count: today?.size ?? 3, instanceType: firstOf(today?.instance_types) };
}

function firstOf(list: readonly string[] | undefined): string {
  return list?.[0] ?? "ecs.g7.xlarge";
}

function namesOf(body: Body) {
  return {
    name: body.name,
    regionId: body.region_id,
    version: body.kubernetes_version,
    serviceCidr: body.service_cidr,
    deletionProtection: body.deletion_protection,
    tags: body.tags,
  };
}

/** What GET shows again under the same name; never a password. */
export function detailsOf(body: Partial<Body>): Readonly<Record<string, unknown>> {
  const { login_password: _secret, ...controlPlane } = body.control_plane_config ?? {};
  return {
    cluster_spec: body.cluster_spec ?? "ack.standard",
    node_cidr_mask: body.node_cidr_mask ?? "25",
    proxy_mode: body.proxy_mode ?? "iptables",
    timezone: body.timezone ?? "Asia/Shanghai",
    resource_group_id: body.resource_group_id ?? "rg-default",
    security_group_id: body.security_group_id ?? "",
    private_zone: body.private_zone ?? false,
    ...(body.control_plane_config === undefined ? {} : { control_plane_config: controlPlane }),
  };
}
