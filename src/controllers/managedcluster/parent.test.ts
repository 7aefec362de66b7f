// What lies between a pool or an add-on and its cluster.
import { describe, expect, it } from "vitest";
import { condition, storedCloudAccount } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { ClustersFacet } from "../../cloud/facets/clusters.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { managedCluster, type ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { keyOf, Store } from "../../runtime/cache/store.ts";
import { AccountDirectory, type CredentialsSecret } from "../cloudaccount/accounts.ts";
import { ClusterDirectory, type ClusterMember } from "./directory.ts";

const onHandlerError = (error: unknown): never => {
  throw error;
};

const meta = (name: string) => ({
  name,
  namespace: "default",
  uid: name,
  resourceVersion: "5",
  generation: 1,
  creationTimestamp: "2026-01-01T00:00:00Z",
});

const ACCOUNT = storedCloudAccount({
  metadata: { name: "huawei" },
  spec: { provider: "HuaweiCCE", credentialsSecretRef: { name: "keys" } },
  status: { observedGeneration: 1, secretResourceVersion: "5", conditions: [condition()] },
});

const AVAILABLE = condition({ type: "ClusterAvailable" });

function cluster(status: object, metadata: object = {}): ManagedCluster {
  const network = { vpcId: "vpc", subnetId: "subnet" };
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManagedCluster",
    metadata: { ...meta("production"), ...metadata },
    spec: managedCluster.spec.parse({ accountRef: { name: "huawei" }, network }),
    status: managedCluster.status.parse({ observedGeneration: 1, ...status }),
  };
}

function directoryOf(...clusters: readonly ManagedCluster[]): ClusterDirectory {
  const accounts = new Store<CloudAccount>({ onHandlerError });
  const secrets = new Store<CredentialsSecret>({ onHandlerError });
  const store = new Store<ManagedCluster>({ onHandlerError });
  accounts.absorb(ACCOUNT);
  secrets.absorb({ apiVersion: "v1", kind: "Secret", metadata: meta("keys") });
  for (const one of clusters) store.absorb(one);
  const session: CloudSession = {
    clusters: {} as ClustersFacet,
    verify: () => Promise.resolve(),
    reserveWrite: () => Promise.resolve({ [Symbol.dispose]: () => undefined }),
    close: () => Promise.resolve(),
  };
  const open = (): CloudSession => session;
  const clouds = { HuaweiCCE: { provider: "HuaweiCCE", facets: ["clusters"], open } } as const;
  const log = createLogger({ level: "silent" });
  const cloudDeps = () => ({ clock: new FakeClock(), log, fence: openFence, userAgent: "" });
  return new ClusterDirectory({
    clusters: store,
    accounts: new AccountDirectory({ accounts, secrets, clouds, cloudDeps }),
  });
}

const MEMBER: ClusterMember = { spec: { clusterRef: { name: "production" } }, metadata: { namespace: "default" } };
const LEAVING: ClusterMember = {
  ...MEMBER,
  metadata: { namespace: "default", deletionTimestamp: "2026-01-02T00:00:00Z" },
};

describe("enter", () => {
  it("gives the cluster's id, and one place for all of its members", () => {
    const directory = directoryOf(cluster({ externalId: "7", conditions: [AVAILABLE] }));
    const entered = directory.enter(MEMBER);
    expect(entered.id).toBe("7");
    expect(directory.placeOf(MEMBER)).toBe(entered.place);
    expect(keyOf(entered.resource.metadata)).toBe("default/production");
  });

  it("is ClusterNotReady where there is no such cluster, and says what to do", () => {
    expect(() => directoryOf().enter(MEMBER)).toThrow(expect.objectContaining({ reason: "ClusterNotReady" }));
    expect(() => directoryOf().enter(MEMBER)).toThrow(/default\/production.*Create it/);
  });

  it("is ClusterHibernated where it sleeps, for members that leave too, and says what stays billed", () => {
    const asleep = condition({ type: "ClusterAvailable", status: "False", reason: "Hibernated" });
    const directory = directoryOf(cluster({ externalId: "7", conditions: [asleep] }));
    for (const member of [MEMBER, LEAVING]) {
      expect(() => directory.enter(member)).toThrow(expect.objectContaining({ reason: "ClusterHibernated" }));
    }
    expect(() => directory.enter(MEMBER)).toThrow(/billed.*spec\.powerState/);
  });

  it("lets a member that leaves into a cluster that is out of order: the cluster's deletion waits for it", () => {
    const failed = condition({ type: "ClusterAvailable", status: "False", reason: "ClusterNotAvailable" });
    const directory = directoryOf(cluster({ externalId: "7", conditions: [failed] }));
    expect(() => directory.enter(MEMBER)).toThrow(expect.objectContaining({ reason: "ClusterNotReady" }));
    expect(directory.enter(LEAVING).id).toBe("7");
  });

  it("is ClusterNotReady before anything was made, whoever asks", () => {
    const directory = directoryOf(cluster({}));
    for (const member of [MEMBER, LEAVING]) {
      expect(() => directory.enter(member)).toThrow(expect.objectContaining({ reason: "ClusterNotReady" }));
    }
    expect(directory.placeOf(MEMBER)).toBeUndefined();
  });

  it("is ProviderMismatch where the member has a block of another cloud", () => {
    const directory = directoryOf(cluster({ externalId: "7", conditions: [AVAILABLE] }));
    const stranger = { ...MEMBER, spec: { ...MEMBER.spec, ctyun: {} } };
    expect(() => directory.enter(stranger)).toThrow(expect.objectContaining({ reason: "ProviderMismatch" }));
  });

  it("lets nothing new into a cluster that is being deleted", () => {
    const leaving = cluster(
      { externalId: "7", conditions: [AVAILABLE] },
      { deletionTimestamp: "2026-01-02T00:00:00Z" },
    );
    const { assertStays } = directoryOf(leaving).enter(MEMBER);
    expect(assertStays).toThrow(expect.objectContaining({ reason: "ClusterNotReady" }));
  });
});
