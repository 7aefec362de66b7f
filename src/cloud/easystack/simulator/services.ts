// Services (1.19): by form, with what each reaches found out from the labels that it selects.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { appSelector, shownLabels } from "./app-labels.ts";
import { inBatch } from "./batch.ts";
import { accessMode, accessModeOf, toService } from "./forms/access.ts";
import { WORKLOAD_TYPES } from "./forms/strategy.ts";
import type { Workload } from "./forms/workload.ts";
import { isSelected, selectorOf } from "./forms/workload.ts";
import type { Typed } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { surroundings } from "./surroundings.ts";
import { bodyOf, deleted, ok, part, stamp } from "./wire.ts";

const service = z.object({
  access_mode: accessMode,
  target_workload: z.string(),
  workload_type: z.enum(WORKLOAD_TYPES),
  labels: z.record(z.string(), z.string()).nullish(),
});

const body = z.object({ service });

export function serviceOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  return {
    72: {
      empty: { services: [] },
      handle: async (request) => {
        const objects = request.objects();
        const [found, show] = await Promise.all([objects.list("Service", appSelector(request)), shower(objects, ecns)]);
        return ok({ services: found.map(show) });
      },
    },
    73: async (request) => {
      // Node ports are the cluster's, whoever's namespace they are from.
      const found = await request.objects().listAll("Service");
      const ports = found.flatMap(({ spec }) => (spec?.ports ?? []).flatMap(({ nodePort }) => nodePort ?? []));
      return ok({ nodeports: [...new Set(ports)].sort((left, right) => left - right) });
    },
    74: async (request) => {
      const form = bodyOf(request.call, body).service;
      const objects = request.objects();
      const metadata = { name: part(request.call, "name"), labels: form.labels ?? {} };
      const made = await objects.create(
        toService(form.access_mode, { metadata, selector: await behind(objects, form) }),
      );
      return ok({ service: (await shower(objects, ecns))(made) });
    },
    75: async (request) => {
      const form = bodyOf(request.call, body).service;
      const objects = request.objects();
      const before = await objects.require("Service", part(request.call, "name"));
      const labels = { ...before.metadata.labels, ...form.labels };
      const wanted = toService(form.access_mode, {
        metadata: { ...before.metadata, labels },
        selector: await behind(objects, form),
      });
      const keepsIp = wanted.spec?.type !== "ExternalName" && before.spec?.clusterIP !== undefined;
      const spec = keepsIp ? { clusterIP: before.spec?.clusterIP, ...wanted.spec } : wanted.spec;
      await objects.replace({ ...wanted, spec } as Typed<"Service">);
      return ok();
    },
    76: async (request) => {
      const { service: names } = bodyOf(request.call, z.object({ service: z.array(z.string()) }));
      const objects = request.objects();
      await inBatch(rules, names, (name) => objects.remove("Service", name));
      return deleted(rules);
    },
  };
}

/** Shows a Service with what lies around it now. */
async function shower(objects: Objects, ecns: Ecns): Promise<(found: Typed<"Service">) => object> {
  const [routes, workloads] = await Promise.all([objects.list("Ingress"), workloadsIn(objects)]);
  const around = surroundings(objects.place, routes, ecns);
  return (found) => ({
    access_mode: accessModeOf(found, around),
    ...targetOf(found, workloads),
    labels: shownLabels(found.metadata.labels),
    creation_time: stamp(ecns.rules, found.metadata.creationTimestamp),
  });
}

async function workloadsIn(objects: Objects): Promise<Workload[]> {
  return (await Promise.all(WORKLOAD_TYPES.map((type) => objects.list(type)))).flat();
}

/** The labels of the workload's pods. An external name needs no workload to be there. Throws 404. */
async function behind(objects: Objects, form: z.output<typeof service>): Promise<Record<string, string> | undefined> {
  if (form.access_mode.type === "ExternalName") return undefined;
  const found = await objects.get(form.workload_type, form.target_workload);
  if (found !== undefined) return selectorOf(found);
  throw new Refusal(404, `there is no ${form.workload_type} ${form.target_workload}`, "target_workload");
}

/** The first workload whose pods it selects; empty where there is none. */
function targetOf({ spec }: Typed<"Service">, workloads: readonly Workload[]): object {
  const selector = spec?.selector;
  const target = workloads.find((one) => isSelected(selector, one.spec?.template.metadata?.labels));
  return { target_workload: target?.metadata.name ?? "", workload_type: target?.kind ?? "" };
}
