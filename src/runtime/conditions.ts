// Conditions by the rules of kstatus: Ready always, Reconciling and Stalled only while true and never together.

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  observedGeneration: number;
  /** RFC 3339; when `status` last changed. */
  lastTransitionTime: string;
}

/** A condition as a step states it; generation and time are filled in when it is written. */
export interface Statement {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/**
 * What a visit to a resource came to. `Ready`: as declared. `Reconciling`: on its way, or to be tried again by itself.
 * `Stalled`: a person has to change something.
 */
export interface Verdict {
  readonly state: "Ready" | "Reconciling" | "Stalled";
  readonly reason: string;
  readonly message: string;
}

/** The trio that kstatus, Argo CD and Flux read. */
export function summary(verdict: Verdict): Statement[] {
  const { state, reason, message } = verdict;
  const ready: Statement = { type: "Ready", status: state === "Ready" ? "True" : "False", reason, message };
  return state === "Ready" ? [ready] : [ready, { type: state, status: "True", reason, message }];
}

/**
 * The conditions to store: `stated` ones with their time of transition kept where the status did not change. A previous one
 * that is not stated is dropped, so that what no longer holds does not linger.
 */
export function nextConditions(
  previous: readonly Condition[],
  stated: readonly Statement[],
  at: { generation: number; now: string },
): Condition[] {
  return stated.map((statement) => {
    const before = previous.find((condition) => condition.type === statement.type);
    const sameStatus = before?.status === statement.status;
    return {
      ...statement,
      observedGeneration: at.generation,
      lastTransitionTime: sameStatus ? before.lastTransitionTime : at.now,
    };
  });
}

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === "True";
}
