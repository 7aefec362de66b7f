// Workloads (1.21): creation, list, membership in applications, deletion.
import * as z from "zod";
import { changeMembers, findApplication } from "./application-state.ts";
import { inBatch } from "./batch.ts";
import type { WorkloadType } from "./forms/strategy.ts";
import { WORKLOAD_TYPES } from "./forms/strategy.ts";
import { workload, workloadBase } from "./forms/workload.ts";
import type { Objects } from "./kube/objects.ts";
import type { Operations, Request } from "./request.ts";
import type { Ecns } from "./state.ts";
import { bodyOf, deleted, ok, pageOf, query } from "./wire.ts";
import { workloadType } from "./workload-named.ts";
import { createWorkload } from "./workload-creation.ts";
import { autoscalerOf, sceneOf, servicesOf, workloadOnWire } from "./workload-view.ts";

const creation = z.object({ workloads: z.array(workload) });

const gathering = z.object({ application_name: z.string(), workloads_base: z.array(workloadBase) });

const yes = z
  .union([z.boolean(), z.string().transform((text) => text === "true")])
  .nullish()
  .transform(Boolean);

const deletion = z.object({
  workloads_base: z.array(workloadBase),
  delete_policy: z.enum(["Foreground", "Background"]).nullish(),
  force_delete: yes,
  delete_service: yes,
});

export function workloadOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  const gather = (attach: boolean) => async (request: Request) => {
    const { application_name: name, workloads_base: bases } = bodyOf(request.call, gathering);
    const objects = request.objects();
    const application = findApplication(ecns, objects.place, name);
    await inBatch(rules, bases, async ({ type, name: member }) => {
      if (attach) await objects.require(type, member);
      if (changeMembers(ecns, application.id, { type, name: member }, attach)) request.effect.mark();
    });
    return ok();
  };
  return {
    92: async (request) => {
      const { workloads } = bodyOf(request.call, creation);
      const objects = request.objects();
      await inBatch(rules, workloads, async (form) => {
        const { name, type } = form.workload_base;
        const application = form.application_name;
        // Before anything is made: a workload for an application that is not there is refused.
        const owner = application ? findApplication(ecns, objects.place, application) : undefined;
        if (owner === undefined && (await isThere(objects, type, name, ecns))) return;
        await createWorkload(objects, form);
        if (owner !== undefined) changeMembers(ecns, owner.id, { type, name }, true);
      });
      return ok();
    },
    93: gather(true),
    94: gather(false),
    95: async (request) => {
      const { workloads_base: bases, delete_policy: policy, ...flags } = bodyOf(request.call, deletion);
      const objects = request.objects();
      const removal = { propagation: policy ?? undefined, force: flags.force_delete };
      await inBatch(rules, bases, async ({ type, name }) => {
        const found = await objects.require(type, name);
        const scene = await sceneOf(objects);
        await objects.remove(type, name, removal);
        const autoscaler = autoscalerOf(found, scene);
        if (autoscaler !== undefined) await objects.remove("HorizontalPodAutoscaler", autoscaler.metadata.name);
        const services = flags.delete_service ? servicesOf(found, scene) : [];
        for (const { metadata } of services) await objects.remove("Service", metadata.name);
      });
      return deleted(rules);
    },
    99: {
      empty: { workloads: [] },
      handle: async (request) => {
        const objects = request.objects();
        const type = query(request.call, "workload_type");
        const types = type === undefined ? WORKLOAD_TYPES : [workloadType(type)];
        const [scene, ...lists] = await Promise.all([sceneOf(objects), ...types.map((one) => objects.list(one))]);
        const page = pageOf(lists.flat(), request.call, rules);
        return ok({ workloads: page.map((found) => workloadOnWire(found, scene, ecns)) });
      },
    },
  };
}

/** With `--duplicate-names Allow`, a create with a name in use changes nothing. */
async function isThere(objects: Objects, type: WorkloadType, name: string, { rules }: Ecns): Promise<boolean> {
  return rules.duplicateNames === "Allow" && (await objects.get(type, name)) !== undefined;
}
