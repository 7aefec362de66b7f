// What one part of the operations comes to: something to send, something to wait for, or what is to be told.
import type { WritePermit } from "../../../collection.ts";
import type { OperationSaid, OperationStep } from "../../../facets/manifests.ts";
import type { WorkloadState, WorkloadTold } from "./state.ts";

export interface Sending {
  /** The workloads that it is about. */
  readonly states: readonly WorkloadState[];
  readonly fields: Extract<OperationStep, { do: "Send" }>["fields"];
  /** Of each, kept before it is sent. */
  readonly journaled: (state: WorkloadState) => WorkloadTold;
  /** Of each, once it was sent. */
  readonly done: (state: WorkloadState) => WorkloadTold;
  readonly send: (permit: WritePermit) => Promise<void>;
}

export interface Part {
  readonly sending?: Sending;
  /** What is told of a workload from now on, by its ref. */
  readonly told?: WorkloadTold;
  readonly said?: OperationSaid;
  /** For what, in words. */
  readonly waiting?: string;
}
