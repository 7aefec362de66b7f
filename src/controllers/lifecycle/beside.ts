// Conditions that are stated of a resource beside what its visits find, such as an AlarmSource's: every visit states them as they are,
// and where they change between visits they are written at once, without one: nobody asks a cloud for that.
import { ConditionType } from "../../crds/common/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isConflict, isNotFound } from "../../kube/errors.ts";
import type { ResourceType } from "../../kube/types.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { findCondition, nextConditions, type Condition, type Statement } from "../../runtime/conditions.ts";
import { writeStatus } from "../../runtime/status.ts";
import type { Managed } from "./resource.ts";

/** What is stated of a resource, as it was last said where nobody knows better yet. What is not stated is no longer said. */
export type Beside<T extends Managed = Managed> = (object: T) => readonly Statement[];

/** No visit carries them on by itself. */
export const BESIDE_TYPES: ReadonlySet<string> = new Set([ConditionType.AlarmsClear, ConditionType.EventsClear]);

/** Somebody else writes to it at this moment; the next poll comes anyway. */
const MOST_TRIES = 3;

interface RestateDeps {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly clock: Clock;
  /** Puts the answer to our own write into the cache (R15). */
  readonly absorb: (object: Managed) => void;
  readonly beside: Beside;
}

/**
 * Writes what is stated beside visits, where that differs from what the resource says. Nothing else of the status changes: the patch
 * is only taken where the object is as it was read. Nothing is written of one that was never visited. Throws KubeError.
 */
export async function restate(deps: RestateDeps, object: Managed, signal: AbortSignal): Promise<void> {
  const { client, type, absorb } = deps;
  let present = object;
  for (let tries = 1; differs(deps, present); tries++) {
    const next = { ...present.status, conditions: conditionsOf(deps, present) };
    try {
      const answer = await writeStatus(client, type, { object: present, next, unchanged: true, signal });
      if (answer) absorb(answer);
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || tries === MOST_TRIES) throw error;
      const { name, namespace } = object.metadata;
      const live = await client.get<Managed>(type, { name, namespace }, { signal });
      if (live.metadata.uid !== object.metadata.uid) return;
      absorb(live);
      present = live;
    }
  }
}

/** Whether what is stated is not what the resource says. */
function differs({ beside }: RestateDeps, object: Managed): boolean {
  const { conditions } = object.status;
  if (!conditions?.length) return false;
  const stated = beside(object);
  const said = conditions.filter(({ type }) => BESIDE_TYPES.has(type));
  return said.length !== stated.length || stated.some((statement) => !isSaid(conditions, statement));
}

function isSaid(conditions: readonly Condition[], { type, status, reason, message }: Statement): boolean {
  const said = findCondition(conditions, type);
  return said?.status === status && said.reason === reason && said.message === message;
}

function conditionsOf({ beside, clock }: RestateDeps, object: Managed): readonly Condition[] {
  const previous = object.status.conditions ?? [];
  const others = previous.filter(({ type }) => !BESIDE_TYPES.has(type));
  const at = { generation: object.metadata.generation ?? 0, now: timestamp(clock) };
  return [...others, ...nextConditions(previous, beside(object), at)];
}
