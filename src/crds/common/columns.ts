// Columns of `kubectl get` that all kinds share which stand for something in a cloud. They follow the kind's own.
import { conditionColumn, type PrinterColumn } from "../kind.ts";
import { ConditionType } from "./conditions.ts";

export const commonColumns: readonly PrinterColumn[] = [
  {
    name: "State",
    type: "string",
    jsonPath: ".status.phase",
    description:
      "In one word: Ready; Differs (as UpToDate says, and left so); Reconciling; Stalled; Paused; Deleting; DeletionPaused.",
  },
  conditionColumn({
    name: "Ready",
    condition: ConditionType.Ready,
    member: "status",
    description: "Whether it is as declared.",
  }),
  conditionColumn({
    name: "Reason",
    condition: ConditionType.Ready,
    member: "reason",
    description: "Why, in one word.",
  }),
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp", description: "Time since it was created." },
  { name: "External Id", type: "string", jsonPath: ".status.externalId", description: "Id in the cloud.", priority: 1 },
  conditionColumn({
    name: "Message",
    condition: ConditionType.Ready,
    member: "message",
    description: "Why.",
    priority: 1,
  }),
];

/** Of kinds that have no id in a cloud. */
export const columnsWithoutId: readonly PrinterColumn[] = commonColumns.filter(({ name }) => name !== "External Id");
