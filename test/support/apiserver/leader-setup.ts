// Electors of tests, on the real API server or behind a proxy to it, and an onlooker at their Lease.
import { expect, onTestFinished, vi } from "vitest";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import type { KubeTransport } from "../../../src/kube/transport.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { createLogger } from "../../../src/lib/log.ts";
import { leaderTiming } from "../../../src/runtime/leader/leader-timing.ts";
import { LeaderElector, type LeaderElectorOptions } from "../../../src/runtime/leader/leader.ts";
import { leasesPath, type Lease, type LeaseSpec } from "../../../src/runtime/leader/lease.ts";
import { sharedControlPlane, uniqueNamespace } from "./controlplane.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "./fault-proxy.ts";
import { kubeConfigOf, transportOf, untilTestEnds } from "./transports.ts";

export const QUICK = leaderTiming({ lease: 2.5, renew: 2, retry: 0.25 });
/** With the default periods only the watch is quick enough for what some tests measure. */
export const USUAL = leaderTiming({ lease: 15, renew: 10, retry: 2 });

export interface Candidate {
  readonly elector: LeaderElector;
  /** Settles when the run has ended. */
  readonly ended: Promise<unknown>;
  readonly electedAtMs: () => number | undefined;
  elected(): Promise<void>;
  /** Ends the run without a release, as far as the API server sees a crash. */
  crash(): Promise<void>;
}

type Overrides = Partial<LeaderElectorOptions> & { namespace: string; identity: string };

export function campaign({ proxy, ...overrides }: Overrides & { proxy?: FaultProxy }): Candidate {
  const { kubeconfigPath } = sharedControlPlane();
  const kubeConfig = proxy ? kubeConfigOf({ server: proxy.url }) : loadKubeConfig({ path: kubeconfigPath });
  const transport = untilTestEnds(transportOf(kubeConfig));
  const elector = new LeaderElector({
    transport,
    clock: systemClock,
    log: createLogger({ level: "silent" }),
    timing: QUICK,
    ...overrides,
  });
  const stop = new AbortController();
  let electedAtMs: number | undefined;
  void elector.elected.then(() => (electedAtMs = performance.now()));
  const ended = elector.run(stop.signal).then(
    () => "Ended",
    (error: unknown) => error,
  );
  const crash = async (): Promise<void> => {
    stop.abort(new Error("Stopped by the test"));
    await ended;
  };
  onTestFinished(crash);
  return { elector, ended, elected: () => elector.elected, electedAtMs: () => electedAtMs, crash };
}

export async function proxyToApiServer(): Promise<FaultProxy> {
  return untilTestEnds(await startFaultProxy(await faultProxyOptionsOf(sharedControlPlane().kubeconfigPath)));
}

function adminTransport(): KubeTransport {
  return untilTestEnds(transportOf(loadKubeConfig({ path: sharedControlPlane().kubeconfigPath })));
}

export interface LeaseStand {
  readonly namespace: string;
  /** The Lease as an onlooker sees it. */
  readonly lease: () => Promise<Lease & { spec: LeaseSpec }>;
  readonly deleteLease: () => Promise<void>;
  /** What an administrator does by hand, as a merge patch. */
  readonly edit: (patch: object) => Promise<void>;
  readonly renewedAfter: (time: string | undefined) => Promise<void>;
}

export async function leaseStand(): Promise<LeaseStand> {
  const namespace = await uniqueNamespace(sharedControlPlane().kubectl, "leader");
  const transport = adminTransport();
  const path = `${leasesPath(namespace)}/yunfan`;
  const lease: LeaseStand["lease"] = () => transport.request({ method: "GET", path });
  return {
    namespace,
    lease,
    deleteLease: () => transport.request({ method: "DELETE", path }),
    edit: (body) => transport.request({ method: "PATCH", path, body, contentType: "application/merge-patch+json" }),
    renewedAfter: (time) => vi.waitFor(async () => expect((await lease()).spec.renewTime).not.toBe(time), 5000),
  };
}
