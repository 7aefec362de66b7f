// What has to be there before the form of a Service is sent, because the cloud says it late or not at all: the workload that it leads to, and
// what a load balancer of its own needs (1.23).
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { CloudError } from "../../../errors.ts";
import type { LiveObject, Manifest, ManifestRefusal } from "../../../facets/manifests.ts";
import type { ProjectClient } from "../../client.ts";
import { flavorsOf, subnetsOf, zonesOf } from "../../offers.ts";
import type { Turn } from "../../places/turn.ts";
import { flag } from "../../wire.ts";
import { unavailable, type Offers } from "./balancer.ts";
import { balancerBeside, targetBeside, type Balancer, type Target } from "./beside.ts";

export interface Checked {
  readonly turn: Turn;
  readonly client: ProjectClient;
  readonly signal: AbortSignal;
  /** In messages, such as: Create Service shop/web. */
  readonly operation: string;
}

/** Throws CloudError of which the message names what is not there. Sends nothing but reads. */
export async function assertService(manifest: Manifest, live: LiveObject | undefined, checked: Checked): Promise<void> {
  const target = targetBeside(manifest);
  if (target !== undefined) await assertTarget(target, checked);
  const balancer = balancerBeside(manifest);
  const isNew = live === undefined || !isDeepStrictEqual(balancerBeside(live), balancer);
  if (balancer && isNew) await assertBalancer(balancer, live === undefined, checked);
}

/** The cloud makes the selector of it. */
async function assertTarget({ kind, name }: Target, { turn, operation }: Checked): Promise<void> {
  const query = [["workload_type", kind]] as const;
  const found = await turn.find({ operation: "GetWorkload", names: { name }, query }, z.unknown());
  if (found !== "Absent") return;
  throw new CloudError("Busy", { message: `${operation} waits for ${kind} ${name}, which is not there`, advice: "" });
}

async function assertBalancer(
  balancer: Balancer,
  isMade: boolean,
  { client, signal, operation }: Checked,
): Promise<void> {
  const offers = await offersOf(client, signal);
  if (!offers.hasOctavia) {
    const message = `${operation}: Octavia is not installed, so that there are no load balancers of a Service's own. Take easystack.services[].loadBalancer out`;
    throw new CloudError("Rejected", { message, codes: ["NotSupportedByCloud"], advice: "" });
  }
  if (isMade && offers.licences === 0) {
    throw new CloudError("QuotaExceeded", {
      message: `${operation}: no licence for a load balancer is left`,
      advice: "",
    });
  }
  assertNone(unavailable(balancer, offers), operation);
}

/** Throws CloudError Rejected, whose causes are these. */
export function assertNone(refusals: readonly ManifestRefusal[], operation: string): void {
  if (refusals.length === 0) return;
  const message = refusals.map(({ path, message: why }) => `${path}: ${why}`).join("; ");
  const causes = refusals.map(({ path, message: why }) => ({ field: path, message: why }));
  throw new CloudError("Rejected", { message: `${operation}: ${message}`, causes, advice: "" });
}

/** Misspelt in the reference. */
const limit = z.object({ REPLCAS_LIMIT: z.coerce.number().optional(), REPLICAS_LIMIT: z.coerce.number().optional() });
const octavia = z.object({ octavia: z.object({ is_installed: flag }) });
const licences = z.object({ available: z.coerce.number().nullish() });

async function offersOf(client: ProjectClient, signal: AbortSignal): Promise<Offers> {
  const installed = await client.read({ operation: "GetOctavia", signal }, octavia);
  const nothing = { licences: undefined, zones: [], flavors: [], subnets: [], mostReplicas: undefined };
  if (!installed.value.octavia.is_installed) return { hasOctavia: false, ...nothing };
  const [zones, flavors, subnets, replicas, licence] = await Promise.all([
    zonesOf(client, signal),
    flavorsOf(client, signal),
    subnetsOf(client, { query: SUBNETS_QUERY, signal }),
    client.read({ operation: "GetReplicasLimit", signal }, limit),
    client.read({ operation: "GetBalancerLicences", signal }, licences),
  ]);
  return {
    hasOctavia: true,
    licences: licence.value.available ?? undefined,
    zones,
    flavors: flavors.flatMap(({ id, name }) => [name, id]),
    subnets: subnets.map(({ id }) => id),
    mostReplicas: replicas.value.REPLCAS_LIMIT ?? replicas.value.REPLICAS_LIMIT,
  };
}

/** As printed. */
const SUBNETS_QUERY = [
  ["is_router_external", "false"],
  ["is_connect_router", "true"],
  ["all_projects", "true"],
] as const;
