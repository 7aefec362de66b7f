// Creates of EasyStack's stands that land in another place than the server had confirmed: every session is moved while they are on their way.
import { randomBytes } from "node:crypto";
import { vi } from "vitest";
import { sharedControlPlane } from "../../apiserver/controlplane.ts";
import { targetOn, type ReachedTarget } from "../../environment/manifest-sets.ts";
import type { LoggedRequest } from "../simulator.ts";
import {
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackStand,
} from "./environment.ts";
import { dying, living } from "./lives.ts";

/** A stand with two clusters of one project, the first of which is declared and available. No operator works for it. */
export interface TwoClusters extends AsyncDisposable {
  readonly stand: EasyStackStand;
  readonly target: ReachedTarget;
  readonly cluster: string;
  readonly other: string;
  /** With an operator, by whose word a create takes effect within its settle window or never; what the bed was made with where unset. */
  living(work: () => Promise<unknown>, settleSeconds?: number): Promise<void>;
  /** In both. */
  namespaces(name: string): Promise<void>;
  /** Whether the one has it, and the other. */
  found(kind: string, name: string, namespace: string): Promise<readonly boolean[]>;
}

export async function createTwoClusters(prefix: string, settleSeconds: number): Promise<TwoClusters> {
  const plane = sharedControlPlane();
  const target = targetOn(plane);
  const cluster = `s${randomBytes(4).toString("hex")}`;
  const other = `${cluster}-o`;
  const clusters = [cluster, other].map((name) => ({ name, type: "EKS" as const }));
  const stand = await createEasyStackStand(prefix, { kubeconfig: plane.kubeconfigPath, clusters });
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(cluster));
  const bed: TwoClusters = {
    stand,
    target,
    cluster,
    other,
    living: (work, seconds = settleSeconds) => living(stand, work, seconds),
    async namespaces(name) {
      for (const each of [cluster, other]) {
        await stand.simulator.behindOurBack("POST", "namespaces", { cluster: each, name });
      }
    },
    async found(kind, name, namespace) {
      const at = await Promise.all([cluster, other].map((each) => target.get(kind, name, `${each}--${namespace}`)));
      return at.map((object) => object !== undefined);
    },
    [Symbol.asyncDispose]: () => stand[Symbol.asyncDispose](),
  };
  await bed.living(() => stand.reaches(`managedcluster/${cluster}`, "Available"));
  return bed;
}

export interface Going {
  /** How the path of the create ends. */
  readonly path: string;
  /** Where the sessions are moved to. */
  readonly to: { readonly cluster: string; readonly namespace: string };
  /** How late it takes effect: a loaded machine has to see it before. */
  readonly ms: number;
}

type Look = () => Promise<LoggedRequest | undefined>;

const PATIENTLY = { timeout: 60_000, interval: 50 };

/** Has that create go astray once it was sent. Returns how to look at it. */
export async function movedOnceSent({ simulator }: EasyStackStand, { path, to }: Going): Promise<Look> {
  const find = async (isIt: (request: LoggedRequest) => boolean): Promise<LoggedRequest | undefined> =>
    (await simulator.requests()).find((each) => each.fault === "Latency" && each.path.endsWith(path) && isIt(each));
  const { seq } = await vi.waitFor(async () => {
    const found = await find(({ status, effect }) => status === 0 && !effect);
    return found ?? Promise.reject(new Error(`${path} was not sent`));
  }, PATIENTLY);
  for (const { id } of await simulator.list("sessions")) await simulator.behindOurBack("PATCH", `sessions/${id}`, to);
  return () => find((each) => each.seq === seq);
}

/** The same with an operator that dies before it takes effect. */
export async function dieBeforeIt(stand: EasyStackStand, going: Going): Promise<Look> {
  const { path, ms } = going;
  const moved = Promise.withResolvers<Look>();
  await dying(stand, [{ method: "POST", path, action: "Latency", ms }], async () => {
    moved.resolve(await movedOnceSent(stand, going));
  });
  return moved.promise;
}

/** The same, and it has taken effect. */
export async function dieAstray(stand: EasyStackStand, going: Going): Promise<void> {
  const look = await dieBeforeIt(stand, going);
  await vi.waitFor(async () => {
    if ((await look())?.effect !== true) throw new Error(`${going.path} has not taken effect`);
  }, PATIENTLY);
}
