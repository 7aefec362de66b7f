// Electors against the real API server when its owners refuse the Lease: said once, asked for more and more seldom, led when it ends.
import { expect, it, vi } from "vitest";
import { sharedControlPlane } from "../../../test/support/apiserver/controlplane.ts";
import { campaign, leaseStand, proxyToApiServer, QUICK } from "../../../test/support/apiserver/leader-setup.ts";
import { refuse, type Policy } from "../../../test/support/apiserver/policies.ts";
import { createLogger, type Logger } from "../../lib/log.ts";
import { LeaseLostError } from "./leader.ts";

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly err?: { readonly message: string };
}

function logged(): { log: Logger; failures: () => string[] } {
  const lines: Line[] = [];
  const log = createLogger({ level: "debug", destination: { write: (line) => lines.push(JSON.parse(line) as Line) } });
  const failures = (): string[] =>
    lines.filter(({ msg }) => msg === "Lease request failed").map(({ err }) => err?.message ?? "");
  return { log, failures };
}

function refuseLeases(namespace: string, operation: "CREATE" | "UPDATE"): Promise<Policy> {
  const { kubectl } = sharedControlPlane();
  const what = { apiGroup: "coordination.k8s.io", resources: ["leases"], operations: [operation] } as const;
  return refuse({ kubectl, namespace, ...what });
}

it("A policy that refuses the Lease is named once, in the log and to readiness, and asked more and more seldom", async () => {
  const { namespace } = await leaseStand();
  const policy = await refuseLeases(namespace, "CREATE");
  const proxy = await proxyToApiServer();
  const { log, failures } = logged();
  const candidate = campaign({ namespace, identity: "candidate", proxy, log, random: () => 0 });
  const claims = () => proxy.requests.filter(({ method }) => method === "POST");
  await vi.waitFor(() => expect(claims()).toHaveLength(5), { timeout: 15_000 });
  const at = claims().map((request) => request.at);
  const gaps = at.slice(1).map((time, index) => time - at[index]!);
  // 0.5 s, 1 s, 2 s, and then no longer than a lease.
  expect(gaps[2]!).toBeGreaterThanOrEqual(4 * QUICK.retryMs);
  expect(gaps[3]!).toBeGreaterThanOrEqual(2 * QUICK.retryMs);
  expect(failures()).toEqual([expect.stringContaining(policy.words)]);
  expect(candidate.elector.obstacle()).toContain(policy.words);
  await policy.lift();
  await candidate.elected();
  expect(candidate.elector.obstacle()).toBeUndefined();
});

it("A leader whose renewals are refused says by whom when it has lost the lease", async () => {
  const { namespace } = await leaseStand();
  const { log, failures } = logged();
  const leader = campaign({ namespace, identity: "leader", log });
  await leader.elected();
  const policy = await refuseLeases(namespace, "UPDATE");
  const error = await leader.ended;
  await policy.lift();
  expect(error).toBeInstanceOf(LeaseLostError);
  expect((error as Error).message).toContain(policy.words);
  expect(failures().filter((failure) => failure.includes(policy.words))).toHaveLength(1);
});

it("A claim that is always answered with a conflict is not kept quiet for ever", async () => {
  const { namespace } = await leaseStand();
  const proxy = await proxyToApiServer();
  const body = JSON.stringify({ kind: "Status", message: "the owners refuse this", reason: "Conflict" });
  proxy.inject({ method: /POST/, path: /leases/, action: "Answer", status: 409, body, times: 0 });
  const { log, failures } = logged();
  campaign({ namespace, identity: "candidate", proxy, log });
  await vi.waitFor(() => expect(failures()).toEqual([expect.stringContaining("the owners refuse this")]), 15_000);
  expect(proxy.requests.filter(({ method }) => method === "POST").length).toBeGreaterThan(5);
});
