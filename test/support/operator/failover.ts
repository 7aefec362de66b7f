// Operators with a short lease that follow each other as leaders, each with a way of its own to the API server; and what the
// simulator and the proxies show of who worked when.
import { cuttable } from "../apiserver/cuttable-connections.ts";
import type { FaultProxy, LoggedRequest as KubeRequest } from "../apiserver/fault-proxy.ts";
import type { Operator } from "./operator.ts";
import type { LoggedRequest as CloudRequest, Simulator } from "../clouds/simulator.ts";
import type { Stand } from "../environment/environment.ts";

/** Short, but longer than a busy machine may leave a process without its turn: the leader that a test watches would lose it. */
export const LEASE_MS = 6000;
const TIMING = [
  ["--leader-elect-lease-duration", String(LEASE_MS / 1000)],
  ["--leader-elect-renew-deadline", "4.5"],
  ["--leader-elect-retry-period", "0.5"],
].flat();

export interface Candidate extends AsyncDisposable {
  readonly operator: Operator;
  readonly proxy: FaultProxy;
  /** When it got the lease, by its own log; waits for it. */
  acquiredAt(): Promise<number>;
}

/** Resolves when it waits for the lease, or leads. */
export async function startCandidate(
  stand: Pick<Stand, "kubeconfig" | "operator">,
  identity: string,
  flags: readonly string[] = [],
): Promise<Candidate> {
  const { proxy, kubeconfig } = await cuttable(stand.kubeconfig);
  const operator = stand.operator({ identity, kubeconfig, flags: [...TIMING, ...flags] });
  await operator.said("Waiting for the lease");
  return {
    operator,
    proxy,
    acquiredAt: async () => Date.parse((await operator.said("Acquired the lease")).time),
    async [Symbol.asyncDispose]() {
      await operator[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** What it asked of the cloud. */
export async function cloudRequestsOf({ operator }: Candidate, simulator: Simulator): Promise<CloudRequest[]> {
  const requests = await simulator.requests();
  return requests.filter(({ userAgent }) => userAgent.endsWith(`(${operator.identity})`));
}

/** When what it wrote to the cloud from a time on arrived there. */
export async function cloudWritesOf(candidate: Candidate, simulator: Simulator, sinceMs = 0): Promise<number[]> {
  const requests = await cloudRequestsOf(candidate, simulator);
  const writes = requests.filter(({ method }) => method !== "GET").map(({ time }) => Date.parse(time));
  return writes.filter((time) => time >= sinceMs);
}

/** What it wrote to the API server from a time on, its lease included. */
export function kubeWritesOf({ proxy }: Candidate, sinceMs: number): KubeRequest[] {
  return proxy.requests.filter(({ write, at }) => write !== undefined && at >= sinceMs);
}
