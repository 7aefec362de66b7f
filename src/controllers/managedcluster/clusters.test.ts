// What lies between a pool or an add-on and its cluster.
import { describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { storedManagedCluster } from "../../../test/support/environment/resources.ts";
import { cachedKinds, verifiedAccount } from "../../../test/support/operator/kinds.ts";
import type { ClustersFacet } from "../../cloud/facets/clusters.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { UnsaidError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { ClusterDirectory, ClusterMember } from "./clusters.ts";

const ACCOUNT = verifiedAccount({ metadata: { name: "huawei" }, spec: { provider: "HuaweiCCE" } });
const AVAILABLE = condition({ type: "ClusterAvailable" });
const deletionTimestamp = "2026-01-02T00:00:00Z";

function cluster(
  status: Partial<ManagedCluster["status"]>,
  metadata: Partial<ManagedCluster["metadata"]> = {},
): ManagedCluster {
  return storedManagedCluster({ metadata, status: { observedGeneration: 1, ...status } });
}

function directoryOf(...clusters: readonly ManagedCluster[]): ClusterDirectory {
  const facets = { clusters: {} as Partial<ClustersFacet> as ClustersFacet };
  return cachedKinds({ objects: [ACCOUNT, ...clusters], facets }).clusters;
}

const MEMBER: ClusterMember = { spec: { clusterRef: { name: "production" } }, metadata: { namespace: "default" } };
const LEAVING: ClusterMember = { ...MEMBER, metadata: { namespace: "default", deletionTimestamp } };

describe("enter", () => {
  it("gives the cluster's id, and one place for all of its members", () => {
    const directory = directoryOf(cluster({ externalId: "7", conditions: [AVAILABLE] }));
    const entered = directory.enter(MEMBER);
    expect(entered.clusterId).toBe("7");
    expect(directory.placeOf(MEMBER)).toBe(entered.key);
    expect(keyOf(entered.cluster.metadata)).toBe("default/production");
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
    expect(directory.enter(LEAVING).clusterId).toBe("7");
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
    const leaving = cluster({ externalId: "7", conditions: [AVAILABLE] }, { deletionTimestamp });
    const { assertStays } = directoryOf(leaving).enter(MEMBER);
    expect(assertStays).toThrow(expect.objectContaining({ reason: "ClusterNotReady" }));
  });
});

describe("a cluster whose account reaches another location", () => {
  const [OLD, NEW] = ["HuaweiCCE,https://old.example,project=p1", "HuaweiCCE,https://new.example,project=p1"];
  const account = verifiedAccount({
    metadata: { name: "huawei" },
    spec: { provider: "HuaweiCCE" },
    status: { location: NEW },
  });
  const facets = { clusters: {} as Partial<ClustersFacet> as ClustersFacet };
  const entering = (
    ready: Parameters<typeof condition>[0],
    { location = OLD, metadata = {} }: { location?: string; metadata?: Partial<ManagedCluster["metadata"]> } = {},
  ) => {
    const conditions = [condition({ type: "Ready", ...ready }), AVAILABLE];
    const object = cluster({ externalId: "7", location, conditions }, metadata);
    return () => cachedKinds({ objects: [account, object], facets }).clusters.enter(MEMBER);
  };

  it("is waited for in silence until it was visited, and with a word where that fails", () => {
    const unvisited = entering({});
    expect(unvisited).toThrow(UnsaidError);
    expect(unvisited).toThrow(expect.objectContaining({ reason: "ClusterNotReady" }));
    const unseen = entering({ status: "False", reason: "CloudUnavailable" });
    expect(unseen).not.toThrow(UnsaidError);
    expect(unseen).toThrow(expect.objectContaining({ reason: "ClusterNotReady" }));
    expect(unseen).toThrow(/CloudUnavailable/);
  });

  it("is AccountMoved once it says so itself, or where nobody visits it, and entered where it was found", () => {
    const moved = expect.objectContaining({ reason: "AccountMoved" });
    expect(entering({ status: "False", reason: "AccountMoved" })).toThrow(moved);
    expect(entering({}, { metadata: { annotations: { "yunfan.dev/paused": "true" } } })).toThrow(moved);
    expect(entering({}, { location: NEW })().clusterId).toBe("7");
  });
});

describe("the resources that stand for one cluster", () => {
  it("are all of its id in one place, and no other", () => {
    const status = { externalId: "7", conditions: [AVAILABLE] };
    const alike = cluster(status, { name: "observer", uid: "observer" });
    const other = cluster({ ...status, externalId: "8" }, { name: "other", uid: "other" });
    const directory = directoryOf(cluster(status), alike, other);
    expect(directory.standingFor(directory.enter(MEMBER)).toSorted()).toEqual([
      "default/observer",
      "default/production",
    ]);
  });
});

describe("an account whose status keeps no location, because its CRD is older than the operator", () => {
  it("gives each cluster a place of its own all the same", () => {
    const account = verifiedAccount({
      metadata: { name: "huawei" },
      spec: { provider: "HuaweiCCE" },
      status: { location: undefined },
    });
    const status = { externalId: "7", conditions: [AVAILABLE] };
    const other = cluster({ ...status, externalId: "8" }, { name: "other", uid: "other" });
    const { accounts, clusters } = cachedKinds({
      objects: [account, cluster(status), other],
      facets: { clusters: {} as Partial<ClustersFacet> as ClustersFacet },
    });
    expect(() => clusters.enter(MEMBER)).toThrow(expect.objectContaining({ reason: "AccountNotReady" }));
    const secret = accounts.secretOf(account)!;
    accounts.findings.note(account, secret, {
      ...account.status,
      location: "HuaweiCCE,https://cce.example,project=p1",
    });
    const stranger = { ...MEMBER, spec: { clusterRef: { name: "other" } } };
    expect(clusters.enter(MEMBER).key).toBe(clusters.placeOf(MEMBER));
    expect(clusters.enter(stranger).key).not.toBe(clusters.enter(MEMBER).key);
    expect(clusters.standingFor(clusters.enter(MEMBER))).toEqual(["default/production"]);
  });
});

describe("accountOf", () => {
  it("is the account behind the cluster, and the cluster's own key where there is none", () => {
    expect(directoryOf(cluster({})).accountOf(MEMBER)).toBe("default/huawei");
    expect(directoryOf().accountOf(MEMBER)).toBe("default/production");
  });
});
