// Sets by EasyStack's forms, for tests: a cluster behind the simulator, and what a test asks of it.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, type ExpectStatic } from "vitest";
import { sharedControlPlane } from "../../apiserver/controlplane.ts";
import { targetOn, type Json, type ReachedTarget } from "../../environment/manifest-sets.ts";
import {
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackOptions,
  type EasyStackStand,
} from "./environment.ts";

/** A loaded machine takes its time. */
export const PATIENTLY = { timeout: 150_000, interval: 200 };

interface Logged {
  readonly method: string;
  readonly path: string;
  /** Its number in the reference. */
  readonly call: number;
  readonly place?: string;
}

/** Calls of one address, by their number. */
const ACTIONS: Readonly<Record<number, string>> = {
  102: "scale",
  104: "containers",
  105: "update_strategy",
  110: "scheduler_strategy",
  111: "network",
  112: "labels",
};

export interface FormsStand {
  readonly stand: EasyStackStand;
  readonly target: ReachedTarget;
  /** A namespace that no other test has; its name in the API server behind. */
  readonly namespace: (name: string) => Promise<string>;
  /** Writes in that namespace that took effect, as the simulator logged them. */
  readonly writesIn: (name: string) => Promise<readonly string[]>;
  /** In the namespace of its name. */
  readonly formsSet: (name: string, manifests: readonly Json[], easystack?: object, spec?: object) => object;
  readonly cluster: string;
  /** As many objects are in the cluster as that; whatever else it says is in the failure. */
  readonly applied: (expect: ExpectStatic, name: string, count: number) => Promise<void>;
}

/** Of one file. */
export function useFormsStand(prefix: string, options: EasyStackOptions = {}): () => FormsStand {
  let made: FormsStand | undefined;
  beforeAll(async () => {
    made = await start(prefix, options);
  });
  afterAll(() => made?.stand[Symbol.asyncDispose]());
  return () => {
    if (made === undefined) throw new Error("the stand is not ready");
    return made;
  };
}

async function start(prefix: string, options: EasyStackOptions): Promise<FormsStand> {
  /** No other file has it: clusters of that name share namespaces of the API server behind. */
  const cluster = `f${randomBytes(4).toString("hex")}`;
  const plane = sharedControlPlane();
  const clusters = [{ name: cluster, type: "EKS" as const }];
  const stand = await createEasyStackStand(prefix, { kubeconfig: plane.kubeconfigPath, clusters, ...options });
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(cluster));
  await stand.reaches(`managedcluster/${cluster}`, "Available");
  return {
    stand,
    cluster,
    target: targetOn(plane),
    async namespace(name) {
      await stand.simulator.behindOurBack("POST", "namespaces", { cluster, name });
      return `${cluster}--${name}`;
    },
    async writesIn(name) {
      const effects = (await stand.simulator.effects()) as unknown as readonly Logged[];
      return effects
        .filter(({ method, place }) => method !== "GET" && place === `${cluster}/${name}`)
        .map(({ method, path, call }) => {
          const action = ACTIONS[call];
          return `${method} ${path.replace("/api/ecns/eks", "")}${action === undefined ? "" : `?${action}`}`;
        });
    },
    formsSet(name, manifests, easystack = {}, spec = {}) {
      const block = { route: "Forms", ...easystack };
      return clusterSetManifest(name, cluster, { targetNamespace: name, manifests, easystack: block, ...spec });
    },
    async applied(expect, name, count) {
      const shown = (): unknown => {
        const status = stand.seen(`manifestset/${name}`)?.status;
        const says = (status?.conditions ?? []).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
        return { applied: (status?.["objects"] as { applied?: number } | undefined)?.applied, says };
      };
      await expect.poll(shown, PATIENTLY).toMatchObject({ applied: count });
    },
  };
}
