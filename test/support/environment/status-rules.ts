// What kstatus and our Argo CD health check have to say of a resource, by its conditions (pure).

export interface Recorded {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation: number;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

type Kstatus = "Terminating" | "InProgress" | "Failed" | "Current";

/** Where they agree. They disagree on what is paused: see `expectedHealth`. */
const HEALTH: Readonly<Record<Kstatus, string>> = {
  // Argo CD says so of whatever is being deleted, without asking a check.
  Terminating: "Progressing",
  InProgress: "Progressing",
  Failed: "Degraded",
  Current: "Healthy",
};

function isTrue({ status }: Recorded, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === "True") === true;
}

export function expectedKstatus(resource: Recorded): Kstatus {
  const { metadata, status } = resource;
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  if (status?.observedGeneration !== metadata.generation) return "InProgress";
  if (isTrue(resource, "Stalled")) return "Failed";
  return isTrue(resource, "Ready") ? "Current" : "InProgress";
}

export function expectedHealth(resource: Recorded): string {
  const { deletionTimestamp, annotations } = resource.metadata;
  const paused = annotations?.["yunfan.dev/paused"];
  const isHeld = paused !== undefined && paused !== "false" && deletionTimestamp === undefined;
  return isHeld ? "Suspended" : HEALTH[expectedKstatus(resource)];
}
