// Labels and taints of a node in its cluster: pure decisions from what is declared, what of it is ours, and what is there. What is
// declared is kept, what is ours and declared no more goes, and everybody else's stays.
import type { LiveObject, ObjectChange } from "../../cloud/facets/manifests.ts";
import { CLUSTERS_TAINTS } from "../../crds/managednode/kind.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import type { Difference } from "../external/change.ts";

type Taints = NonNullable<ManagedNode["spec"]["taints"]>;

/** A taint as Kubernetes has it (Kubernetes: core/v1 Taint). */
interface LiveTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

type TaintKey = Pick<LiveTaint, "key" | "effect">;

/** What Yunfan has put on the node, as its status has it. */
export interface Owned {
  readonly ownLabels: readonly string[];
  readonly ownTaints: readonly TaintKey[];
}

type Spec = Pick<ManagedNode["spec"], "labels" | "taints">;

interface LabelChange {
  readonly fields: readonly Difference[];
  readonly request: ObjectChange;
}

export function ownedBy({
  ownLabels = [],
  ownTaints = [],
}: { [Member in keyof Owned]?: Owned[Member] | undefined }): Owned {
  return { ownLabels, ownTaints };
}

export function declaredBy({ labels = {}, taints = [] }: Spec): Owned {
  return {
    ownLabels: Object.keys(labels).toSorted(),
    ownTaints: ours(taints).map(({ key, effect }) => ({ key, effect })),
  };
}

/** The former with what is declared now; the same one where that adds nothing. */
export function owning(before: Owned, spec: Spec): Owned {
  const now = declaredBy(spec);
  const labels = now.ownLabels.filter((key) => !before.ownLabels.includes(key));
  const taints = now.ownTaints.filter((taint) => !before.ownTaints.some((other) => isSameTaint(other, taint)));
  if (labels.length === 0 && taints.length === 0) return before;
  return { ownLabels: [...before.ownLabels, ...labels], ownTaints: [...before.ownTaints, ...taints] };
}

export function isNothing({ ownLabels, ownTaints }: Owned): boolean {
  return ownLabels.length === 0 && ownTaints.length === 0;
}

/** Undefined where the node is as declared. */
export function labelChange(spec: Spec, owned: Owned, live: LiveObject): LabelChange | undefined {
  const labels = labelsOf(spec.labels ?? {}, owned.ownLabels, live.metadata.labels ?? {});
  const before = taintsOf(live);
  const taints = taintedAs(ours(spec.taints ?? []), owned.ownTaints, before);
  const fields = [...labels.fields, ...taints.fields];
  if (fields.length === 0) return undefined;
  const metadata = { labels: labels.patch };
  const patch = {
    ...(labels.fields.length > 0 && { metadata }),
    ...(taints.fields.length > 0 && { spec: { taints: taints.all } }),
  };
  const isForVersion = true;
  return { fields, request: { live, declared: undefined, merged: live, patch, isForVersion } };
}

/** `patch`: null takes a label away (RFC 7386). */
function labelsOf(
  declared: Readonly<Record<string, string>>,
  owned: readonly string[],
  live: Readonly<Record<string, string>>,
): { readonly fields: readonly Difference[]; readonly patch: Readonly<Record<string, string | null>> } {
  const now = new Map(Object.entries(live));
  const wrong = Object.entries(declared).filter(([key, value]) => now.get(key) !== value);
  const gone = owned.filter((key) => !Object.hasOwn(declared, key) && now.has(key));
  const patch = [...wrong, ...gone.map((key) => [key, null] as const)];
  const fields = patch.map(([key, after]) => ({ field: `spec.labels.${key}`, before: now.get(key) ?? null, after }));
  return { fields, patch: Object.fromEntries(patch) };
}

/** A merge patch has lists as a whole: others' keep their place and all that is known of them. */
function taintedAs(
  declared: Taints,
  owned: readonly TaintKey[],
  live: readonly LiveTaint[],
): { readonly fields: readonly Difference[]; readonly all: readonly LiveTaint[] } {
  const wanted = (taint: TaintKey): Taints[number] | undefined => declared.find((one) => isSameTaint(one, taint));
  const isGone = (taint: LiveTaint): boolean =>
    isOurs(taint) && !wanted(taint) && owned.some((own) => isSameTaint(own, taint));
  const isWrong = (taint: LiveTaint): boolean => valueOf(wanted(taint) ?? taint) !== valueOf(taint);
  const missing = declared.filter((taint) => !live.some((other) => isSameTaint(other, taint)));
  const fields = [
    ...live.filter(isGone).map((taint) => taintField(taint, valueOf(taint), null)),
    ...live.filter(isWrong).map((taint) => taintField(taint, valueOf(taint), valueOf(wanted(taint) ?? taint))),
    ...missing.map((taint) => taintField(taint, null, valueOf(taint))),
  ];
  const kept = live
    .filter((taint) => !isGone(taint))
    .map((taint) => (isWrong(taint) ? asSent(wanted(taint) ?? taint) : taint));
  return { fields, all: [...kept, ...missing.map(asSent)] };
}

function taintField({ key, effect }: TaintKey, before: string | null, after: string | null): Difference {
  return { field: `spec.taints.${key}:${effect}`, before, after };
}

function asSent(taint: LiveTaint | Taints[number]): LiveTaint {
  const { key, effect } = taint;
  const value = valueOf(taint);
  return { key, effect, ...(value !== "" && { value }) };
}

function isSameTaint(one: TaintKey, other: TaintKey): boolean {
  return one.key === other.key && one.effect === other.effect;
}

/** Kubernetes leaves out an empty one. */
function valueOf({ value = "" }: { readonly value?: string | undefined }): string {
  return value;
}

/** What the cluster says of its own nodes is neither put there nor taken away. */
function ours<T extends Pick<LiveTaint, "key">>(taints: readonly T[]): T[] {
  return taints.filter(isOurs);
}

function isOurs({ key }: Pick<LiveTaint, "key">): boolean {
  return !key.startsWith(CLUSTERS_TAINTS);
}

function taintsOf({ spec }: LiveObject): readonly LiveTaint[] {
  return (spec as { taints?: readonly LiveTaint[] } | undefined)?.taints ?? [];
}

/** The one Node that says this address of itself; undefined where none does, or more than one. */
export function nodeAt(address: string | undefined, nodes: readonly LiveObject[]): LiveObject | undefined {
  const found = nodes.filter((node) => addressesOf(node).some((one) => isInternal(one) && one.address === address));
  return found.length === 1 ? found[0] : undefined;
}

interface Address {
  readonly type: string;
  readonly address: string;
}

function isInternal({ type }: Address): boolean {
  return type === "InternalIP";
}

function addressesOf({ status }: LiveObject): readonly Address[] {
  return (status as { addresses?: readonly Address[] } | undefined)?.addresses ?? [];
}
