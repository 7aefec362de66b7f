// What a workload's form makes (1.21): claims, the workload, its services and routes, its autoscaler.
import type { AccessMode } from "./forms/access.ts";
import { toRules, toService } from "./forms/access.ts";
import { toAutoscaler } from "./forms/strategy.ts";
import type { Workload, WorkloadForm } from "./forms/workload.ts";
import { claimsOf, selectorOf, toWorkload } from "./forms/workload.ts";
import { appLabels } from "./app-labels.ts";
import type { Typed } from "./kube/manifest.ts";
import { draft } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";

/** In this order; where one is refused, what went before it is there. */
export async function createWorkload(objects: Objects, form: WorkloadForm): Promise<Workload> {
  const { name, type } = form.workload_base;
  const application = form.application_name ?? undefined;
  if (type !== "StatefulSet") for (const claim of claimsOf(form, name)) await objects.create(claim);
  const made = await objects.create(toWorkload(form));
  for (const mode of form.access_mode ?? []) await addAccess(objects, made, { mode, application });
  if (form.scale_strategy) await objects.create(toAutoscaler(type, name, form.scale_strategy));
  return made;
}

interface Access {
  readonly mode: AccessMode;
  readonly application?: string | undefined;
}

/** A Service in front of the workload, named by the server where the form names none, and the routes to it. */
export async function addAccess(objects: Objects, workload: Workload, { mode, application }: Access): Promise<void> {
  const { name } = workload.metadata;
  const labels = appLabels(application);
  const service = mode.name || (await freeName(objects, name));
  await objects.create(toService(mode, { metadata: { name: service, labels }, selector: selectorOf(workload) }));
  const routers = mode.access.flatMap((port) =>
    (port.routers ?? []).map(({ domain, path, target_service: target, service_port: number }) => ({
      domain,
      path,
      target_service: target || service,
      service_port: number || (port.port ?? 80),
    })),
  );
  if (routers.length === 0) return;
  const route: Typed<"Ingress"> = draft("Ingress", { name: service, labels }, { spec: { rules: toRules(routers) } });
  await objects.create(route);
}

/** `web-svc`, `web-svc-2`, … */
async function freeName(objects: Objects, workload: string): Promise<string> {
  const taken = new Set((await objects.list("Service")).map(({ metadata }) => metadata.name));
  const base = `${workload}-svc`;
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.has(name)) return name;
  }
}
