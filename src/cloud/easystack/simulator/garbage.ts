// The registry's storage and its garbage collection (1.9).
import * as z from "zod";
import { isCollecting, STORAGE, startCollection } from "./registry.ts";
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { amend } from "./state.ts";
import { bodyOf, ok } from "./wire.ts";

export function garbageOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  return {
    29({ view }) {
      const { free, total } = view.get("registry", STORAGE.id) ?? STORAGE;
      return ok({ storage: { free, total } });
    },
    30({ call }) {
      const { type } = bodyOf(call, z.object({ type: z.enum(["Manual", "None"]) }));
      if (type === "Manual") startCollection(ecns);
      // Harbor's cannot be stopped; "None" ends a schedule.
      else if (rules.gcStop === "Stops") stopAll(ecns);
      return ok();
    },
    31: () => ok({ job_status: isCollecting(ecns) ? "pending" : "finished" }),
  };
}

/** What a collection that was stopped has not freed stays garbage. */
function stopAll(ecns: Ecns): void {
  for (const { id, state } of ecns.store.list("collections")) {
    if (state === "Running") amend(ecns, "collections", id, { state: "Finished" });
  }
}
