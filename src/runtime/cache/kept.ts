// What a cache keeps of an object: nothing that no reader needs, and once what is the same in many objects.
import type { KubeObject, ObjectMeta } from "../../kube/types.ts";

/** kubectl's copy of what was applied: of the whole object, and of what a Secret holds. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

interface SentMeta extends ObjectMeta {
  readonly managedFields?: unknown;
}

/** The object without `managedFields` and without kubectl's copy of it, which together are more than all the rest. */
export function withoutRecords<T extends KubeObject>(object: T): T {
  // `delete` would make each a hash table, of twice the size.
  const { managedFields: _, ...metadata }: SentMeta = object.metadata;
  return { ...object, metadata: withoutLastApplied(metadata) };
}

function withoutLastApplied(metadata: ObjectMeta): ObjectMeta {
  if (metadata.annotations?.[LAST_APPLIED] === undefined) return metadata;
  const { annotations, ...rest } = metadata;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
}

type Members = Record<string, unknown>;

const NO_MEMBERS: Members = Object.freeze({});

/**
 * Freezes a JSON value deep. What of it equals the same part of `model`, which is frozen, is replaced by that part: of a fleet whose
 * members are alike, most is kept once. A value that is frozen already stays as it is.
 */
export function freezeLike<T>(value: T, model: unknown): T {
  if (value === model) return model as T;
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  const members = value as Members;
  const models = membersOf(model);
  for (const name of Object.keys(members)) members[name] = freezeLike(members[name], ownMember(models, name));
  return isMadeOf(members, models) ? (models as T) : Object.freeze(value);
}

/** Whether both have the same parts in the same order. */
function isMadeOf(members: Members, models: Members): boolean {
  if (Array.isArray(members) !== Array.isArray(models)) return false;
  const [names, modelNames] = [Object.keys(members), Object.keys(models)];
  return (
    names.length === modelNames.length &&
    names.every((name, at) => name === modelNames[at] && members[name] === models[name])
  );
}

function membersOf(model: unknown): Members {
  return typeof model === "object" && model !== null ? (model as Members) : NO_MEMBERS;
}

/** Others' objects have names such as `__proto__` too. */
function ownMember(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
