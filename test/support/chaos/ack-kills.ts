// What the killer interrupts on ACK: a cluster with a pool of bought servers and one of servers that exist is created, scaled out and in,
// upgraded, protected and deleted.
import { expect } from "vitest";
import type { Dialect } from "../clouds/alibaba/environment.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";
import { createAckBed, type AckBed, type AckPools, type AckWish } from "./ack.ts";
import { flawsOfAck } from "./ack-outcome.ts";
import { type Course, effectsFrom, type Phase } from "./kills.ts";
import { convergence } from "./outcome.ts";

export function ackCourse(dialect: Dialect, options: object = {}): Course<AckBed> {
  return { open: () => createAckBed(dialect, options), phases };
}

/** What a cluster is made with, and raised to. */
const VERSIONS: Readonly<Record<Dialect, readonly [string, string]>> = {
  V2026: ["1.33", "1.34"],
  Reference: ["1.12.6-aliyun.1", "1.14.6-aliyun.1"],
};

/** With a kill and a new start on the way. Generous: both cores may be busy with other tests. */
const REACHED_WITHIN_MS = 80_000;

type PhaseName = "create" | "furnish" | "grow" | "shrink" | "upgrade" | "remove";

/** What changes the cloud, as often as it may: neither less nor more. */
const ONCE: Readonly<Record<Dialect, Readonly<Record<PhaseName, readonly string[]>>>> = {
  V2026: {
    create: ["POST clusters"],
    furnish: ["POST attach", "POST nodepools", "POST nodepools"],
    grow: ["POST attach", "PUT nodepools"],
    shrink: ["DELETE nodes", "DELETE nodes", "PUT nodepools"],
    upgrade: ["POST upgrade", "PUT clusters"],
    remove: ["DELETE clusters", "DELETE nodepools", "DELETE nodepools", "DELETE nodes", "PUT clusters"],
  },
  Reference: {
    create: ["POST clusters"],
    furnish: ["POST attach", "POST clusters"],
    grow: ["POST attach", "POST clusters"],
    shrink: ["POST nodes", "POST nodes"],
    upgrade: ["POST upgrade"],
    remove: ["DELETE clusters", "POST nodes", "POST nodes"],
  },
};

function phases(bed: AckBed, round: string): readonly Phase[] {
  const name = `shop-${round}`;
  const [first, second] = ["1", "2"].map((number) => `i-${bed.dialect.toLowerCase()}-${round}-${number}`) as [
    string,
    string,
  ];
  const [version, next] = VERSIONS[bed.dialect];
  const created: AckWish = { version, deletionProtection: false, pools: undefined };
  const small: AckPools = { replicas: 1, tier: "front", servers: [first] };
  const large: AckPools = { replicas: 3, tier: "front", servers: [first, second] };
  const fewer: AckPools = { replicas: 1, tier: "back", servers: [second] };
  const upgraded: AckWish = { version: next, deletionProtection: true, pools: fewer };
  const since = effectsFrom(bed);
  const addServer = (id: string): Promise<unknown> =>
    bed.stand.simulator.behindOurBack("POST", "servers", { id, name: id });
  const phase = (of: PhaseName, wish: AckWish | undefined, work: () => Promise<void>): Phase => ({
    name: of,
    async begin() {
      await since.from();
      await work();
    },
    async goal() {
      const wishes = new Map(wish ? [[name, wish]] : []);
      const servers = of === "create" ? [] : [first, second].slice(0, of === "furnish" ? 1 : 2);
      await convergence(bed, () => flawsOfAck(bed, wishes, servers), REACHED_WITHIN_MS);
      expect((await since.effects()).map(brief).toSorted()).toEqual(ONCE[bed.dialect][of]);
    },
  });
  return [
    phase("create", created, () => bed.addCluster(name, created)),
    phase("furnish", { ...created, pools: small }, async () => {
      await addServer(first);
      await bed.addPools(name, small);
    }),
    phase("grow", { ...created, pools: large }, async () => {
      await addServer(second);
      await bed.changePools(name, large);
    }),
    phase("shrink", { ...created, pools: fewer }, () => bed.changePools(name, fewer)),
    phase("upgrade", upgraded, () => bed.changeCluster(name, protection(bed.dialect, upgraded))),
    phase("remove", undefined, async () => {
      await bed.changeCluster(name, protection(bed.dialect, { ...upgraded, deletionProtection: false }));
      await bed.removeCluster(name);
      await bed.removePools(name);
    }),
  ];
}

/** The reference has no protection of its own; the resource's is not of the cloud. */
function protection(dialect: Dialect, { version, deletionProtection }: AckWish): Partial<AckWish> {
  return dialect === "V2026" ? { version, deletionProtection } : { version };
}

/** Method and the last word of the path that is no id. */
function brief({ method, path }: LoggedRequest): string {
  return `${method} ${path.split("/").findLast((segment) => /^[a-z]+$/.test(segment))}`;
}
