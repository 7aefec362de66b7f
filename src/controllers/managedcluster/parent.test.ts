// A cluster that the cloud has lost, as what is in it learns of it.
import { describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { memoryCloud, readableOf } from "../../../test/support/clouds/memory.ts";
import { storedNodePool } from "../../../test/support/environment/nodepools.ts";
import { storedManagedCluster } from "../../../test/support/environment/resources.ts";
import { cachedKinds, verifiedAccount } from "../../../test/support/operator/kinds.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { Cluster, ClustersFacet } from "../../cloud/facets/clusters.ts";
import type { NodePoolsFacet } from "../../cloud/facets/nodepools.ts";
import { clusterParent } from "./parent.ts";

const { signal } = new AbortController();
const NOT_FOUND = new CloudError("NotFound", { message: "There is no such thing" });
const production = { id: "7", name: "production" } as Partial<Cluster> as Cluster;

/** Of a pool in cluster 7. */
function parent(...clusters: readonly Cluster[]) {
  const status = { externalId: "7", conditions: [condition(), condition({ type: "ClusterAvailable" })] };
  const account = verifiedAccount({ metadata: { name: "huawei" }, spec: { provider: "HuaweiCCE" } });
  const cloud = memoryCloud(...clusters);
  const facets = {
    clusters: readableOf(cloud) as Partial<ClustersFacet> as ClustersFacet,
    nodePools: {} as Partial<NodePoolsFacet> as NodePoolsFacet,
  };
  const directories = cachedKinds({ objects: [account, storedManagedCluster({ status })], facets });
  const ofPools = clusterParent(directories);
  const { place } = ofPools.enter(storedNodePool(), "nodePools", "node pool");
  const unconfirmed = { ...place, isConfirmed: () => false };
  const failing = (thrown: unknown, at = place) => ofPools.within(at, signal, () => Promise.reject(thrown));
  return { cloud, failing, unconfirmed, isGone: (thrown: unknown, at = place) => ofPools.isGone(at, thrown, signal) };
}

describe("isGone", () => {
  it("is proved by the cluster's own id, and by nothing else", async () => {
    expect(await parent().isGone(NOT_FOUND)).toBe(true);
    expect(await parent(production).isGone(NOT_FOUND)).toBe(false);
  });

  it("is not even asked where the error says something else", async () => {
    for (const error of [new CloudError("Unavailable", { message: "503" }), new Error("broken")]) {
      const { cloud, isGone } = parent();
      expect(await isGone(error)).toBe(false);
      expect(cloud.calls).toEqual([]);
    }
  });
});

describe("with keys that may be of another tenant", () => {
  it("a cluster that they do not show is not gone, and what is in it says so", async () => {
    const { isGone, failing, unconfirmed } = parent();
    expect(await isGone(NOT_FOUND, unconfirmed)).toBe(false);
    await expect(failing(NOT_FOUND, unconfirmed)).rejects.toMatchObject({ reason: "KeysNotConfirmed" });
  });
});

describe("within", () => {
  it("is ClusterNotReady where the work fails because the cluster is gone, and names its id", async () => {
    const error = await parent()
      .failing(NOT_FOUND)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: "ClusterNotReady", message: expect.stringContaining("no cluster 7") });
    expect(error).toMatchObject({ cause: NOT_FOUND });
  });

  it("passes on what has another reason", async () => {
    await expect(parent(production).failing(NOT_FOUND)).rejects.toBe(NOT_FOUND);
    const other = new Error("broken");
    await expect(parent().failing(other)).rejects.toBe(other);
  });
});
