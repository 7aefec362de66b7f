// Sets in clusters of EasyStack ECNS: its simulator in front of a real API server, which tests look at and change as colleagues with
// kubectl there.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { type ControlPlane, sharedControlPlane } from "../../apiserver/controlplane.ts";
import { targetOn, type ReachedTarget } from "../../environment/manifest-sets.ts";
import {
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackOptions,
  type EasyStackStand,
} from "./environment.ts";

export interface EasyStackSetStand extends EasyStackStand {
  readonly target: ReachedTarget;
  /** The cluster, in the cloud and as a ManagedCluster. */
  readonly cluster: string;
  /** Makes a namespace in it; resolves with its name in the API server behind. */
  inCluster(name: string): Promise<string>;
  /** Writes in that namespace of the cluster that took effect, as method and path, in their order. */
  writesIn(name: string): Promise<readonly string[]>;
}

interface SetStandOptions {
  readonly simulator?: EasyStackOptions;
  readonly account?: object;
  /** Of its operator. */
  readonly flags?: readonly string[];
  /** Default: the one that all files share. */
  readonly plane?: () => Promise<ControlPlane>;
}

/** For a file's tests: an operator, an account, and a cluster that no other file has, from before the first test to after the last. */
export function useEasyStackSets(prefix: string, options: SetStandOptions = {}): () => EasyStackSetStand {
  let stand: EasyStackSetStand;
  let own: ControlPlane | undefined;
  beforeAll(async () => {
    own = await options.plane?.();
    stand = await createEasyStackSets(prefix, own ?? sharedControlPlane(), options);
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
    await own?.stop();
  });
  return () => stand;
}

async function createEasyStackSets(
  prefix: string,
  plane: Pick<ControlPlane, "kubectl" | "kubeconfigPath">,
  { simulator, account, flags = [] }: SetStandOptions,
): Promise<EasyStackSetStand> {
  // Clusters of one name share namespaces of the API server behind.
  const cluster = `e${randomBytes(4).toString("hex")}`;
  const clusters = [{ name: cluster, type: "EKS" as const }];
  const stand = await createEasyStackStand(prefix, { kubeconfig: plane.kubeconfigPath, clusters, ...simulator });
  await stand.operator({ flags: ["--no-leader-elect", ...flags] }).ready;
  const declared = account === undefined ? {} : { spec: { easystack: { projectName: "admin", ...account } } };
  await stand.apply(...easystackAccountManifests(stand.simulator, declared), clusterManifest(cluster));
  await stand.reaches(`managedcluster/${cluster}`, "Available");
  return Object.assign(stand, {
    cluster,
    target: targetOn(plane),
    async inCluster(name: string) {
      await stand.simulator.behindOurBack("POST", "namespaces", { cluster, name });
      return `${cluster}--${name}`;
    },
    async writesIn(name: string) {
      const effects = (await stand.simulator.effects()) as readonly { method: string; path: string; place?: string }[];
      return effects
        .filter(({ method, place }) => method !== "GET" && place === `${cluster}/${name}`)
        .map(({ method, path }) => `${method} ${path.replace(/^\/api\/ecns\/[^/]+/, "")}`);
    },
  });
}
