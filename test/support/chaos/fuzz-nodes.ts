// Single nodes and claims on CCE with specs that nobody would write, in a cluster that is entered by the cloud's gateway.
import { readKubeconfig } from "../../../src/cloud/simulation/kubeconfig.ts";
import { cloudVolumeClaimSchema } from "../../../src/crds/cloudvolumeclaim/schema.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { managedNodeSchema } from "../../../src/crds/managednode/schema.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { clusterManifest, HUAWEI, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import { createStandOn } from "../environment/environment.ts";
import { cloudVolumeClaimManifest, managedNodeManifest } from "../environment/resources.ts";
import { type AnyStand, createBed, type Manifest } from "./bed.ts";
import { BELONGING, fuzz, type Fuzz, type Fuzzed, HOME, STAYING } from "./fuzz.ts";

const ACCOUNT = "huawei";
const FIXED = [...BELONGING, ...STAYING];
const COMMON = { clusterRef: { name: HOME }, driftIntervalSeconds: 3_600 };
/** All that are there at the same time may go at the same time. */
const MOST_DISRUPTIONS = 100;

export async function fuzzNodes(options: Fuzz): Promise<void> {
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  const kinds = ["cloudaccounts", "managedclusters", "managednodes", "cloudvolumeclaims"];
  const kubeconfig = await readKubeconfig(kubeconfigPath);
  const stand = await createStandOn({ ...HUAWEI, kinds }, "fuzz-nodes", { speed: 2_000, kubeconfig });
  await using bed = await createBed({
    stand,
    accountManifests: (account) => huaweiAccountManifests(stand.simulator, account),
  });
  bed.start();
  await bed.addAccount(ACCOUNT);
  await stand.reaches(`cloudaccount/${ACCOUNT}`, "Verified");
  const { id: externalId } = (await stand.simulator.behindOurBack("POST", "clusters", { name: HOME })) as Made;
  const home = { externalId, manifests: { route: "Gateway" }, maxNodeDisruptions: MOST_DISRUPTIONS };
  await bed.add(managedCluster.type, clusterManifest(HOME, home) as Manifest);
  await stand.reaches(`managedcluster/${HOME}`, "Available");
  const inside = await uniqueNamespace(kubectl, "fuzz-inside");
  await fuzz(
    { bed, cloud: "huawei", kinds: [NODES, claimsIn(stand, inside)], title: "nodes and claims on CCE" },
    options,
  );
}

interface Made {
  readonly id: string;
}

const NODES: Fuzzed = {
  kind: managedNodeSchema,
  base: (name) => managedNodeManifest({ metadata: { name }, spec: COMMON }),
  fixed: FIXED,
};

/** Each of storage of its own, unless that is made up. */
function claimsIn({ simulator }: AnyStand, targetNamespace: string): Fuzzed {
  return {
    kind: cloudVolumeClaimSchema,
    async base(name) {
      const { id: volumeId } = (await simulator.behindOurBack("POST", "volumes", {
        name,
        storageType: "bs",
        sizeGiB: 10,
      })) as Made;
      const spec = { ...COMMON, targetNamespace, huawei: { volumeId, storageType: "bs" } };
      return cloudVolumeClaimManifest({ metadata: { name }, spec });
    },
    fixed: FIXED,
  };
}
