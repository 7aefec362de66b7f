// What an AlarmSource's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const AlarmSourceCondition = { ...ConditionType } as const;

export const AlarmSourceReason = {
  ...Reason,
  /** The inventory was asked within the interval. */
  Queried: "Queried",
} as const;
