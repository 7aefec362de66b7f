// Wire formats of applications and their servers (1.2, 1.8).
import * as z from "zod";
import {
  WORKLOAD_KINDS,
  type Application,
  type ApplicationServer,
  type ApplicationWorkload,
} from "../facets/applications.ts";
import { lenientObject, listOf, optionalText, text } from "../kit/wire.ts";
import type { ApplicationFacts } from "./blocks-application.ts";
import { certainInstant } from "./times.ts";
import { whole } from "./wire.ts";

export const SORTS = ["Normal", "Hybrid"] as const;
export type Sort = (typeof SORTS)[number];

const count = whole.optional().catch(undefined);

/** `security_groups` and the like are not read; passwords, which may be among what is told, least of all. */
const base = z.object({ name: z.string().min(1), type: z.enum(WORKLOAD_KINDS), replicas: count });

const workloadStatus = lenientObject({
  workload_base: base.optional().catch(undefined),
  status: text,
  ready_replicas: count,
  available_replicas: count,
  unavailable_replicas: count,
});

const instance = lenientObject({ name: text, id: text, status: text, internal_ip: text });

const machine = z.object({
  name: z.string().min(1),
  status: text,
  application_name: text,
  vm_instances: listOf(instance).catch([]),
});

export type MachineOnWire = z.output<typeof machine>;

const info = z.object({
  application: z.object({
    name: z.string().min(1),
    description: text,
    type: optionalText,
    workloads: listOf(lenientObject({ workload_base: base.optional().catch(undefined) })).catch([]),
  }),
  application_status: lenientObject({ creation_time: text, status: text }),
  workloads_status: listOf(workloadStatus).catch([]),
  // Left out by whoever shows servers by their own call alone.
  vms_status: z.array(machine).optional().catch(undefined),
});

export type ApplicationOnWire = z.output<typeof info>;

export const applicationList = z
  .object({ applications_info: listOf(info) })
  .transform(({ applications_info: list }) => list);

export const applicationAnswer = z.object({ application_info: info }).transform((answer) => answer.application_info);

/** The table of 1.8 names no member that holds the list. */
export const machineList = z.union([
  z.array(machine),
  z.object({ virtualmachines: listOf(machine) }).transform(({ virtualmachines: list }) => list),
]);

export const machineAnswer = machine;

const pod = lenientObject({ name: text, creation_time: text, status: text });

export const podList = z.union([z.array(pod), z.object({ pods: listOf(pod) }).transform(({ pods }) => pods)]);

/** At the end of the description: ` [yunfan:NONCE]`. */
const MARK = / ?\[yunfan:([a-z0-9-]{1,128})\]$/;

export function descriptionWith(description: string, mark: string | undefined): string {
  const marked = mark === undefined ? [] : [`[yunfan:${mark}]`];
  return [...(description === "" ? [] : [description]), ...marked].join(" ");
}

export interface EasyStackApplication extends Application {
  readonly sort: Sort;
  /** Names of its servers' declarations that are there. */
  readonly machines: readonly string[];
  readonly told: ApplicationFacts;
}

/** `place`: CLUSTER/NAMESPACE. `sort`: that it was asked for by, where the answer does not say it. */
export function applicationOf(
  wire: ApplicationOnWire,
  { place, sort, machines }: { place: string; sort: Sort; machines: readonly MachineOnWire[] },
): EasyStackApplication {
  const { application, application_status: state } = wire;
  const { name, description } = application;
  const mark = MARK.exec(description)?.[1];
  const born = state.creation_time;
  return {
    id: `${place}/${name}`,
    name,
    createdAtMs: certainInstant(born),
    incarnation: born === "" ? mark : born,
    cloudPhase: state.status,
    description: description.replace(MARK, ""),
    mark,
    workloads: workloadsOf(wire),
    servers: serversOf(machines),
    isStopped: state.status === "Stopped",
    sort,
    machines: machines.map((one) => one.name),
    told: factsOf(sort, machines),
  };
}

function factsOf(sort: Sort, machines: readonly MachineOnWire[]): ApplicationFacts {
  if (sort === "Normal") return { type: sort };
  return { type: sort, virtualMachines: machines.map(factOf).toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

function factOf({ name, status, vm_instances: instances }: MachineOnWire) {
  return {
    name,
    state: status,
    instances: instances
      .map((one) => ({ name: one.name, id: one.id, state: one.status, internalIp: one.internal_ip }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function serversOf(machines: readonly MachineOnWire[]): readonly ApplicationServer[] {
  return machines.flatMap(({ name: machineName, status, vm_instances: instances }) =>
    instances.length === 0
      ? [{ id: machineName, name: machineName, state: serverState(status) }]
      : instances.map(({ id, name, status: state }) => ({ id, name, state: serverState(state) })),
  );
}

/** OpenStack's words, which the reference does not list. */
const SERVER_STATES: Readonly<Record<string, ApplicationServer["state"]>> = {
  active: "Active",
  running: "Active",
  build: "Working",
  building: "Working",
  creating: "Working",
  processing: "Working",
  deleting: "Working",
  reboot: "Working",
  rebuild: "Working",
  shutoff: "Off",
  stopped: "Off",
  paused: "Off",
  suspended: "Off",
  error: "Failed",
  failed: "Failed",
};

function serverState(word: string): ApplicationServer["state"] {
  return SERVER_STATES[word.toLowerCase()] ?? "Unknown";
}

/** States, and those that have none yet. */
function workloadsOf({ application, workloads_status: states }: ApplicationOnWire): readonly ApplicationWorkload[] {
  const shown = states.flatMap((state) => {
    const { workload_base: one } = state;
    if (!one) return [];
    const { ready_replicas: ready = 0, available_replicas: available = ready } = state;
    const counted = available + (state.unavailable_replicas ?? 0);
    const desired = one.type === "DaemonSet" ? counted : (one.replicas ?? counted);
    return [{ kind: one.type, name: one.name, state: wordOf(state.status), ready, desired, isStopped: desired === 0 }];
  });
  const stateless = application.workloads.flatMap(({ workload_base: one }) => {
    if (!one || shown.some(({ kind, name }) => kind === one.type && name === one.name)) return [];
    const { replicas: desired = 1 } = one;
    return [{ kind: one.type, name: one.name, state: "", ready: 0, desired, isStopped: one.replicas === 0 }];
  });
  return [...shown, ...stateless].toSorted((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1));
}

/** As the reference's table of states has it, with three n. */
function wordOf(state: string): string {
  return state.replace(/^Runn+ing$/, "Running");
}
