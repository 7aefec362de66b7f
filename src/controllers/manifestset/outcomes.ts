// What is said of objects that are not applied, though nobody refuses them (pure).
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { DeclaredObject } from "./declared.ts";
import { shownKey } from "./objects.ts";
import type { Outcome } from "./work.ts";

export function pending(seen: LiveObject | "Absent" | undefined): Outcome {
  return { state: "Pending", live: seen === "Absent" ? undefined : seen };
}

export function awaited({ key }: DeclaredObject, live: LiveObject): Outcome {
  const { finalizers = [] } = live.metadata;
  const held = finalizers.length === 0 ? "" : `, held by ${finalizers.join(", ")}`;
  const message = `${shownKey(key)} is being deleted${held}; it is made anew when it has gone`;
  return { state: "Waiting", reason: Reason.Applying, message, live };
}

/** A create of it may still take effect, be it elsewhere: another one at the same time might make two of it. */
export function mayCome({ key }: DeclaredObject, againMs: number): Outcome {
  const message =
    `How a request for ${shownKey(key)} ended is not known; it is looked for, and made anew when the settle window has passed and it shows ` +
    "nowhere";
  return { state: "Waiting", reason: Reason.Applying, message, againMs };
}

export function moving({ key }: DeclaredObject): Outcome {
  const message = `${shownKey(key)} changes each time it is about to be changed; looking again`;
  return { state: "Waiting", reason: Reason.Changed, message };
}
