// What is reported of a resource: what its schema marks, and nothing else. Pure.
import { createHash } from "node:crypto";
import type { Kind } from "../../crds/kind.ts";
import { stringifyExactly } from "../../lib/exact-json.ts";
import type { Condition } from "../../runtime/conditions.ts";
import type { Managed } from "../lifecycle/resource.ts";

/** Who writes a record, and where else something is filed of what it is about. */
export interface Filing {
  readonly owner: string;
  /** "namespace/name". */
  readonly sink: string;
  /** The cluster's id in the store, where it has one: watch data and its own record lie under it. */
  readonly cluster: string | undefined;
  /** There is watch data of it. The store alone remembers it when this is told to end while nobody looks. */
  readonly watch?: true | undefined;
}

export interface Report {
  readonly data: object;
  readonly hash: string;
  readonly cluster: string | undefined;
  readonly watch: boolean;
}

const LARGEST_BYTES = 64 * 1024;

/** Of all kinds: what the frame itself writes. The words of conditions are free-form, and change where nothing else does. */
const COMMON = ["status.phase", "status.observedGeneration"] as const;

export function reportOf(kind: Kind, resource: Managed, filing: Filing): Report {
  const { name, namespace, uid, generation, labels, creationTimestamp } = resource.metadata;
  const metadata = { name, namespace, uid, generation, creationTimestamp };
  const marked = selection(resource, [...COMMON, ...kind.reportable]);
  const conditions = (resource.status.conditions ?? []).map(conditionOf);
  const whole = body(resource, { ...metadata, ...(labels && { labels }) }, { ...marked, conditions }, filing);
  if (sizeOf(whole.data) <= LARGEST_BYTES) return whole;
  const cut = { ...filing, cut: true as const };
  const withoutLabels = body(resource, metadata, { ...marked, conditions }, cut);
  return sizeOf(withoutLabels.data) <= LARGEST_BYTES ? withoutLabels : body(resource, metadata, { conditions }, cut);
}

interface Marked {
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly conditions: readonly object[];
}

function body(
  { apiVersion, kind }: Managed,
  metadata: object,
  { spec = {}, status = {}, conditions }: Marked,
  filing: Filing & { readonly cut?: true },
): Report {
  const whole = { apiVersion, kind, metadata, spec, status: { ...(status as object), conditions }, yunfan: filing };
  const unsigned = plain(whole);
  return signed(unsigned as Unsigned);
}

/** The same with its hash in it. */
export function signed(data: Unsigned): Report {
  const hash = hashOf(data);
  const { cluster, watch = false } = data.yunfan;
  return { data: { ...data, yunfan: { ...data.yunfan, hash } }, hash, cluster, watch };
}

interface Unsigned {
  readonly yunfan: { readonly owner: string; readonly sink: string; readonly cluster?: string; readonly watch?: true };
}

function conditionOf({ type, status, reason, observedGeneration, lastTransitionTime }: Condition): object {
  return { type, status, reason, observedGeneration, lastTransitionTime };
}

/** Members without a value are not there, as in JSON. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}

function sizeOf(data: object): number {
  return Buffer.byteLength(JSON.stringify(data));
}

/** `spec.network.podCidr` and the like of the resource, as an object of the same shape; `[]`: of each element. */
function selection(resource: Managed, paths: readonly string[]): Record<string, unknown> {
  const selected: Record<string, unknown> = {};
  for (const path of paths) merge(selected, picked(resource, path.split(".")) as Record<string, unknown>);
  return selected;
}

function picked(value: unknown, [segment = "", ...rest]: readonly string[]): unknown {
  if (segment === "") return value;
  const isList = segment.endsWith("[]");
  const name = isList ? segment.slice(0, -2) : segment;
  const inner = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (inner === undefined) return {};
  const chosen = isList ? (inner as readonly unknown[]).map((element) => picked(element, rest)) : picked(inner, rest);
  return { [name]: chosen };
}

function merge(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(from)) {
    const present = into[key];
    if (Array.isArray(present) && Array.isArray(value)) {
      present.forEach((element, at) => merge(element as Json, value[at] as Json));
    } else if (isJson(present) && isJson(value)) merge(present, value);
    else into[key] = isJson(value) || Array.isArray(value) ? structuredClone(value) : value;
  }
}

type Json = Record<string, unknown>;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Stores of 2019 give a full-width full stop back as a dot, in values too (docs/clouds/bcs.md, `dataKeys`): the two count as one. */
const FULL_STOP = /\uff0e/g;

/**
 * Of what an entry holds, whatever the order of its members, but for the hash in it, and for the time that some stores write into watch
 * data (`watchStamp`).
 */
export function hashOf(data: unknown): string {
  return createHash("sha256")
    .update(canonical(withoutHash(data)))
    .digest("hex");
}

function withoutHash(data: unknown): unknown {
  if (!isJson(data) || !isJson(data["yunfan"])) return data;
  const { updateTime: _stamp, ...rest } = data;
  const { hash: _hash, ...yunfan } = data["yunfan"];
  return { ...rest, yunfan };
}

function canonical(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.replaceAll(FULL_STOP, "."));
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === undefined) return "null";
  // What a colleague wrote may hold whole numbers of any size.
  if (!isJson(value)) return stringifyExactly(value);
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => `${canonical(key)}:${canonical(inner)}`);
  return `{${members.toSorted().join(",")}}`;
}
