// Applications and their members in the store (1.2): what is found by name, and what is gathered.
import { Refusal } from "../../simulation/refusal.ts";
import type { Place } from "./kube/objects.ts";
import type { Application, Ecns, EcnsView, Member } from "./state.ts";
import { amend } from "./state.ts";

/** Now, or as a list of the past shows them. */
interface Applications {
  readonly store: EcnsView;
}

export function applicationsIn({ store }: Applications, { cluster, namespace }: Place): Application[] {
  return store.list("applications").filter((one) => one.cluster === cluster && one.namespace === namespace);
}

/** The first of that name, whatever its type, unless one is asked for. Throws 404. */
export function findApplication(ecns: Applications, place: Place, name: string, type?: string): Application {
  const found = applicationsIn(ecns, place).find(
    (one) => one.name === name && (type === undefined || one.type === type),
  );
  if (found === undefined) throw new Refusal(404, `there is no application ${name}`);
  return found;
}

/** A normal and a hybrid application may have one name (1.8); the second one's id says its type. */
export function applicationId({ store }: Pick<Ecns, "store">, place: Place, name: string, type: string): string {
  const id = `${place.cluster}/${place.namespace}/${name}`;
  return store.get("applications", id) === undefined ? id : `${id}:${type}`;
}

/** Whether that changed anything. A workload is of one application at most. */
export function changeMembers(ecns: Ecns, id: string, member: Member, isIn: boolean): boolean {
  const isIt = (one: Member): boolean => one.type === member.type && one.name === member.name;
  const application = ecns.store.get("applications", id);
  if (application === undefined) return false;
  const wasIn = application.members.some(isIt);
  if (wasIn === isIn) return false;
  if (isIn) {
    const other = applicationsIn(ecns, application).find((one) => one.members.some(isIt));
    if (other !== undefined) throw new Refusal(409, `${member.name} belongs to the application ${other.name}`);
  }
  const rest = application.members.filter((one) => !isIt(one));
  amend(ecns, "applications", id, { members: isIn ? [...rest, member] : rest });
  return true;
}
