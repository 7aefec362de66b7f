// A cloud that gets another address: what is in a cluster is visited before the cluster itself was found there, and goes on within
// seconds, without a drift tick to help it.
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { startWire } from "../clouds/wire.ts";
import type { Observations } from "./observations.ts";
import type { Resource, Stand } from "./environment.ts";

type Standing = Observations & Pick<Stand, "annotate">;

interface Readdressed {
  /** Whose address changes. */
  readonly cloud: { readonly url: string };
  readonly account: string;
  /** Points the account to that address. */
  readonly point: (to: { readonly url: string }) => Promise<unknown>;
  readonly cluster: string;
  /** The request by which the cluster is looked for at the new address. */
  readonly isLook: (request: { readonly method: string; readonly path: string }) => boolean;
  /** Which hang on the cluster, and look for drift once an hour. */
  readonly members: readonly string[];
}

/** By no drift tick: those are an hour apart. */
export const SELDOM = { driftIntervalSeconds: 3600 } as const;

/** Resolves with the new address, which the caller closes when the account needs it no more. */
export async function readdress(stand: Standing, by: Readdressed): ReturnType<typeof startWire> {
  const { cluster, members } = by;
  const wire = await startWire(by.cloud.url);
  const { host } = new URL(wire.url);
  const seenBefore = new Map(members.map((member) => [member, stand.versions(member).length]));
  const gate = Promise.withResolvers<void>();
  wire.beforeRequest(by.isLook, () => gate.promise);
  await by.point(wire);
  const isThere = ({ status }: Resource): boolean => String(status["location"]).includes(host);
  await stand.until(by.account, isThere);
  await Promise.all(
    members.map(async (member) => {
      const visited = stand.visited(member);
      await stand.annotate(member, { "yunfan.dev/reconcile-at": randomUUID() });
      await visited;
    }),
  );
  gate.resolve();
  await stand.until(cluster, isThere);
  for (const name of [cluster, ...members]) await stand.reaches(name, "Available");
  for (const member of members) {
    // A set in a cluster has none of its own.
    await stand.until(member, (resource) => resource.status["location"] === undefined || isThere(resource));
  }
  const reasons = members.flatMap((member) =>
    stand
      .versions(member)
      .slice(seenBefore.get(member))
      .flatMap(({ status }) => status.conditions ?? [])
      .map(({ reason }) => reason),
  );
  expect(reasons).not.toContain("AccountMoved");
  return wire;
}
