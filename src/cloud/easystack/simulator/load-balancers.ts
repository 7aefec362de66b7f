// Dedicated load balancers (1.23): what there is for them, and the refusal of one that cannot be.
import { Refusal } from "../../simulation/refusal.ts";
import { dedicatedBalancer } from "./forms/access.ts";
import type { Admission } from "./kube/clusters.ts";
import { hasOffer, offersOf } from "./offers.ts";
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { ok, unnamed } from "./wire.ts";

/** Of a balancer that is active on several servers. */
const REPLICAS_LIMIT = 5;

const BORN = "2023-07-04T00:00:00Z";

export function loadBalancerOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  const { lists, spelling } = rules;
  const empty = (name: string): unknown => (lists === "Bare" ? [] : { [name]: [] });
  return {
    77: {
      empty: empty("availability_zones"),
      handle({ view }) {
        const zones = offersOf(view, "Zone").map(({ name, enabled }) => ({ name, state: { available: enabled } }));
        return unnamed(rules, "availability_zones", zones);
      },
    },
    78: {
      empty: empty("flavors"),
      handle({ view }) {
        const flavors = offersOf(view, "Flavor").map(({ name, nativeId, enabled }) => ({
          description: "",
          id: nativeId,
          is_disabled: !enabled,
          is_public: true,
          is_recommend: true,
          name,
          ram: 2048,
          vcpus: 1,
        }));
        return unnamed(rules, "flavors", flavors);
      },
    },
    79: {
      empty: empty("subnets"),
      handle({ view }) {
        const subnets = offersOf(view, "Subnet").map(({ name, nativeId }) => ({
          updated_at: BORN,
          revision_number: 0,
          project_id: rules.organisation.projectId,
          network_id: offersOf(view, "Network")[0]?.nativeId ?? "",
          name,
          is_dhcp_enabled: true,
          ip_version: 4,
          id: nativeId,
          gateway_ip: "10.30.0.1",
          description: "",
          created_at: BORN,
          cidr: "10.30.0.0/24",
          allocation_pools: [{ start: "10.30.0.2", end: "10.30.0.254" }],
        }));
        return unnamed(rules, "subnets", subnets);
      },
    },
    80: () => ok({ [spelling === "Printed" ? "REPLCAS_LIMIT" : "REPLICAS_LIMIT"]: REPLICAS_LIMIT }),
    81: () => ok({ octavia: { is_installed: rules.octavia } }),
    82() {
      const used = dedicatedCount(ecns);
      const available = Math.max(0, rules.lbLicenses - used);
      return ok({ available, delta: used, hard_limit: rules.lbLicenses, resource: "loadbalancer" });
    },
  };
}

export function dedicatedCount({ store }: Pick<Ecns, "store">): number {
  return store.list("loadbalancers").filter(({ dedicated }) => dedicated).length;
}

/** Refuses the Service of a dedicated balancer that cannot be made, by form and by YAML. */
export function balancerAdmission(ecns: Pick<Ecns, "store" | "rules">): Admission {
  return (_objects, manifest) => {
    if (manifest.kind !== "Service") return;
    const wanted = dedicatedBalancer(manifest);
    if (wanted === undefined) return;
    const { store, rules } = ecns;
    if (!rules.octavia) throw new Refusal(501, "Octavia is not installed");
    if (dedicatedCount(ecns) >= rules.lbLicenses) {
      throw new Refusal(403, "no licence for a load balancer is left");
    }
    const named = [
      ["Zone", wanted.availability_zone_profile?.availability_zone_data.compute_zone],
      ["Flavor", wanted.flavor_profile?.flavor_data.compute_flavor],
      ["Subnet", wanted.loadbalancer.vip_subnet_id],
    ] as const;
    const missing = named.find(([kind, name]) => name && !hasOffer(store, kind, name));
    if (missing !== undefined) throw new Refusal(400, `there is no ${missing[0]} ${missing[1]}`, "external");
  };
}
