// Channels of objects as a test opens them, each in front of the same real API server, with something before it that may answer in its
// place.
import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { ctyun } from "../../src/cloud/ctyun/index.ts";
import { startCtyunSimulator } from "../../src/cloud/ctyun/simulator/index.ts";
import type { Cloud, CloudSession, Credentials } from "../../src/cloud/contract.ts";
import type { ManifestChannel } from "../../src/cloud/facets/manifests.ts";
import { easystack } from "../../src/cloud/easystack/index.ts";
import { startEasyStackSimulator } from "../../src/cloud/easystack/simulator/index.ts";
import { huawei } from "../../src/cloud/huawei/index.ts";
import { startHuaweiSimulator } from "../../src/cloud/huawei/simulator/index.ts";
import { kubernetesChannel } from "../../src/cloud/manifests/channel.ts";
import { nativeDialect } from "../../src/cloud/manifests/native.ts";
import type { RunningSimulator } from "../../src/cloud/simulation/definition.ts";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { Connection } from "../../src/controllers/targets/connection.ts";
import { Gate } from "../../src/controllers/targets/gate.ts";
import { systemClock as clock } from "../../src/lib/clock.ts";
import { openFence } from "../../src/lib/fence.ts";
import { createLogger } from "../../src/lib/log.ts";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { kubeConfigOf } from "../support/apiserver/transports.ts";
import { ownBudget } from "../support/clouds/budgets.ts";
import { controlsOf } from "../support/clouds/simulator.ts";
import { startWire, type StandIn, type Wire } from "../support/clouds/wire.ts";
import { startTargetProxy } from "../support/environment/target-proxy.ts";
import { needed } from "./suite.ts";

const DEPS = {
  clock,
  log: createLogger({ level: "silent" }),
  fence: openFence,
  userAgent: "yunfan/test (conformance)",
};
const KEYS = { accessKey: "test-access-key", secretKey: "test-secret-key" };

/** Before a simulator, and ends with it. */
interface Fronted {
  readonly running: RunningSimulator;
  readonly gateway: Wire;
}

async function fronted(starting: Promise<RunningSimulator>): Promise<Fronted> {
  const running = await starting;
  return { running, gateway: await startWire(running.url) };
}

function sessionOf(
  cloud: Cloud,
  { running, gateway }: Fronted,
  credentials: Credentials,
  providerOptions: object = {},
): CloudSession {
  const settings = {
    account: "team/account",
    endpoint: gateway.url,
    tls: { mode: "Plaintext" },
    region: "cn-north-4",
  } as const;
  const requestBudget = { readsPerMinute: 60_000, writesPerMinute: 60_000 };
  const session = cloud.open({ ...settings, requestBudget, providerOptions: { ...providerOptions } }, credentials, {
    ...DEPS,
    budget: ownBudget(clock),
  });
  onTestFinished(async () => {
    await session.close();
    await gateway[Symbol.asyncDispose]();
    await running.close();
  });
  return session;
}

function facetOf({ manifests }: CloudSession): NonNullable<CloudSession["manifests"]> {
  return needed(manifests, "the facet manifests");
}

export interface Subject {
  readonly channel: ManifestChannel;
  readonly between: Between;
  /** As the channel calls it. */
  readonly namespace: string;
  /** As the API server behind it does. */
  readonly real: string;
}

/** What stands before the channel's target; undefined: it passes all on. */
interface Between {
  standIn: StandIn | undefined;
}

type Opened = Pick<Subject, "channel" | "between">;

/** By name, each opened anew for a test. */
export const CHANNELS: Readonly<Record<string, () => Promise<Subject>>> = {
  kubeconfig: () =>
    inRealNamespace(async () => {
      const between = await startTargetProxy(sharedControlPlane().kubeconfigPath);
      onTestFinished(() => between[Symbol.asyncDispose]());
      const { server, certificateAuthorityData, clientCertificateData, clientKeyData } = between.kubeconfig;
      const user = { certData: clientCertificateData, keyData: clientKeyData };
      const metrics = { requested: () => undefined, open: () => undefined, forget: () => undefined };
      const connection = new Connection({
        ...DEPS,
        metrics,
        target: "team/cluster",
        gate: new Gate({ clock, silent: "It does not answer" }),
        kubeconfig: { server, kubeConfig: kubeConfigOf({ server, caData: certificateAuthorityData }, user) },
        renewed: () => Promise.resolve(undefined),
      });
      onTestFinished(() => connection[Symbol.asyncDispose]());
      const send = connection.as(undefined);
      const dialect = nativeDialect({ send, asksKinds: send, clock, writing: "AsServed", usage: undefined });
      return { channel: kubernetesChannel(dialect), between };
    }),
  "gateway of HuaweiCCE": () =>
    inRealNamespace(async () => {
      const kubeconfig = await readKubeconfig(sharedControlPlane().kubeconfigPath);
      const rules = { listen: "127.0.0.1:0", ...KEYS, kubeconfig, projectName: "cn-north-4" };
      const front = await fronted(startHuaweiSimulator(rules));
      const { id } = (await controlsOf(front.running).behindOurBack("POST", "clusters", { name: "production" })) as {
        id: string;
      };
      const channel = facetOf(sessionOf(huawei, front, KEYS)).open({ clusterId: id, options: {} });
      return { channel, between: front.gateway };
    }),
  CtyunCCI: () =>
    inRealNamespace(async () => {
      const kubeconfig = sharedControlPlane().kubeconfigPath;
      const front = await fronted(startCtyunSimulator({ listen: "127.0.0.1:0", ...KEYS, kubeconfig }));
      const channel = facetOf(sessionOf(ctyun, front, KEYS)).open({ clusterId: undefined, options: {} });
      return { channel, between: front.gateway };
    }),
  "YAML of EasyStackECNS": async () => {
    const cluster = `c${randomBytes(4).toString("hex")}`;
    const kubeconfig = sharedControlPlane().kubeconfigPath;
    const user = { username: "operator", password: "Right-password-1", domainName: "Default" };
    const clusters = [{ name: cluster, type: "EKS" as const }];
    const rules = { listen: "127.0.0.1:0", ...user, kubeconfig, clusters };
    const front = await fronted(startEasyStackSimulator(rules));
    await controlsOf(front.running).behindOurBack("POST", "namespaces", { cluster, name: "team" });
    const session = sessionOf(easystack, front, user, { projectName: "admin" });
    const channel = facetOf(session).open({ clusterId: cluster, options: {} });
    return { channel, between: front.gateway, namespace: "team", real: `${cluster}--team` };
  },
};

async function inRealNamespace(open: () => Promise<Opened>): Promise<Subject> {
  const [opened, namespace] = await Promise.all([open(), uniqueNamespace(sharedControlPlane().kubectl, "channel")]);
  return { ...opened, namespace, real: namespace };
}
