// The write boundaries of an operator: which writes a phase makes, and a SIGKILL at exactly one of them.
import { expect } from "vitest";
import type { Bed } from "./chaos-bed.ts";
import type { LoggedRequest as KubeRequest } from "./fault-rules.ts";

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
  | { readonly kind: "cloud"; readonly method: string; readonly action: CloudAction };

export function nameOf(boundary: Boundary): string {
  if (boundary.kind === "cloud") return `cloud ${boundary.method} ${boundary.action}`;
  return `${boundary.at} kube write ${boundary.index + 1} (${boundary.what})`;
}

/** Every boundary of what `work` makes the operator write, undisturbed. */
export async function boundariesOf(bed: Bed, work: () => Promise<void>): Promise<readonly Boundary[]> {
  const kubeBefore = bed.proxy.requests.length;
  const cloudBefore = await lastSeq(bed);
  await work();
  const writes = bed.proxy.requests.slice(kubeBefore).filter(({ write }) => write !== undefined);
  const effects = (await bed.requestsSince(cloudBefore)).filter(({ effect }) => effect);
  const kube = writes.filter((request) => !isEvent(request));
  return [
    ...effects.flatMap(({ method }) => CLOUD_ACTIONS.map((action) => ({ kind: "cloud", method, action }) as const)),
    ...kube.flatMap((request, index) => around({ kind: "kube", index, what: describe(request) })),
    ...(writes.some(isEvent) ? around({ kind: "event", index: 0, what: "event" }) : []),
  ];
}

/** Does `work`, kills the operator at the boundary, and starts another one at once. Rejects where the boundary never comes. */
export async function killAt(bed: Bed, boundary: Boundary, work: () => Promise<void>): Promise<void> {
  const isSprung = boundary.kind === "cloud" ? await trapCloud(bed, boundary) : trapKube(bed, boundary);
  try {
    await work();
    const message = `It never came to ${nameOf(boundary)}`;
    await expect
      .poll<boolean | Promise<boolean>>(() => isSprung(), { timeout: TIMEOUT_MS, interval: LOOK_MS, message })
      .toBe(true);
    await bed.kill();
  } finally {
    bed.proxy.onWrite = undefined;
    await bed.stand.simulator.setFaults([]);
    await bed.stand.simulator.release();
  }
  bed.start();
}

/** Generous: both cores may be busy with other tests. */
const TIMEOUT_MS = 40_000;
const LOOK_MS = 20;

function around(write: { kind: "kube" | "event"; index: number; what: string }): readonly Boundary[] {
  return [
    { ...write, at: "before" },
    { ...write, at: "after" },
  ];
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

async function trapCloud(
  bed: Bed,
  { method, action }: Extract<Boundary, { kind: "cloud" }>,
): Promise<() => Promise<boolean>> {
  const since = await lastSeq(bed);
  await bed.stand.simulator.setFaults([{ method, action }]);
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
