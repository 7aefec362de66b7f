// What a test sees of the resources of a stand: by a read, through the watch, in events and in the operator's log.
import type { Administrator } from "../apiserver/administrator.ts";
import type { LogLine, Operator } from "../operator/operator.ts";
import { targetOf } from "./changes.ts";
import { nameParts, type Condition, type Resource, type StatusWatch } from "./status-watch.ts";

/** Of core/v1. */
interface KubeEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** Only where it happened more than once. */
  readonly series?: { readonly count: number } | null;
  readonly involvedObject: { readonly uid: string };
}

export interface Told {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** How often it happened. */
  readonly count: number;
}

export interface Observations {
  /** As it is now; undefined when there is none. */
  read(name: string): Promise<Resource | undefined>;
  /** The Ready condition as it is now; undefined when there is none yet. */
  ready(name: string): Promise<Condition | undefined>;
  /** As the watch shows it; undefined when there is none. */
  seen(name: string): Resource | undefined;
  /** All versions that the watch has shown, oldest first: of one name, or of everything. */
  versions(name?: string): readonly Resource[];
  /** Waits until Ready has this reason for the present generation; resolves with the condition. */
  reaches(name: string, reason: string): Promise<Condition>;
  /** Waits until `check` holds; resolves with the resource. */
  until(name: string, check: (resource: Resource) => boolean): Promise<Resource>;
  gone(name: string): Promise<void>;
  /** Waits until the operator has begun and ended that many visits to the resource from now on; 1 where unset. */
  visited(name: string, times?: number): Promise<void>;
  /** Events about a resource, also one that is gone, or about all. They come some time after what they are about, in order. */
  events(name?: string): Promise<Told[]>;
}

interface Parts {
  readonly administrator: Administrator;
  readonly namespaces: readonly [string, ...string[]];
  readonly watch: StatusWatch;
  readonly operators: readonly Operator[];
}

export function createObservations({ administrator, namespaces, watch, operators }: Parts): Observations {
  const read = (name: string): Promise<Resource | undefined> => administrator.read(targetOf(name, namespaces[0]));
  const until = (
    name: string,
    check: (resource: Resource) => boolean,
    wanted = "what was waited for",
  ): Promise<Resource> => {
    const found = (): Resource | undefined => {
      const latest = watch.latest(name);
      return latest && check(latest) ? latest : undefined;
    };
    return watch.until(found, () => `${name} never showed ${wanted}: ${brief(watch.latest(name))}`);
  };
  const visits = (name: string, since: number): number => {
    const of = { namespace: namespaces[0], ...nameParts(name) };
    return operators.flatMap(({ log }) => log).filter((line) => isVisit(line, of) && beganAt(line) >= since).length;
  };
  return {
    read,
    until,
    ready: async (name) => (await read(name))?.status.conditions?.find(({ type }) => type === "Ready"),
    seen: (name) => watch.latest(name),
    versions: (name) => (name === undefined ? watch.everything() : watch.history(name)),
    async reaches(name, reason) {
      const found = await until(name, (resource) => settledReady(resource)?.reason === reason, `Ready with ${reason}`);
      return settledReady(found)!;
    },
    async gone(name) {
      await watch.until(
        () => watch.latest(name) === undefined,
        () => `${name} is still there: ${brief(watch.latest(name))}`,
      );
    },
    async visited(name, times = 1) {
      const since = Date.now();
      const describe = (): string => `${name} was visited ${visits(name, since)} times instead of ${times}`;
      await watch.until(() => visits(name, since) >= times, describe);
    },
    async events(name) {
      const lists = await Promise.all(namespaces.map((each) => administrator.list<KubeEvent>("event", each)));
      const all = lists.flat();
      const uid = name === undefined ? undefined : watch.history(name).at(-1)?.metadata.uid;
      const wanted = name === undefined ? all : all.filter(({ involvedObject }) => involvedObject.uid === uid);
      return wanted.map(({ type, reason, message, series }) => ({ type, reason, message, count: series?.count ?? 1 }));
    },
  };
}

/** What a failed test says of a resource. */
function brief(resource: Resource | undefined): string {
  if (!resource) return "there is none";
  const { generation, deletionTimestamp, annotations = {} } = resource.metadata;
  const told = Object.entries(annotations).filter(([key]) => key.startsWith("yunfan.dev/"));
  return JSON.stringify({ generation, deletionTimestamp, told, status: resource.status });
}

/** Ready as it stands for the present generation; undefined where that has not been looked at yet. */
function settledReady({ status, metadata }: Resource): Condition | undefined {
  if (status.observedGeneration !== metadata.generation) return undefined;
  return status.conditions?.find(({ type }) => type === "Ready");
}

/** The line at the end of a visit. */
function isVisit(line: LogLine, of: { namespace: string; kind: string; short: string }): boolean {
  const { msg, controller, namespace, name } = line;
  const concerns = controller === of.kind && namespace === of.namespace && name === of.short;
  return concerns && (msg === "Reconciled" || msg === "Reconcile failed");
}

function beganAt({ time, durationMs }: LogLine): number {
  return Date.parse(time) - Number(durationMs);
}
