// What the killer interrupts on single nodes: one is bought, reset, moved and deleted, and one of a server that exists is accepted and
// given back.
import { expect } from "vitest";
import type { LoggedRequest } from "../clouds/simulator.ts";
import { type Course, effectsFrom, type Phase } from "./kills.ts";
import { createNodesBed, type NodesBed, type NodesBedOptions } from "./nodes.ts";
import { flawsOfNodes, type NodeWish, type Wished } from "./nodes-outcome.ts";
import { convergence } from "./outcome.ts";

interface RememberingBed extends NodesBed {
  /** Servers that existed, of the rounds so far. */
  readonly freed: Map<string, number>;
}

export function nodesCourse(options: NodesBedOptions): Course<RememberingBed> {
  return {
    open: async () => ({ ...(await createNodesBed("chaos-nodes", options)), freed: new Map() }),
    phases,
  };
}

const FROM = "nodes-a";
const TO = "nodes-b";

/** What changes the cloud, as often as it may: neither less nor more. */
const ONCE = {
  create: ["POST nodes"],
  accept: ["POST add"],
  reset: ["POST reset"],
  move: ["PUT migrateto"],
  detach: ["PUT remove"],
  delete: ["DELETE nodes"],
};

/** With a kill and a new start on the way. Generous: both cores may be busy with other tests. */
const REACHED_WITHIN_MS = 80_000;

function phases(bed: RememberingBed, round: string): readonly Phase[] {
  const [bought, accepted] = [`${round}-bought`, `${round}-taken`];
  const nodes = new Map<string, NodeWish>();
  const since = effectsFrom(bed);
  const phase = (of: keyof typeof ONCE, work: () => Promise<void>): Phase => ({
    name: of,
    async begin() {
      await since.from();
      await work();
    },
    async goal() {
      const wished: Wished = { nodes, freed: bed.freed, exact: true };
      await convergence(bed, () => flawsOfNodes(bed, wished), REACHED_WITHIN_MS);
      expect((await since.effects()).map(brief).toSorted()).toEqual(ONCE[of]);
    },
  });
  return [
    phase("create", async () => {
      nodes.set(bought, { cluster: FROM, serverId: undefined, imaged: 1 });
      await bed.addBought(bought, FROM);
    }),
    phase("accept", async () => {
      const serverId = await bed.addAccepted(accepted, FROM);
      nodes.set(accepted, { cluster: FROM, serverId, imaged: 1 });
    }),
    phase("reset", async () => {
      nodes.set(bought, { cluster: FROM, serverId: undefined, imaged: 2 });
      await bed.reset(bought, "once");
    }),
    phase("move", async () => {
      nodes.set(bought, { cluster: TO, serverId: undefined, imaged: 3 });
      await bed.move(bought, TO);
    }),
    phase("detach", async () => {
      bed.freed.set(nodes.get(accepted)!.serverId!, 2);
      nodes.delete(accepted);
      await bed.removeNode(accepted);
    }),
    phase("delete", async () => {
      nodes.delete(bought);
      await bed.removeNode(bought);
    }),
  ];
}

/** Method and the last word of the path that is no id. */
function brief({ method, path }: LoggedRequest): string {
  return `${method} ${path.split("/").findLast((segment) => /^[a-z]+$/.test(segment))}`;
}
