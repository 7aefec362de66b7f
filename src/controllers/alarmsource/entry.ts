// An alarm or an event of an inventory as far as it counts here: about which cluster it is, which resources it names, what it says.
import type { StoredAlarm, StoredEvent } from "../../cloud/facets/inventory.ts";

export interface Entry {
  readonly clusterId: string;
  /** When it was received, as the store prints it: exact to compare two of one store. */
  readonly atMs: number;
  /** The module or component that it is from. */
  readonly by: string;
  readonly text: string;
  /** As "Kind/namespace/name": what it may be about beside the cluster. */
  readonly names: readonly string[];
}

/** Module and component of what Yunfan reports itself: that never counts. */
const OURS = "yunfan";

/** Undefined where it is our own. */
export function entryOfAlarm({ clusterId, at, module, message, type, source, data }: StoredAlarm): Entry | undefined {
  if (module === OURS) return undefined;
  const text = [message, healthText(data), type].find((one) => one.trim() !== "") ?? "";
  const { extraInfo, extra_info: extra } = membersOf(data);
  return { clusterId, atMs: at.ms, by: module, text, names: [source, nameIn(extraInfo), nameIn(extra)].filter(isName) };
}

/** Undefined where it is our own. */
export function entryOfEvent({ clusterId, at, component, describe, type, extraInfo }: StoredEvent): Entry | undefined {
  if (component === OURS) return undefined;
  const text = [describe, type].find((one) => one.trim() !== "") ?? "";
  return { clusterId, atMs: at.ms, by: component, text, names: [nameIn(extraInfo)].filter(isName) };
}

/** Who and what is concerned; all of it covered by the source. */
export interface Concern {
  /** By the inventory's id: the clusters that have it, as "Kind/namespace/name". */
  readonly clusters: ReadonlyMap<string, readonly string[]>;
  readonly covers: (name: string) => boolean;
}

/** The resources that an entry is about, as "Kind/namespace/name", each once. Pure. */
export function concernedBy({ clusterId, names }: Entry, { clusters, covers }: Concern): readonly string[] {
  return [...new Set([...(clusters.get(clusterId) ?? []), ...names.filter(covers)])];
}

/** Where bcs-health puts it, a text or several (docs/clouds/bcs.md). */
function healthText(data: unknown): string {
  const { messages } = membersOf(membersOf(data)["event"]);
  const all = Array.isArray(messages) ? messages : [messages];
  return all.filter((one) => typeof one === "string").join("; ");
}

function nameIn(info: unknown): string {
  const { kind, namespace, name } = membersOf(info);
  return [kind, namespace, name].map(String).join("/");
}

/** Of a resource of ours: three parts, none of them empty. */
function isName(text: string): boolean {
  return /^[A-Z][A-Za-z]*\/[^/]+\/[^/]+$/.test(text);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
