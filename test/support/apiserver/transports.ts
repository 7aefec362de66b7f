// KubeConfigs and transports for tests.
import { onTestFinished } from "vitest";
import { KubeConfig } from "@kubernetes/client-node";
import { KubeTransport, type KubeTransportOptions } from "../../../src/kube/transport.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { createLogger } from "../../../src/lib/log.ts";

type Cluster = Parameters<KubeConfig["addCluster"]>[0];
type User = Parameters<KubeConfig["addUser"]>[0];

export function kubeConfigOf(cluster: Partial<Cluster> & { server: string }, user: Partial<User> = {}): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "cluster", skipTLSVerify: false, ...cluster }, { name: "user", ...user });
  return kubeConfig;
}

/** Silent, with the real clock, until told otherwise. */
export function transportOf(
  kubeConfig: KubeConfig,
  options: Partial<Omit<KubeTransportOptions, "kubeConfig">> = {},
): KubeTransport {
  const log = createLogger({ level: "silent" });
  return KubeTransport.create({ kubeConfig, clock: systemClock, log, userAgent: "yunfan/test", ...options });
}

/** Gives the resource back and disposes of it after the test. (`await using` stops dependency-cruiser's parser.) */
export function untilTestEnds<T extends AsyncDisposable>(resource: T): T {
  onTestFinished(() => resource[Symbol.asyncDispose]());
  return resource;
}
