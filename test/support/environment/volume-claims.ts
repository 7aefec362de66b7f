// CloudVolumeClaims on a stand: homes in front of the shared API server, which stands for the clusters too, and storage to claim in each.
import { readKubeconfig } from "../../../src/cloud/simulation/kubeconfig.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { createMembersStand, type Home, type MembersStand } from "./cluster-members.ts";
import { cloudVolumeClaimManifest } from "./resources.ts";

/** A PersistentVolumeClaim, as far as tests look at it. */
export interface InsideClaim {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly volumeName?: string; readonly accessModes: readonly string[] };
  readonly status: { readonly phase?: string };
}

interface Volume {
  readonly id: string;
  readonly name: string;
  readonly claimId: string;
}

export interface ClaimsHome extends Home {
  /** In the cluster, of this home alone. */
  readonly inside: string;
  /** Makes storage; returns its id. */
  storage(name?: string, storageType?: string): Promise<string>;
  volumes(): Promise<readonly Volume[]>;
  /** Undefined where it is not there. */
  claim(name: string): Promise<InsideClaim | undefined>;
  /** All of this home. */
  claims(): Promise<readonly InsideClaim[]>;
  /** As a colleague, in this home's namespace of the cluster. */
  colleague(...args: readonly string[]): Promise<string>;
  /** A claim of that name that a colleague makes. */
  theirs(name: string): Promise<void>;
  /** A pod that uses that claim. */
  pod(name: string, claim: string): Promise<void>;
  /** By which methods claims were changed, oldest first. */
  writes(): Promise<readonly string[]>;
  /** A CloudVolumeClaim of that storage, in this home. */
  manifest(volumeId: string | undefined, spec?: object, metadata?: object): object;
}

type HomeOptions = Parameters<MembersStand["home"]>[1];

export interface ClaimsStand extends MembersStand {
  claimsHome(name: string, options?: HomeOptions): Promise<ClaimsHome>;
}

export async function createClaimsStand(prefix: string): Promise<ClaimsStand> {
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  const kubeconfig = await readKubeconfig(kubeconfigPath);
  const stand = await createMembersStand(prefix);
  return {
    ...stand,
    async claimsHome(name, options = {}) {
      const inside = await uniqueNamespace(kubectl, `${prefix}-inside`);
      // No controller makes it here.
      const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: inside } };
      await kubectlOk(kubectl, ["create", "-f", "-"], JSON.stringify(account));
      const home = await stand.home(name, { ...options, simulator: { kubeconfig, ...options.simulator } });
      return claimsHome(home, inside);
    },
  };
}

function claimsHome(home: Home, inside: string): ClaimsHome {
  const { kubectl } = sharedControlPlane();
  const { cloud, name: cluster } = home;
  const colleague: ClaimsHome["colleague"] = (...args) => kubectlOk(kubectl, ["--namespace", inside, ...args]);
  return {
    ...home,
    inside,
    colleague,
    async storage(name = "disk", storageType = "bs") {
      const volume = { name, storageType, sizeGiB: 10 };
      return ((await cloud.behindOurBack("POST", "volumes", volume)) as { id: string }).id;
    },
    volumes: async () => ((await cloud.state()) as unknown as { volumes: readonly Volume[] }).volumes,
    async claim(name) {
      const text = await colleague("get", "pvc", name, "--ignore-not-found", "-o", "json");
      return text === "" ? undefined : (JSON.parse(text) as InsideClaim);
    },
    claims: async () =>
      (JSON.parse(await colleague("get", "pvc", "-o", "json")) as { items: readonly InsideClaim[] }).items,
    async theirs(name) {
      const spec = {
        accessModes: ["ReadWriteMany"],
        storageClassName: "",
        resources: { requests: { storage: "1Gi" } },
      };
      const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name, namespace: inside }, spec };
      await kubectlOk(kubectl, ["create", "-f", "-"], JSON.stringify(claim));
    },
    async pod(name, claim) {
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: inside },
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: "main", image: "busybox" }],
          volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
        },
      };
      await kubectlOk(kubectl, ["create", "-f", "-"], JSON.stringify(pod));
    },
    writes: async () =>
      (await cloud.effects())
        .filter(({ path }) => path.includes("/cloudpersistentvolumeclaims"))
        .map(({ method }) => method),
    manifest: (volumeId, spec = {}, metadata = {}) => {
      const huawei = volumeId === undefined ? undefined : { volumeId, storageType: "bs" };
      return cloudVolumeClaimManifest({
        metadata: { name: cluster, ...metadata },
        spec: {
          clusterRef: { name: cluster },
          targetNamespace: inside,
          driftIntervalSeconds: 5,
          huawei,
          ...spec,
        },
      });
    },
  };
}
