// Applications that were made in another place than they were meant for: a session that is moved or lost between its confirmation and the create
// stands anywhere in the project, and all that a hybrid application buys is bought there (1.2, 1.8, 1.12). Our mark in the description tells them.
import type { Stray, WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import { bodyFor } from "./application-changes.ts";
import { detailIn } from "./application-turns.ts";
import { applicationOf, machineList, type EasyStackApplication, type Sort } from "./application-wire.ts";
import type { EasyStackClusters } from "./clusters.ts";
import type { Places } from "./places/places.ts";
import { isOutOfReach, type Place, type Turn } from "./places/turn.ts";

interface Seeking {
  readonly places: Places;
  readonly clusters: Pick<EasyStackClusters, "places">;
  /** Where it was meant for. */
  readonly meant: Place;
  readonly sort: Sort;
  /** Whether nothing is in it but what it was made with. */
  readonly isUntouched: (application: EasyStackApplication) => boolean;
}

interface Sought {
  readonly name: string;
  readonly nonce: string;
}

/** Twice in all places, unless the first time finds one: neither a single list nor a single 404 shows that nothing is there. */
export async function straysOf(seeking: Seeking, sought: Sought, signal: AbortSignal): Promise<readonly Stray[]> {
  const found = await look(seeking, sought, signal);
  return found.length > 0 ? found : look(seeking, sought, signal);
}

async function look(seeking: Seeking, sought: Sought, signal: AbortSignal): Promise<readonly Stray[]> {
  const { clusters, meant, places, isUntouched } = seeking;
  const { clusters: there } = await clusters.places(signal);
  const found: Stray[] = [];
  for (const { name: cluster, namespaces } of there) {
    for (const namespace of namespaces) {
      if (cluster === meant.cluster && namespace === meant.namespace) continue;
      const place = { cluster, namespace, product: meant.product };
      const application = await places
        .within(place, signal, (turn) => ours(turn, seeking, sought))
        .catch(unlessOutOfReach);
      if (application === undefined) continue;
      places.keepApart();
      const takeAway = (permit: WritePermit): Promise<void> => remove({ ...seeking, meant: place }, sought, permit);
      found.push({ where: `${cluster}/${namespace}`, takeAway: isUntouched(application) ? takeAway : undefined });
    }
  }
  return found;
}

/** Of that name, with our mark. */
async function ours(
  turn: Turn,
  { sort }: Pick<Seeking, "sort">,
  { name, nonce }: Sought,
): Promise<EasyStackApplication | undefined> {
  // Whoever has moved one session may have moved them all.
  await turn.confirm();
  const found = await detailIn(turn, name, sort);
  if (found === "Absent") return undefined;
  const told = found.vms_status;
  const machines = sort === "Normal" ? [] : (told ?? (await turn.read({ operation: "ListMachines" }, machineList)));
  const own = machines.filter((machine) => told !== undefined || machine.application_name === name);
  const application = applicationOf(found, { place: "", sort, machines: own });
  return application.mark === nonce ? application : undefined;
}

/** With all that it was made with, after a look in the same turn. What a deletion answers proves nothing (1.2). */
async function remove(seeking: Seeking, sought: Sought, { signal }: WritePermit): Promise<void> {
  const { places, meant, sort, isUntouched } = seeking;
  await places.within(meant, signal, async (turn) => {
    const application = await ours(turn, seeking, sought);
    if (application === undefined || !isUntouched(application)) return;
    const query = sort === "Hybrid" ? ([["resource", "all"]] as const) : [];
    await turn
      .write({ operation: "DeleteApplication", query, body: bodyFor({ name: sought.name, sort }) })
      .catch(unlessGone);
  });
}

function unlessOutOfReach(error: unknown): undefined {
  if (!isOutOfReach(error)) throw error;
}

export function unlessGone(error: unknown): void {
  if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
}
