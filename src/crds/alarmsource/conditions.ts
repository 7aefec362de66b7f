// What an AlarmSource's conditions say, beside those of every kind.
import { Reason } from "../common/conditions.ts";

export const AlarmSourceReason = {
  ...Reason,
  /** The inventory was asked within the interval. */
  Queried: "Queried",
} as const;
