// What an inventory may be asked for: its resources, the filters of each, and which members of a row may be shown. Data and no code.
import { QUERY_RESOURCES, queryKindOf, resourcesOf, type Environment } from "../../cloud/bcs/query-kinds.ts";

export const ENVIRONMENTS = ["K8s", "Mesos"] as const;

/** Lists of what happened, by time. */
export const STREAMS = ["Event", "Alarm"] as const;

export const RESOURCES = [...QUERY_RESOURCES, ...STREAMS] as const;

export type InventoryResourceName = (typeof RESOURCES)[number];
export type StreamName = (typeof STREAMS)[number];

/** By the reference's names (API document, chapters of events and alarms). */
const STREAM_FILTERS: Readonly<Record<StreamName, readonly string[]>> = {
  Event: ["env", "kind", "level", "component", "type", "extraInfo.name", "extraInfo.namespace"],
  Alarm: ["namespace", "source", "module", "type"],
};

export function isStream(resource: InventoryResourceName): resource is StreamName {
  return (STREAMS as readonly string[]).includes(resource);
}

/** Names of the filters; undefined where the environment has no such resource. */
export function filtersOf(environment: Environment, resource: InventoryResourceName): readonly string[] | undefined {
  if (isStream(resource)) return STREAM_FILTERS[resource];
  const kind = queryKindOf({ environment, resource });
  return kind && Object.keys(kind.filters);
}

export function resourcesIn(environment: Environment): readonly InventoryResourceName[] {
  return [...resourcesOf(environment), ...STREAMS];
}

/** Resources whose contents are nobody's business. */
export const GUARDED: readonly string[] = ["Secret", "ConfigMap"];

/** All that is shown of those. */
export const HARMLESS_PATHS: readonly string[] = [
  "data.type",
  "data.metadata.name",
  "data.metadata.namespace",
  "data.metadata.creationTimestamp",
];

/** Free-form, and a place where manifests are kept whole. */
export const NEVER_SHOWN = "annotations";

/** Whether a column of that resource may look there; `resource` in any case. */
export function mayShow(resource: string, path: string): boolean {
  if (path.split(".").includes(NEVER_SHOWN)) return false;
  const isGuarded = GUARDED.some((one) => one.toLowerCase() === resource.toLowerCase());
  return !isGuarded || HARMLESS_PATHS.includes(path);
}
