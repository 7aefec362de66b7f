// Chaos 3, its opposite: nothing happens to what was declared, and what that costs the API server and the cloud is counted.
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Bed } from "./bed.ts";
import type { LoggedRequest as KubeRequest } from "../apiserver/fault-rules.ts";
import type { LoggedRequest as CloudRequest } from "../clouds/simulator.ts";

/** What the operator sent; to the API server, its writes alone. */
export interface Traffic {
  readonly leaseWrites: readonly KubeRequest[];
  /** Without those of the lease. */
  readonly kubeWrites: readonly KubeRequest[];
  readonly cloudWrites: readonly CloudRequest[];
  readonly cloudReads: readonly CloudRequest[];
}

const LEASES = /^\/apis\/coordination\.k8s\.io\/v1\/namespaces\/[^/]+\/leases(?:\/|$)/;

/** All of it that falls into that time from now on. */
export async function trafficDuring(bed: Bed, durationMs: number): Promise<Traffic> {
  const kubeBefore = bed.proxy.requests.length;
  const cloudBefore = await lastSeq(bed);
  await pause(durationMs);
  const writes = bed.proxy.requests.slice(kubeBefore).filter(({ write }) => write !== undefined);
  const cloud = await bed.requestsSince(cloudBefore);
  return {
    leaseWrites: writes.filter(({ path }) => LEASES.test(path)),
    kubeWrites: writes.filter(({ path }) => !LEASES.test(path)),
    cloudWrites: cloud.filter(({ method }) => method !== "GET"),
    cloudReads: cloud.filter(({ method }) => method === "GET"),
  };
}

/** Far from the next tick, so that no read of a tick is cut off by the edge of what is counted. */
export async function halfwayBetweenTicks(
  bed: Bed,
  { isOfTick, driftMs }: { isOfTick: (request: CloudRequest) => boolean; driftMs: number },
): Promise<void> {
  const since = await lastSeq(bed);
  const ticked = async (): Promise<boolean> => (await bed.requestsSince(since)).some(isOfTick);
  await expect.poll(ticked, { timeout: 2 * driftMs + 30_000, interval: driftMs / 50 }).toBe(true);
  await pause(driftMs / 2);
}

/**
 * Every cluster has ticks of its own, so the edge of what is counted may fall upon one: then there is one list more or less. In
 * between they come one interval after the other, and up to a tenth of it late.
 */
export function isOncePerInterval(
  times: readonly number[],
  { driftMs, intervals }: { driftMs: number; intervals: number },
): boolean {
  const ticks = times.map((time) => Math.round((time - times[0]!) / driftMs));
  return Math.abs(ticks.length - intervals) <= 1 && ticks.every((tick, index) => tick === index);
}

export function timeOf({ time }: CloudRequest): number {
  return Date.parse(time);
}

export function lineOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path}`;
}

async function lastSeq(bed: Bed): Promise<number> {
  return (await bed.requestsSince(0)).at(-1)?.seq ?? 0;
}
