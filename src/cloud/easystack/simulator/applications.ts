// Applications (1.2), normal ones and hybrid ones (1.8): creation with all that belongs to one, lists, power, deletion.
import * as z from "zod";
import { parseInput, parseJson, Refusal } from "../../simulation/refusal.ts";
import { appLabels, appSelectorOf } from "./app-labels.ts";
import type { ApplicationForm } from "./application-form.ts";
import { application, applicationType, checkForm } from "./application-form.ts";
import { applicationId, applicationsIn, changeMembers, findApplication } from "./application-state.ts";
import { applicationsOnWire, membersOf } from "./application-view.ts";
import { inBatch } from "./batch.ts";
import { draft } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import type { Operations, Request } from "./request.ts";
import { addServers, deleteServers } from "./servers.ts";
import type { Application, Ecns } from "./state.ts";
import { amend, newEntity } from "./state.ts";
import { bodyOf, deleted, ok, pageOf, part, query } from "./wire.ts";
import { createWorkload } from "./workload-creation.ts";
import { workloadType } from "./workload-named.ts";
import { isStopped, setPower } from "./workload-power.ts";
import { sceneOf, servicesOf } from "./workload-view.ts";

const named = z.object({ name: z.string(), type: applicationType.nullish() });

const several = z.object({ applications: z.array(z.union([z.string().transform((name) => ({ name })), named])) });

const RESOURCES = ["workload", "service", "all"];

export function applicationOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  const type = ({ call }: Request): Application["type"] =>
    parseInput(z.object({ type: applicationType.default("Normal") }), { type: query(call, "type") }).type;
  const show = async (objects: Objects, request: Request, one: Application): Promise<object> => {
    const [shown = {}] = await applicationsOnWire(objects, [one], { view: request.view, ecns });
    return shown;
  };
  const each = async (request: Request, act: (one: Application, objects: Objects) => Promise<void>): Promise<void> => {
    const { applications } = bodyOf(request.call, several);
    const objects = request.objects();
    await inBatch(rules, applications, (wanted) => {
      const asType = "type" in wanted ? (wanted.type ?? undefined) : undefined;
      return act(findApplication(ecns, objects.place, wanted.name, asType), objects);
    });
  };
  return {
    122: {
      empty: { applications_info: [] },
      handle: async (request) => {
        const objects = request.objects();
        const { cluster, namespace } = objects.place;
        const all = request.view
          .list("applications")
          .filter((one) => one.cluster === cluster && one.namespace === namespace && one.type === type(request));
        const page = pageOf(all, request.call, rules);
        return ok({ applications_info: await applicationsOnWire(objects, page, { view: request.view, ecns }) });
      },
    },
    123: async (request) => {
      const form = parseInput(application, unwrapped(request));
      const objects = request.objects();
      const made = await create(request, form, { objects, ecns });
      return ok({ application_info: await show(objects, request, made) });
    },
    124: async (request) => {
      const body = z.object({ description: z.string(), type: applicationType.nullish() });
      const change = parseInput(body, unwrapped(request));
      const objects = request.objects();
      const wanted = change.type ?? query(request.call, "type");
      const before = findApplication(ecns, objects.place, part(request.call, "name"), wanted);
      if (before.description !== change.description) {
        amend(ecns, "applications", before.id, { description: change.description });
        request.effect.mark();
      }
      const after = { ...before, description: change.description };
      return ok({ application_info: await show(objects, request, after) });
    },
    125: async (request) => {
      const objects = request.objects();
      const found = findApplication({ store: request.view }, objects.place, part(request.call, "name"), type(request));
      return ok({ application_info: await show(objects, request, found) });
    },
    126: async (request) => {
      await each(request, async (one, objects) => {
        const stopped = (await membersOf(objects, one)).filter(isStopped);
        if (stopped.length === 0) throw new Refusal(409, `the application ${one.name} is running already`);
        for (const { kind, metadata } of stopped) {
          await setPower(objects, { type: workloadType(kind), name: metadata.name, power: "start" }, ecns);
        }
      });
      return ok();
    },
    127: async (request) => {
      await each(request, async (one, objects) => {
        for (const { kind, metadata } of await membersOf(objects, one)) {
          await setPower(objects, { type: workloadType(kind), name: metadata.name, power: "recreate" }, ecns);
        }
      });
      return ok();
    },
    128: async (request) => {
      const resources = resourcesOf(request);
      await each(request, (one, objects) => remove(one, { objects, resources, request, ecns }));
      return deleted(rules);
    },
  };
}

/** The reference heads the request's members with the name of their type: the type's members, bare or within `application`. */
function unwrapped({ call }: Request): unknown {
  const body = parseJson(call.body);
  const { application: inner } = (body ?? {}) as { application?: unknown };
  return typeof inner === "object" && inner !== null ? inner : body;
}

interface Making {
  readonly objects: Objects;
  readonly ecns: Ecns;
}

/** In this order: the application, its configurations, its workloads, its servers. Where one is refused, the rest is there. */
async function create(request: Request, form: ApplicationForm, making: Making): Promise<Application> {
  const { objects, ecns } = making;
  const { name, type } = form;
  const there = applicationsIn(ecns, objects.place).find((one) => one.name === name && one.type === type);
  if (there !== undefined) {
    if (ecns.rules.duplicateNames === "Allow") return there;
    throw new Refusal(409, `the application ${name} already exists`);
  }
  checkForm(form, objects.place, ecns);
  const made = newApplication(form, making);
  ecns.store.put("applications", made);
  request.effect.mark();
  await fill(made, form, making);
  return ecns.store.get("applications", made.id) ?? made;
}

function newApplication(form: ApplicationForm, { objects: { place }, ecns }: Making): Application {
  const { name, type, description, vm_network: network, virtual_machines: machines } = form;
  return {
    ...newEntity(ecns, name, applicationId(ecns, place, name, type)),
    ...place,
    type,
    description: description ?? "",
    members: [],
    virtualMachines: machines ?? [],
    network: network ?? null,
  };
}

async function fill(made: Application, form: ApplicationForm, { objects, ecns }: Making): Promise<void> {
  const { name, type } = made;
  for (const { name: configName, config } of form.configmaps ?? []) {
    const metadata = { name: configName, labels: appLabels(name) };
    await objects.create(draft("ConfigMap", metadata, { data: config }));
  }
  for (const one of form.workloads ?? []) {
    const { type: kind, name: member } = one.workload_base;
    await createWorkload(objects, { ...one, application_name: name, application_type: type });
    changeMembers(ecns, made.id, { type: kind, name: member }, true);
  }
  for (const machine of made.virtualMachines) addServers(ecns, made, machine);
}

/** "service has to be given together with workload." */
function resourcesOf({ call }: Request): readonly string[] {
  const resources = (query(call, "resource") ?? "").split(",").filter(Boolean);
  const unknown = resources.find((one) => !RESOURCES.includes(one));
  if (unknown !== undefined) throw new Refusal(400, `must be some of ${RESOURCES.join(", ")}`, "resource");
  if (resources.includes("service") && !resources.includes("workload")) {
    throw new Refusal(400, "service wants workload beside it", "resource");
  }
  return resources;
}

interface Removal extends Making {
  readonly resources: readonly string[];
  readonly request: Request;
}

/** Without `resource` all that belongs to it stays, servers too; only `all` takes them. */
async function remove(one: Application, { objects, resources, request, ecns }: Removal): Promise<void> {
  const isAll = resources.includes("all");
  const members = isAll || resources.includes("workload") ? await membersOf(objects, one) : [];
  const scene = await sceneOf(objects);
  for (const workload of members) {
    await objects.remove(workloadType(workload.kind), workload.metadata.name);
    const services = isAll || resources.includes("service") ? servicesOf(workload, scene) : [];
    for (const { metadata } of services) await objects.remove("Service", metadata.name);
  }
  if (isAll) await removeRest(one, objects);
  if (isAll) deleteServers(ecns, one);
  ecns.store.remove("applications", one.id);
  request.effect.mark();
}

async function removeRest({ name }: Application, objects: Objects): Promise<void> {
  for (const kind of ["ConfigMap", "Service", "Ingress"] as const) {
    for (const { metadata } of await objects.list(kind, appSelectorOf(name))) await objects.remove(kind, metadata.name);
  }
}
