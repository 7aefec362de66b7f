// What the cases of the inventory facet work with. The calls of the API document that a case covers stand at the end of its title:
// docs/clouds/bcs-calls.md is generated from them.
import type { InventoryFacet, RecordKey } from "../../src/cloud/facets/inventory.ts";
import { grantWrite } from "../../src/cloud/permit.ts";
import type { InventorySample } from "./suite.ts";
import { never, type Stand } from "./stand.ts";

export interface InventorySubject {
  readonly stand: Stand;
  readonly sample: InventorySample;
  readonly facet: InventoryFacet;
}

export const CLUSTER = "BCS-K8S-40001";
export const permit = grantWrite(never);
export const HOUR_S = 3_600;

export function recordKey(name: string, namespace: string | undefined = "team"): RecordKey {
  return { clusterId: CLUSTER, namespace, type: "YunfanThing", name };
}
