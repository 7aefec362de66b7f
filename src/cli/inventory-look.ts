// What `yunfan inventory` looks for: a resource of the queries, events, alarms, metrics, records or watch data, and what is shown of it.
import type { InventoryFacet, StoredMetric } from "../cloud/facets/inventory.ts";
import { askInventory, valuesOf, type Question } from "../controllers/inventory/asking.ts";
import { filtersOf, mayShow, resourcesIn, type InventoryResourceName } from "../crds/inventoryquery/resources.ts";

type Shelf = "metric" | "record" | "watch";

type Subject =
  | { readonly of: "Resource"; readonly resource: InventoryResourceName }
  /** Of metrics all types: empty. */
  | { readonly of: Shelf; readonly type: string };

export interface Column {
  readonly name: string;
  readonly path: string;
}

export interface Request extends Pick<Question, "clusterId" | "environment" | "filters" | "windowSeconds"> {
  readonly subject: Subject;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly columns: readonly Column[];
}

export interface Item {
  readonly namespace?: string;
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface Found {
  readonly items: readonly Item[];
  /** There may be more than these. */
  readonly isCut: boolean;
}

interface Asking {
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

const LONGEST_VALUE = 1_024;

/** Shown where no columns are named. */
const USUAL: Readonly<Partial<Record<InventoryResourceName | Shelf, readonly string[]>>> = {
  Pod: ["data.status.phase", "data.status.podIP", "data.status.hostIP"],
  Deployment: ["data.spec.replicas", "data.status.availableReplicas"],
  ReplicaSet: ["data.spec.replicas", "data.status.readyReplicas"],
  StatefulSet: ["data.spec.replicas", "data.status.readyReplicas"],
  DaemonSet: ["data.status.desiredNumberScheduled", "data.status.numberReady"],
  Service: ["data.spec.type", "data.spec.clusterIP"],
  Namespace: ["data.status.phase"],
  Secret: ["data.type"],
  TaskGroup: ["data.status", "data.podIP", "data.hostIP"],
  Application: ["data.status", "data.instance", "data.runningInstance"],
  Event: ["eventTime", "level", "component", "type", "describe"],
  Alarm: ["receivedTime", "module", "type", "message"],
  record: ["data.kind", "data.yunfan.sink", "data.yunfan.hash"],
  watch: ["data.kind", "data.status.ready", "data.status.reason"],
  metric: ["type"],
};

/** Throws an error that says what there is. */
export function subjectOf(text: string, environment: Request["environment"]): Subject {
  const shelf = /^(?:(?<metric>metric)|(?<of>record|watch)\/(?<type>[^/]+))$/.exec(text)?.groups;
  if (shelf?.["metric"] !== undefined) return { of: "metric", type: "" };
  if (shelf) return { of: shelf["of"] as Shelf, type: shelf["type"] ?? "" };
  const there = resourcesIn(environment);
  const resource = there.find((one) => one.toLowerCase() === text.toLowerCase());
  if (resource) return { of: "Resource", resource };
  const words = there.map((one) => one.toLowerCase()).join(", ");
  throw new Error(`${environment} has no "${text}": it has ${words}, metric, record/TYPE and watch/TYPE`);
}

/** Throws where a path leads into what is not shown. */
export function columnsOf(subject: Subject, paths: readonly string[] | undefined): readonly Column[] {
  const what = subject.of === "Resource" ? subject.resource : subject.type;
  const usual = USUAL[subject.of === "Resource" ? subject.resource : subject.of] ?? [];
  const shown = paths ?? usual.filter((path) => mayShow(what, path));
  const wrong = shown.find((path) => !mayShow(what, path));
  if (wrong !== undefined) {
    throw new Error(
      `--columns: ${wrong} is not shown: no annotations, and no contents of Secrets and ConfigMaps but type, name, namespace and time`,
    );
  }
  return shown.map((path) => ({ name: path, path }));
}

/** Throws CloudError, and an error that names a filter that is not there. */
export function look(facet: InventoryFacet, request: Request, asking: Asking): Promise<Found> {
  const { subject } = request;
  if (subject.of === "Resource") return lookForResource(facet, request, { ...asking, resource: subject.resource });
  return LOOKS[subject.of](facet, { ...request, type: subject.type }, asking.signal);
}

async function lookForResource(
  facet: InventoryFacet,
  request: Request,
  { nowMs, signal, resource }: Asking & { readonly resource: InventoryResourceName },
): Promise<Found> {
  const { clusterId, environment, windowSeconds, name, namespace, columns } = request;
  const known = filtersOf(environment, resource) ?? [];
  const filters = {
    ...request.filters,
    ...filterBy(known, ["namespace", "extraInfo.namespace"], namespace),
    ...filterBy(known, ["name", "extraInfo.name", "source"], name),
  };
  const wrong = Object.keys(filters).find((one) => !known.includes(one));
  if (wrong !== undefined) throw new Error(`--filter: ${resource} has no ${wrong}, but ${known.join(", ") || "none"}`);
  const paths = columns.map(({ path }) => path);
  const question = { clusterId, environment, resource, filters, windowSeconds, paths };
  const { rows, isCut } = await askInventory(facet, question, { nowMs, signal });
  // A list of names takes no filter.
  const wanted = rows.filter((row) => known.length > 0 || name === undefined || row.name === name);
  return { items: wanted.map((row) => itemOf(row, columns)), isCut };
}

/** By the first of the names that the resource has a filter of. */
function filterBy(known: readonly string[], names: readonly string[], value: string | undefined): Request["filters"] {
  const name = names.find((one) => known.includes(one));
  return value === undefined || name === undefined ? {} : { [name]: [value] };
}

interface Typed extends Request {
  readonly type: string;
}

type Look = (facet: InventoryFacet, request: Typed, signal: AbortSignal) => Promise<Found>;

const LOOKS: Readonly<Record<Shelf, Look>> = {
  metric: lookForMetrics,
  record: lookForRecords,
  watch: lookForWatchData,
};

/** Filters: `type` alone. */
async function lookForMetrics({ metrics }: InventoryFacet, request: Typed, signal: AbortSignal): Promise<Found> {
  const { clusterId, namespace, name, columns, filters } = request;
  const { type: [type] = [], ...others } = filters;
  noFilters(others);
  const read = async (): Promise<readonly StoredMetric[]> => {
    if (namespace !== undefined && name !== undefined && type !== undefined) {
      const found = await metrics.get({ clusterId, namespace, type, name }, signal);
      return found === "Absent" ? [] : [found];
    }
    const filter = Object.entries({ clusterId, namespace, name, type }).filter(([, value]) => value !== undefined);
    return (await metrics.list(Object.fromEntries(filter) as MetricFilter, signal)).items;
  };
  return { items: (await read()).map((metric) => itemOf({ ...metric, row: { ...metric } }, columns)), isCut: false };
}

type MetricFilter = Parameters<InventoryFacet["metrics"]["list"]>[0];

/** Filters are members of what is stored, such as data.kind. Of a name without a namespace: of the cluster class. */
async function lookForRecords({ records }: InventoryFacet, request: Typed, signal: AbortSignal): Promise<Found> {
  const { clusterId, namespace, name, type, columns, filters } = request;
  if (name !== undefined) {
    const found = await records.get({ clusterId, ...(namespace !== undefined && { namespace }), type, name }, signal);
    return { items: found === "Absent" ? [] : [itemOf({ ...found, row: { ...found } }, columns)], isCut: false };
  }
  const where = Object.entries(filters).flatMap(([path, values]) =>
    values.map((value) => ({ path: path.split("."), value })),
  );
  const of = namespace === undefined ? "All" : { namespace };
  const fields = columns.map(({ path }) => path.split("."));
  const see = (record: Parameters<typeof itemOf>[0] & object): Item => itemOf(record, columns);
  const { items } = await records.list(
    { clusterId, type, of },
    { where, fields, see: (record) => see({ ...record, row: { ...record } }) },
    signal,
  );
  return { items, isCut: false };
}

async function lookForWatchData({ watchData }: InventoryFacet, request: Typed, signal: AbortSignal): Promise<Found> {
  const { clusterId, namespace, name, type, columns } = request;
  noFilters(request.filters);
  if (namespace === undefined) throw new Error("Watch data lies in a namespace: name it with -n");
  const entries = await watchData.list({ clusterId, namespace, type }, signal);
  const items: Item[] = [];
  for (const entry of entries) {
    // Some stores list names, others values without them; nothing is read by a name that no list has shown.
    const at = entry.name ?? nameIn(entry.data);
    if (at === undefined || (name !== undefined && at !== name)) continue;
    const data =
      entry.name === undefined ? entry.data : await watchData.get({ clusterId, namespace, type, name: at }, signal);
    items.push(itemOf({ namespace, name: at, row: { data } }, columns));
  }
  return { items, isCut: false };
}

function itemOf(
  row: {
    readonly namespace?: string | undefined;
    readonly name: string;
    readonly row: Readonly<Record<string, unknown>>;
  },
  columns: readonly Column[],
): Item {
  const { namespace, name } = row;
  const values = valuesOf({ ...row, namespace }, columns, LONGEST_VALUE);
  return { ...(namespace !== undefined && namespace !== "" && { namespace }), name, values };
}

function nameIn(data: unknown): string | undefined {
  const { metadata } = (data ?? {}) as { readonly metadata?: { readonly name?: unknown } };
  return typeof metadata?.name === "string" ? metadata.name : undefined;
}

function noFilters(filters: Request["filters"]): void {
  const [first] = Object.keys(filters);
  if (first !== undefined) throw new Error(`--filter: there is no ${first} here`);
}
