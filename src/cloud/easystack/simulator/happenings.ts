// Conditions and events as details show them (1.21).
import type { Typed } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import type { EcnsRules } from "./state.ts";
import { stamp } from "./wire.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
}

export function conditionsOnWire(conditions: readonly Condition[], rules: EcnsRules): object[] {
  return conditions.map(({ type, status, reason = "", message = "", lastUpdateTime, lastTransitionTime }) => ({
    status,
    type,
    reason,
    message,
    update_time: stamp(rules, lastUpdateTime ?? lastTransitionTime),
  }));
}

/** Of one object, oldest first. */
export async function eventsOf(
  objects: Objects,
  kind: string,
  { metadata }: { metadata: { uid?: string } },
  rules: EcnsRules,
): Promise<object[]> {
  const events = await objects.list("Event");
  return events
    .filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.uid === metadata.uid)
    .map((event) => ({ event, time: timeOf(event) }))
    .sort((left, right) => (left.time < right.time ? -1 : 1))
    .map(({ event, time }) => ({
      type: event.type ?? "Normal",
      reason: event.reason ?? "",
      message: event.message ?? "",
      update_time: stamp(rules, time),
    }));
}

function timeOf(event: Typed<"Event">): string {
  return event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "";
}
