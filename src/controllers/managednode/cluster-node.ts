// A node as its cluster has it: found by its address, and given the labels and taints that are declared. The cluster is asked by its own
// channel; where that leads nowhere, UpToDate says so and nothing else suffers.
import { CloudError } from "../../cloud/errors.ts";
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import { NODES } from "../../cloud/manifests/core-kinds.ts";
import { ManagedNodeCondition, ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { ReconcileError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { KindDeps } from "../controlled.ts";
import type { Difference } from "../external/change.ts";
import type { Attachment } from "../external/kind.ts";
import { Sender } from "../external/sender.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { isSilence } from "../targets/connection.ts";
import { Insides, type Inside } from "../targets/insides.ts";
import { declaredBy, isNothing, labelChange, nodeAt, ownedBy, owning } from "./labels.ts";
import type { NodeScope, NodeShape, Seen } from "./scope.ts";
import { differsInCloud } from "./status.ts";

/** After what could not be read or written. */
const AGAIN_MS = 15_000;
/** Of a list for what could not be told by the one before. */
const FRESH_MS = 5_000;
/** A Node changes with each heartbeat of its kubelet. */
const MOST_CONFLICTS = 3;

interface Work {
  readonly visit: Visit<ManagedNode>;
  readonly inside: Inside;
  readonly address: string | undefined;
  /** Monotonic: what was listed before it is too old. */
  readonly since: number;
}

/** `Undone`: what the cluster differs in, and why it is not changed. */
type Found = "AsDeclared" | { readonly undone: readonly Difference[]; readonly why: string | undefined };

export class ClusterNodes implements Attachment<NodeShape> {
  readonly #clock: KindDeps<ManagedNode>["clock"];
  readonly #insides: Insides;
  readonly #sender: Sender;
  /** By UID of the resource: when its Node was last changed, monotonic. A list from before shows the past. */
  readonly #written = new Map<string, number>();

  constructor(deps: KindDeps<ManagedNode>) {
    this.#clock = deps.clock;
    this.#insides = new Insides(deps);
    this.#sender = new Sender(deps);
  }

  async publish(scope: NodeScope, seen: Seen, { since }: { readonly since: number }): Promise<number | undefined> {
    const { visit } = scope;
    if (isNothing(owning(ownedBy(visit.status), visit.object.spec))) return undefined;
    try {
      const found = await this.#find(scope, seen, this.#freshEnough(visit, since));
      if (!differsInCloud(visit, seen)) visit.state(saidOf(found));
      return undefined;
    } catch (error) {
      if (!(error instanceof Unseen)) throw error;
      if (!differsInCloud(visit, seen)) visit.state(unseen(error.message));
      return AGAIN_MS;
    }
  }

  withdraw({ object }: Visit<ManagedNode>): Promise<void> {
    this.#written.delete(object.metadata.uid);
    return Promise.resolve();
  }

  async #find({ visit, place }: NodeScope, { item }: Seen, since: number): Promise<Found> {
    const { cluster, clusterId } = place;
    const { signal } = visit;
    // A single request: it does not wait behind those who work there for long.
    using way = await asUnseen(async () =>
      Promise.resolve(this.#insides.enter(cluster, { clusterId, access: place, stay: "Request" })),
    );
    const inside = await asUnseen(() => way.open(signal));
    const work = { visit, inside, address: item.internalIp, since };
    const nodes = await asUnseen(() => inside.lists.whole(NODES, { since, signal }), inside);
    return await this.#heal(work, nodes);
  }

  async #heal(work: Work, nodes: readonly LiveObject[]): Promise<Found> {
    const { visit, inside, address } = work;
    let live = nodeAt(address, nodes);
    for (let conflicts = 0; live && conflicts <= MOST_CONFLICTS; conflicts += 1) {
      const healed = await this.#healOnce(work, live);
      if (healed !== "Moved") return healed;
      const key = { group: "", kind: "Node", namespace: "", name: live.metadata.name };
      const now = await asUnseen(() => inside.channel.read(NODES, key, visit.signal), inside);
      live = now === "Absent" ? undefined : nodeAt(address, [now]);
    }
    if (live) throw new Unseen(`Node ${live.metadata.name} changes each time it is about to be changed`);
    throw new Unseen(
      `The cluster shows no Node, or more than one, with the address ${address ?? "that this node is to have"}`,
    );
  }

  async #healOnce(work: Work, live: LiveObject): Promise<Found | "Moved"> {
    const { visit, inside } = work;
    const { spec } = visit.object;
    const change = labelChange(spec, ownedBy(visit.status), live);
    if (spec.managementPolicy === "Observe") return change ? { undone: change.fields, why: undefined } : "AsDeclared";
    if (!change) return this.#settled(visit);
    await claim(visit);
    const target = `Node ${live.metadata.name}`;
    try {
      await this.#sender.send(visit, { verb: "Update", target, fields: change.fields }, (permit) =>
        inside.channel.change(NODES, change.request, permit),
      );
      return this.#settled(visit);
    } catch (error) {
      if (!(error instanceof CloudError) || isSilence(error)) throw unseenBy(error, inside);
      if (error.kind === "Conflict") return "Moved";
      if (error.kind !== "Rejected" && error.kind !== "Forbidden") throw unseenBy(error, inside);
      return { undone: change.fields, why: error.message };
    } finally {
      this.#written.set(visit.object.metadata.uid, this.#clock.monotonic());
    }
  }

  /** What is ours from now on is what is declared. */
  #settled({ status, object }: Visit<ManagedNode>): "AsDeclared" {
    const { ownLabels, ownTaints } = declaredBy(object.spec);
    status.ownLabels = ownLabels.length > 0 ? [...ownLabels] : undefined;
    status.ownTaints = ownTaints.length > 0 ? [...ownTaints] : undefined;
    return "AsDeclared";
  }

  #freshEnough({ object }: Visit<ManagedNode>, since: number): number {
    const own = this.#written.get(object.metadata.uid) ?? Number.NEGATIVE_INFINITY;
    const isDoubtful = findCondition(object.status.conditions, UP_TO_DATE)?.reason === Reason.LabelsNotRead;
    return Math.max(since, own, isDoubtful ? this.#clock.monotonic() - FRESH_MS : Number.NEGATIVE_INFINITY);
  }
}

const UP_TO_DATE = ManagedNodeCondition.UpToDate;

/** Stored before it is put there: what nobody knows to be ours would stay for ever. */
async function claim(visit: Visit<ManagedNode>): Promise<void> {
  const before = ownedBy(visit.status);
  const owned = owning(before, visit.object.spec);
  if (owned === before) return;
  visit.status.ownLabels = [...owned.ownLabels];
  visit.status.ownTaints = [...owned.ownTaints];
  const message = "Labels and taints are on their way to the node";
  await visit.persist({ state: "Reconciling", reason: Reason.Changing, message });
}

/** The cluster could not be asked, or not be told from another one; the message says why. */
class Unseen extends Error {}

async function asUnseen<T>(work: () => Promise<T>, inside?: Inside): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unseenBy(error, inside);
  }
}

/** What the cluster says, or that it says nothing; anything else is not the cluster's. */
function unseenBy(error: unknown, inside: Inside | undefined): unknown {
  const said = inside && isSilence(error) ? inside.unreachable(error) : error;
  const failure = said instanceof CloudError ? reconcileErrorOf(said) : said;
  return failure instanceof ReconcileError ? new Unseen(failure.message, { cause: error }) : error;
}

type Stated = Parameters<Visit<ManagedNode>["state"]>[0];

function saidOf(found: Found): Stated {
  const type = UP_TO_DATE;
  if (found === "AsDeclared") return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const fields = listed(found.undone.map(({ field }) => field));
  const why = found.why === undefined ? "" : `, and refuses the change: ${found.why}`;
  return { type, status: "False", reason: Reason.Differs, message: `The cluster differs in ${fields}${why}` };
}

function unseen(why: string): Stated {
  const message = `What the cloud tells is as declared. Whether the cluster has spec.labels and spec.taints can't be told: ${why}`;
  return { type: UP_TO_DATE, status: "Unknown", reason: Reason.LabelsNotRead, message };
}
