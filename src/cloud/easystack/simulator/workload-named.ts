// The workload that a request names (1.21): by the path, and by `workload_type` in the query.
import { Refusal } from "../../simulation/refusal.ts";
import type { WorkloadType } from "./forms/strategy.ts";
import { WORKLOAD_TYPES } from "./forms/strategy.ts";
import type { Workload } from "./forms/workload.ts";
import type { Objects } from "./kube/objects.ts";
import type { Request } from "./request.ts";
import { part, query } from "./wire.ts";

/** Throws 400 for what is none. */
export function workloadType(text: string | undefined): WorkloadType {
  const type = WORKLOAD_TYPES.find((one) => one === text);
  if (type === undefined) throw new Refusal(400, `must be one of ${WORKLOAD_TYPES.join(", ")}`, "workload_type");
  return type;
}

/** In the current place. Throws 404. */
export async function named(request: Request): Promise<{ objects: Objects; workload: Workload }> {
  const objects = request.objects();
  const type = workloadType(query(request.call, "workload_type"));
  return { objects, workload: await objects.require(type, part(request.call, "name")) };
}
