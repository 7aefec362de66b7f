// The sections of a workload (1.21): which of them a change touches, the call that carries each, and the read that shows it afterwards.
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { LiveObject, Manifest, ManifestRefusal, ObjectChange } from "../../../facets/manifests.ts";
import type { CallHere } from "../../places/turn.ts";
import { BESIDE, logsBeside } from "./beside.ts";
import { CHOSEN_BY_CLOUD } from "./chosen.ts";
import { containerForm, containersOf, logsOf, toContainers, type Known } from "./containers.ts";
import { Fields, type Read } from "./fields.ts";
import { networkForm, networkOf, toNetwork } from "./network.ts";
import { schedulingOf, strategyForm, toScheduling } from "./scheduling.ts";
import { toUpdate, updateOf, type UpdateForm, type WorkloadType } from "./strategy.ts";
import { workloadForm } from "./workload.ts";

type Members = Readonly<Record<string, unknown>>;

interface Section<Form> {
  /** As the query has it. */
  readonly action: string;
  /** The part of a workload that it carries, by paths. */
  readonly carries: readonly (readonly string[])[];
  /** The body that carries it, out of the whole workload. */
  readonly form: (workload: Manifest, known: Known) => Read<Form>;
  /** What a body means, as far as it is to be seen afterwards. */
  readonly meaning: (form: Form, type: WorkloadType, known: Known) => unknown;
  readonly view: View<Form>;
}

interface View<Form> {
  readonly operation: "GetWorkload" | "GetContainers" | "GetScheduling" | "GetNetwork";
  readonly shown: z.ZodType<Form>;
}

const POD: readonly string[] = ["spec", "template", "spec"];

const inPod = (...names: readonly string[]): readonly (readonly string[])[] => names.map((name) => POD.concat(name));

const CONTAINERS = ["containers", "initContainers", "imagePullSecrets", "hostPID", "hostIPC"] as const;
const SCHEDULING = ["nodeSelector", "affinity"] as const;
const NETWORK = ["hostNetwork", "dnsPolicy", "hostAliases"] as const;
const UPDATE = ["strategy", "updateStrategy", "minReadySeconds"] as const;

const detail = <T>(read: (workload: z.output<typeof workloadForm>) => T) =>
  z.object({ workload: workloadForm }).transform(({ workload }) => read(workload));

/** The reference says one where several are meant. */
const oneOrMany = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item), item.transform((one) => [one]), z.null().transform((): z.output<T>[] => [])]);

function section<Form>(given: Section<Form>): Section<unknown> {
  return given as Section<unknown>;
}

const SECTIONS: readonly Section<unknown>[] = [
  section({
    action: "labels",
    carries: [["metadata", "labels"]],
    form: ({ metadata }) => ({ made: { labels: metadata.labels ?? {} }, refusals: [] }),
    meaning: ({ labels }) => labels,
    view: { operation: "GetWorkload", shown: detail(({ labels }) => ({ labels: labels ?? {} })) },
  }),
  section({
    action: "scale",
    carries: [["spec", "replicas"]],
    form: (workload) => part(workload, ["spec"], ["replicas"], (spec) => ({ replicas: spec.whole("replicas") ?? 1 })),
    meaning: (form) => form,
    view: {
      operation: "GetWorkload",
      shown: detail(({ workload_base: { replicas } }) => ({ replicas: replicas ?? 1 })),
    },
  }),
  section({
    action: "containers",
    carries: [...inPod(...CONTAINERS), ["metadata", "annotations", BESIDE.logs]],
    form: (workload, known) =>
      part(workload, POD, CONTAINERS, (pod) => ({ containers: toContainers(pod, logsBeside(workload), known) })),
    meaning: ({ containers }, _type, { registry }) => ({
      ...containersOf(containers, registry),
      logs: logsOf(containers),
    }),
    view: { operation: "GetContainers", shown: z.object({ containers: z.array(containerForm) }) },
  }),
  section({
    action: "update_strategy",
    carries: UPDATE.map((name) => ["spec", name]),
    form: (workload) => part(workload, ["spec"], UPDATE, (spec) => updateIn(spec, workload.kind as WorkloadType)),
    meaning: ({ update_strategy }, type) => updateOf(type, update_strategy),
    view: {
      operation: "GetWorkload",
      shown: detail(({ update_strategy }) => ({ update_strategy: update_strategy ?? {} })),
    },
  }),
  section({
    action: "scheduler_strategy",
    carries: inPod(...SCHEDULING),
    form: (workload) => part(workload, POD, SCHEDULING, (pod) => ({ scheduler_strategy: toScheduling(pod) })),
    meaning: ({ scheduler_strategy }) => schedulingOf(scheduler_strategy),
    view: { operation: "GetScheduling", shown: z.object({ scheduler_strategy: oneOrMany(strategyForm) }) },
  }),
  section({
    action: "network",
    carries: inPod(...NETWORK),
    form: (workload) => part(workload, POD, NETWORK, (pod) => ({ network: toNetwork(pod) })),
    meaning: ({ network }) => networkOf(network),
    view: { operation: "GetNetwork", shown: z.object({ network: networkForm }) },
  }),
];

function updateIn(spec: Fields, type: WorkloadType): { update_strategy: UpdateForm } {
  const update_strategy = toUpdate(spec, type);
  const name = type === "Deployment" ? "strategy" : "updateStrategy";
  if (update_strategy === undefined) {
    spec.refuse(name, "the form wants one: it has no word for what Kubernetes does by itself");
  }
  return { update_strategy: update_strategy ?? {} };
}

/** Those members of what lies there. */
function part<T>(
  workload: Manifest,
  path: readonly string[],
  names: readonly string[],
  read: (fields: Fields) => T,
): Read<T> {
  const whole = at(workload, path);
  const some = Object.fromEntries(names.flatMap((name) => (Object.hasOwn(whole, name) ? [[name, whole[name]]] : [])));
  return Fields.read(some, read, path.join("."));
}

function at(value: unknown, path: readonly string[]): Members {
  const found = path.reduce<unknown>(
    (holder, name) => (isMembers(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined),
    value,
  );
  return isMembers(found) ? found : {};
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One call that changes a workload, and what shows by its own read afterwards. */
export interface SectionWrite {
  readonly call: CallHere;
  readonly view: CallHere;
  readonly shown: z.ZodType;
  /** What is to be seen. */
  readonly wanted: unknown;
  readonly meaning: (shown: unknown) => unknown;
}

/**
 * Pure. The calls for what a change touches, each the narrowest that carries it; a section that means the same as before needs none. Refused
 * is what no call changes once a workload is there.
 */
export function sectionsOf(
  { live, merged, patch }: Pick<ObjectChange, "live" | "merged" | "patch">,
  known: Known,
): { readonly writes: readonly SectionWrite[]; readonly refusals: readonly ManifestRefusal[] } {
  const touched = SECTIONS.filter(({ carries }) => carries.some((path) => isTouched(patch, path)));
  const made = touched.map((each) => ({ each, form: each.form(merged, known) }));
  const writes = made
    .filter(({ each, form }) => !isDeepStrictEqual(form.made, each.form(live, known).made))
    .map(({ each, form }) => writeOf(each, form.made, { live, known }));
  return { writes, refusals: [...made.flatMap(({ form }) => form.refusals), ...fixedIn(patch)] };
}

function writeOf(
  { action, meaning, view }: Section<unknown>,
  form: unknown,
  { live, known }: { readonly live: LiveObject; readonly known: Known },
): SectionWrite {
  const type = live.kind as WorkloadType;
  const names = { name: live.metadata.name };
  const ofType = ["workload_type", type] as const;
  return {
    call: { operation: "ChangeWorkload", names, query: [["action", action], ofType], body: form },
    view: { operation: view.operation, names, query: [ofType] },
    shown: view.shown,
    wanted: meaning(form, type, known),
    meaning: (shown) => meaning(shown, type, known),
  };
}

function isTouched(patch: Members, path: readonly string[]): boolean {
  const [name = "", ...rest] = path;
  if (!Object.hasOwn(patch, name)) return false;
  const below = patch[name];
  // Null takes all of it away.
  return rest.length === 0 || !isMembers(below) || isTouched(below, rest);
}

const CARRIED = new Set(SECTIONS.flatMap(({ carries }) => carries.map((path) => path.join("."))));

/** Follow as YAML. */
const METADATA: ReadonlySet<string> = new Set(["spec.template.metadata"]);

/** The cloud makes them as it makes the workload. */
const CHOSEN: ReadonlySet<string> = new Set(["spec.selector", "spec.serviceName"]);

function fixedIn(patch: Members): readonly ManifestRefusal[] {
  const paths = ["spec", "spec.template", POD.join(".")].flatMap((holder) => {
    const members = Object.keys(at(patch, holder.split("."))).map((name) => `${holder}.${name}`);
    return members.filter((path) => path !== "spec.template" && path !== POD.join("."));
  });
  return paths
    .filter((path) => !CARRIED.has(path) && !METADATA.has(path))
    .map((path) => ({ path, message: CHOSEN.has(path) ? CHOSEN_BY_CLOUD : "it can't be changed by a form" }));
}
