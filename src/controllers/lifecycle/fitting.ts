// A status that fits. What a cloud says may be longer than a CRD takes, and a status that the API server refuses tells nothing, not
// even the id of what was made. Only words are cut: an id, a name or a time that is cut is another one.
import { LONGEST_MESSAGE, LONGEST_WORDS } from "../../crds/common/limits.ts";
import type { Operation } from "../../crds/common/status.ts";
import { cutTo } from "../../lib/text.ts";
import type { Condition } from "../../runtime/conditions.ts";

interface Drafted {
  readonly conditions?: readonly Condition[];
  readonly operation?: Operation | undefined;
}

/** The same draft where all of it fits. Pure. */
export function fitting<S extends Drafted>(draft: S): S {
  const words = Object.entries(LONGEST_WORDS).flatMap(([member, most]) => {
    const value = (draft as Readonly<Record<string, unknown>>)[member];
    return typeof value === "string" ? [[member, cutTo(value, most)]] : [];
  });
  const { conditions, operation } = draft;
  return {
    ...draft,
    ...Object.fromEntries(words),
    ...(operation?.progress !== undefined && {
      operation: { ...operation, progress: cutTo(operation.progress, LONGEST_WORDS.progress) },
    }),
    ...(conditions && { conditions: conditions.map(fitCondition) }),
  };
}

function fitCondition(condition: Condition): Condition {
  const message = cutTo(condition.message, LONGEST_MESSAGE);
  return message === condition.message ? condition : { ...condition, message };
}
