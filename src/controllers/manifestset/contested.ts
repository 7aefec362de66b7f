// What is said of fields that somebody sets back again and again.
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { Said } from "../external/kind.ts";
import type { Memory } from "./memory.ts";
import { shownKey } from "./objects.ts";
import type { Judged } from "./status.ts";

/** Of the first object that has some; undefined where none has. */
export function contestedIn(objects: readonly Judged[], memory: Memory): Said | undefined {
  for (const { declared, outcome } of objects) {
    const { fields, by } = outcome.live ? memory.contested(outcome.live) : { fields: [], by: [] };
    if (fields.length > 0) return said({ name: shownKey(declared.key), fields, by });
  }
  return undefined;
}

interface Contested {
  readonly name: string;
  readonly fields: readonly string[];
  readonly by: readonly string[];
}

function said({ name, fields, by }: Contested): Said {
  const who = by.length === 0 ? "Somebody" : by.join(", ");
  const message =
    `${who} sets ${fields.slice(0, 3).join(", ")} of ${name} again and again, and it is set back at each drift tick. To leave it to them, name ` +
    "the field in spec.ignore";
  return { reason: Reason.FieldContested, message };
}
