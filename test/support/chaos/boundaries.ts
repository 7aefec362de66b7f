// The write boundaries of an operator: which writes a phase makes, and a SIGKILL at exactly one of them.
import { setTimeout as pause } from "node:timers/promises";
import type { Bed } from "./bed.ts";
import type { LoggedRequest as KubeRequest } from "../apiserver/fault-rules.ts";
import type { TargetWrite } from "../environment/target-proxy.ts";

const CLOUD_ACTIONS = ["Hold", "DropBefore", "DropAfter"] as const;

/** "Hold": killed after the cloud did it and before it answered. The drops: killed on the heels of the reset. */
type CloudAction = (typeof CLOUD_ACTIONS)[number];

export type Boundary =
  /** The kube write number `index` (from 0) of the phase; events are counted apart, because they take their own time. */
  | {
      readonly kind: "kube" | "event";
      readonly index: number;
      readonly what: string;
      readonly at: "before" | "after";
    }
  | (Effect & { readonly kind: "cloud"; readonly action: CloudAction })
  | (Effect & { readonly kind: "target"; readonly at: "before" | "after" });

/** The effect number `skip` (from 0) of the phase among those with such a method and path (a regular expression). */
interface Effect {
  readonly method: string;
  readonly path: string;
  readonly skip: number;
}

export function nameOf(boundary: Boundary): string {
  if (boundary.kind === "cloud") {
    const { method, path, skip, action } = boundary;
    return `cloud ${method} ${path} number ${skip + 1}, ${action}`;
  }
  if (boundary.kind === "target") {
    const { method, path, skip, at } = boundary;
    return `${at} target ${method} ${path} number ${skip + 1}`;
  }
  return `${boundary.at} kube write ${boundary.index + 1} (${boundary.what})`;
}

/** Every boundary of what `work` makes the operator write, undisturbed. */
export async function boundariesOf(bed: Bed, work: () => Promise<void>): Promise<readonly Boundary[]> {
  const kubeBefore = bed.proxy.requests.length;
  const targetBefore = bed.target?.writes.length ?? 0;
  const cloudBefore = await lastSeq(bed);
  await work();
  const writes = bed.proxy.requests.slice(kubeBefore).filter(({ write }) => write !== undefined);
  const effects = (await bed.requestsSince(cloudBefore)).filter(({ effect }) => effect);
  const kube = writes.filter((request) => !isEvent(request));
  return [
    ...numbered(effects).flatMap(interruptions),
    ...numbered(bed.target?.writes.slice(targetBefore) ?? []).flatMap(aroundInTarget),
    ...kube.flatMap((request, index) => around({ kind: "kube", index, what: describe(request) })),
    ...(writes.some(isEvent) ? around({ kind: "event", index: 0, what: "event" }) : []),
  ];
}

/** What is interrupted: what a user does, and what must be true in the end. */
interface Work {
  readonly begin: () => Promise<void>;
  /** Rejects where it takes too long. */
  readonly goal: () => Promise<void>;
}

/**
 * Does the work, kills the operator at the boundary, starts another one at once, and waits for the goal. "Missed": the goal was
 * reached without that boundary, because how many statuses are written on the way depends on who is faster.
 */
export async function killAt(bed: Bed, boundary: Boundary, { begin, goal }: Work): Promise<"Killed" | "Missed"> {
  const isSprung = await trap(bed, boundary);
  const end: { reached?: Promise<void> } = {};
  try {
    await begin();
    end.reached = goal();
    if (!(await springs(isSprung, end.reached))) return "Missed";
    await bed.kill();
  } finally {
    bed.proxy.onWrite = undefined;
    if (bed.target) bed.target.onWrite = undefined;
    await bed.stand.simulator.setFaults([]);
    await bed.stand.simulator.release();
  }
  bed.start();
  await end.reached;
  return "Killed";
}

/** For what follows on the goal: the answer to the last write, and events. */
const AFTER_GOAL_MS = 2_000;
const LOOK_MS = 20;

/** Whether it comes to it before the goal is reached, or on its heels. Rejects where neither comes. */
async function springs(isSprung: () => boolean | Promise<boolean>, reached: Promise<void>): Promise<boolean> {
  let isLate = false;
  const late = reached.then(() => pause(AFTER_GOAL_MS)).then(() => (isLate = true));
  // Heard of below, or by whoever waits for the goal.
  late.catch(() => undefined);
  for (;;) {
    if (await isSprung()) return true;
    if (isLate) return false;
    await Promise.race([pause(LOOK_MS), late]);
  }
}

function interruptions({ method, path, skip }: Effect): readonly Boundary[] {
  return CLOUD_ACTIONS.map((action) => ({ kind: "cloud", method, path, skip, action }));
}

function numbered(effects: readonly { method: string; path: string }[]): readonly Effect[] {
  const seen = new Map<string, number>();
  return effects.map(({ method, path }) => {
    const pattern = `^${path.split("/").map(withoutId).join("/")}$`;
    const skip = seen.get(`${method} ${pattern}`) ?? 0;
    seen.set(`${method} ${pattern}`, skip + 1);
    return { method, path: pattern, skip };
  });
}

/** An id is another one in every round; some clouds put a word of two letters before it. */
function withoutId(segment: string): string {
  return /^(?:\d+|[a-z]{0,2}[0-9a-f-]{32,36})$/.test(segment) ? "[^/]+" : segment;
}

function around(write: { kind: "kube" | "event"; index: number; what: string }): readonly Boundary[] {
  return [
    { ...write, at: "before" },
    { ...write, at: "after" },
  ];
}

function aroundInTarget(effect: Effect): readonly Boundary[] {
  return [
    { ...effect, kind: "target", at: "before" },
    { ...effect, kind: "target", at: "after" },
  ];
}

function trap(bed: Bed, boundary: Boundary): (() => boolean) | Promise<() => Promise<boolean>> {
  if (boundary.kind === "cloud") return trapCloud(bed, boundary);
  return boundary.kind === "target" ? trapTarget(bed, boundary) : trapKube(bed, boundary);
}

/** Kills in the hook itself: nothing that comes after the boundary gets through. */
function trapKube({ proxy, stand }: Bed, { kind, index, at }: Extract<Boundary, { index: number }>): () => boolean {
  const operator = stand.operators.at(-1);
  const writes: number[] = [];
  let isSprung = false;
  proxy.onWrite = (request, phase) => {
    if (isSprung) return "Drop";
    if (isEvent(request) !== (kind === "event")) return undefined;
    if (phase === "before") writes.push(request.write);
    if (phase !== at || writes.indexOf(request.write) !== index) return undefined;
    operator?.kill("SIGKILL");
    isSprung = true;
    return "Drop";
  };
  return () => isSprung;
}

/** As trapKube. Throws where the bed has no gate before its target. */
function trapTarget(
  { target, stand }: Bed,
  { method, path, skip, at }: Extract<Boundary, { kind: "target" }>,
): () => boolean {
  if (!target) throw new Error("This bed has no gate before a target");
  const operator = stand.operators.at(-1);
  const pattern = new RegExp(path);
  const writes: TargetWrite[] = [];
  let isSprung = false;
  target.onWrite = (write, phase) => {
    if (isSprung) return "Drop";
    if (write.method !== method || !pattern.test(write.path)) return undefined;
    if (phase === "before") writes.push(write);
    if (phase !== at || writes.indexOf(write) !== skip) return undefined;
    operator?.kill("SIGKILL");
    isSprung = true;
    return "Drop";
  };
  return () => isSprung;
}

async function trapCloud(
  bed: Bed,
  { method, path, skip, action }: Extract<Boundary, { kind: "cloud" }>,
): Promise<() => Promise<boolean>> {
  const since = await lastSeq(bed);
  await bed.stand.simulator.setFaults([{ method, path, skip, action }]);
  return async () => (await bed.requestsSince(since)).some(({ fault }) => fault === action);
}

async function lastSeq(bed: Bed): Promise<number> {
  return (await bed.requestsSince(0)).at(-1)?.seq ?? 0;
}

function isEvent({ path }: Pick<KubeRequest, "path">): boolean {
  return /\/events(?:[/?]|$)/.test(path);
}

function describe({ method, path }: KubeRequest): string {
  const [, rest = path] = /\/namespaces\/[^/]+\/([^?]*)/.exec(path) ?? [];
  const [plural = "", , subresource = ""] = rest.split("/");
  return `${method} ${plural}${subresource && `/${subresource}`}`;
}
