// What an InventorySink's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const InventorySinkCondition = {
  ...ConditionType,
  /** There is one record for each resource, as it is. */
  RecordsDelivered: "RecordsDelivered",
  EventsDelivered: "EventsDelivered",
  AlarmsDelivered: "AlarmsDelivered",
  /** The store was seen to heed owner and time of a batch deletion. */
  BatchDeleteSafe: "BatchDeleteSafe",
  /** With managementPolicy Observe: the store has what would be reported. */
  UpToDate: "UpToDate",
} as const;

export const InventorySinkReason = {
  ...Reason,
  /** The store has what there is to report. */
  Reported: "Reported",
  /** The first comparison with the store is under way, or what differs is being sent. */
  Reporting: "Reporting",
  /** Somebody else's record has the key that ours would have. */
  RecordConflict: "RecordConflict",
  /** The store does not take some records. */
  RecordsRefused: "RecordsRefused",
  /** During an outage the API server forgot more Events than are kept. */
  EventsLost: "EventsLost",
  /** The store does not heed owner and time of a batch deletion: records are deleted one by one. */
  BatchDeleteRefused: "BatchDeleteRefused",
  /** Of BatchDeleteSafe. */
  Proved: "Proved",
  /** Of BatchDeleteSafe: nothing has to be deleted in a batch so far. */
  NotProvedYet: "NotProvedYet",
  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: the store differs and managementPolicy is Observe. */
  Differs: "Differs",
} as const;
