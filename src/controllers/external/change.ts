// A change of the cloud, in words and values: what is decided before it is sent, and told after it was.
import type { Operation } from "../../crds/common/status.ts";

/** One field of a change; the values are shown to people, so that no secret may be in them. */
export interface Difference {
  /** By its path, such as spec.description. */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What a request is to change. */
export interface CloudChange {
  readonly verb: Operation["verb"];
  /** In messages, such as "node pool workers". */
  readonly target: string;
  /** None where the whole target is made or goes. */
  readonly fields: readonly Difference[];
  /** Ends the request before the visit ends. */
  readonly until?: AbortSignal;
}
