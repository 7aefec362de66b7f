// What a policy refuses the operator, on the kinds that are not registries': said in the policy's words on each of them, by whichever of
// our writes it is refused, with nothing made or deleted in a cloud meanwhile but what was under way, and no hot retry.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { refuse, type Policy } from "../support/apiserver/policies.ts";
import {
  alarmSourceManifest,
  BCS,
  bcsAccountManifests,
  queryManifest,
  sinkManifest,
} from "../support/clouds/bcs/environment.ts";
import {
  applicationManifest,
  clusterManifest,
  clusterSetManifest,
  EASYSTACK,
  easystackAccountManifests,
  namespaceManifest,
} from "../support/clouds/easystack/environment.ts";
import type { SimulatorControls } from "../support/clouds/simulator.ts";
import { addonManifest, createMembersStand, poolManifest } from "../support/environment/cluster-members.ts";
import { createStandOn, type Stand } from "../support/environment/environment.ts";
import { configMap } from "../support/environment/manifest-sets.ts";
import { expectSeldom } from "../support/environment/polling.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** What is there beside the resources that are tried. */
interface Ground {
  readonly stand: Pick<
    Stand,
    | "namespace"
    | "apply"
    | "annotate"
    | "remove"
    | "reaches"
    | "gone"
    | "seen"
    | "visited"
    | "events"
    | "operators"
    | "until"
  >;
  readonly cloud: Pick<SimulatorControls, "effects">;
  /** Where sinks report. */
  readonly store?: Pick<SimulatorControls, "effects">;
  readonly disposables: readonly AsyncDisposable[];
}

interface Tried {
  /** As kubectl takes it. */
  readonly kind: string;
  readonly plural: string;
  readonly manifest: (name: string) => object;
  /** Of Ready, when all is well. */
  readonly well: string;
  /** Has something in a cloud, and so a finalizer. */
  readonly holds: boolean;
}

/**
 * What they hang in and what works for them may have them visited twice besides; hot would be ten visits a second. No more than
 * these: each takes twice as long as the one before.
 */
const SELDOM = { visits: 3, leastMs: 500 };

const CLUSTER = `r${randomBytes(4).toString("hex")}`;
const inCluster = { clusterRef: { name: CLUSTER } };

async function huaweiGround(): Promise<Ground> {
  const stand = await createMembersStand("refused-members");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  const { cloud } = await stand.home("home");
  return { stand, cloud, disposables: [stand] };
}

async function platformGround(): Promise<Ground> {
  const { kubeconfigPath: kubeconfig } = sharedControlPlane();
  const kinds = [...EASYSTACK.kinds, "inventorysinks", "alarmsources", "inventoryqueries"];
  const cloud = { ...EASYSTACK, kinds, secrets: [...EASYSTACK.secrets, ...BCS.secrets] };
  const clusters = [{ name: CLUSTER, type: "EKS" as const }];
  const stand = await createStandOn(cloud, "refused-kinds", { kubeconfig, clusters, deletes: "NotFound" });
  const store = await BCS.start({});
  await stand.operator({ flags: ["--no-leader-elect", "--platform-namespace", stand.namespace] }).ready;
  await stand.apply(
    ...easystackAccountManifests(stand.simulator),
    ...bcsAccountManifests(store),
    clusterManifest(CLUSTER),
  );
  await Promise.all([
    stand.reaches(`managedcluster/${CLUSTER}`, "Available"),
    stand.reaches("cloudaccount/bcs", "Verified"),
  ]);
  return { stand, cloud: stand.simulator, store, disposables: [stand, store] };
}

const home = { name: "home" };

describe.each<{ on: string; ground: () => Promise<Ground>; tried: readonly Tried[] }>([
  {
    on: "Huawei CCE",
    ground: huaweiGround,
    tried: [
      {
        kind: "nodepool",
        plural: "nodepools",
        manifest: (name) => poolManifest(home, { replicas: 1 }, { name }),
        well: "Available",
        holds: true,
      },
      {
        kind: "managedaddon",
        plural: "managedaddons",
        manifest: (name) => addonManifest(home, {}, { name }),
        well: "Available",
        holds: true,
      },
    ],
  },
  {
    on: "EasyStack ECNS and bcs-storage",
    ground: platformGround,
    tried: [
      {
        kind: "managednamespace",
        plural: "managednamespaces",
        manifest: (name) => namespaceManifest(name, inCluster),
        well: "Available",
        holds: true,
      },
      {
        kind: "managedapplication",
        plural: "managedapplications",
        manifest: (name) => applicationManifest(name, inCluster),
        well: "Available",
        holds: true,
      },
      {
        kind: "manifestset",
        plural: "manifestsets",
        manifest: (name) =>
          clusterSetManifest(name, CLUSTER, { targetNamespace: "default", manifests: [configMap(`of-${name}`)] }),
        well: "Available",
        holds: true,
      },
      {
        kind: "inventorysink",
        plural: "inventorysinks",
        manifest: (name) => sinkManifest(name, { kinds: ["ManagedCluster"] }),
        well: "Reported",
        holds: true,
      },
      {
        kind: "alarmsource",
        plural: "alarmsources",
        manifest: (name) => alarmSourceManifest(name),
        well: "Queried",
        holds: false,
      },
      {
        kind: "inventoryquery",
        plural: "inventoryqueries",
        manifest: (name) => queryManifest(name),
        well: "Queried",
        holds: false,
      },
    ],
  },
])("on $on", ({ ground, tried }) => {
  const holders = tried.filter(({ holds }) => holds);
  let stand: Ground["stand"];
  let cloud: Ground["cloud"];
  let store: Ground["store"];
  let disposables: Ground["disposables"] = [];
  let policy: Policy | undefined;

  beforeAll(async () => {
    ({ stand, cloud, store, disposables } = await ground());
  });
  afterAll(async () => {
    await policy?.lift();
    for (const each of disposables) await each[Symbol.asyncDispose]();
  });

  async function refusing(resources: readonly string[]): Promise<string> {
    const { kubectl } = sharedControlPlane();
    policy = await refuse({ kubectl, namespace: stand.namespace, resources });
    return policy.words;
  }

  async function lift(): Promise<void> {
    await policy?.lift();
    policy = undefined;
  }

  /** They were seen to be tried again by themselves: the next time may be a minute away by now. One that is going may have gone. */
  const hurry = (of: readonly Tried[], name: string): Promise<unknown> => {
    const again = { "yunfan.dev/reconcile-at": randomBytes(4).toString("hex") };
    return Promise.allSettled(of.map(({ kind }) => stand.annotate(`${kind}/${name}`, again)));
  };
  const all = (of: readonly Tried[], what: (each: Tried) => Promise<unknown>): Promise<unknown> =>
    Promise.all(of.map((each) => what(each)));
  const effectsIn = async (one: Ground["cloud"] | undefined): Promise<readonly string[]> =>
    ((await one?.effects()) ?? []).map(({ method, path }) => `${method} ${path}`);
  const effects = async (): Promise<readonly string[]> => [...(await effectsIn(cloud)), ...(await effectsIn(store))];
  const toldOf = async (name: string): Promise<readonly string[]> =>
    (await stand.events(name)).map(({ type, reason, message }) => `${type} ${reason} ${message}`);

  it("A finalizer that may not be put on: nothing is made, and all is made when the policy is gone", async () => {
    const words = await refusing(holders.map(({ plural }) => plural));
    const before = await effects();
    await stand.apply(...holders.map(({ manifest }) => manifest("first")));
    await all(holders, async ({ kind }) => {
      expect((await stand.reaches(`${kind}/first`, "RequestRefused")).message).toContain(words);
      await expectSeldom(stand, `${kind}/first`, SELDOM);
      const said = expect.stringMatching(new RegExp(`^Warning RequestRefused .*${words}`));
      await expect.poll(() => toldOf(`${kind}/first`), { timeout: 20_000 }).toContainEqual(said);
    });
    expect(await effects()).toEqual(before);
    await lift();
    await hurry(holders, "first");
    await all(holders, ({ kind, well }) => stand.reaches(`${kind}/first`, well));
    expect((await effects()).length).toBeGreaterThan(before.length);
  });

  it("A finalizer that may not be taken off: the deletion is sent once, and each goes when the policy does", async () => {
    const words = await refusing(holders.map(({ plural }) => plural));
    await all(holders, ({ kind }) => stand.remove(`${kind}/first`));
    await all(holders, ({ kind }) =>
      stand.until(`${kind}/first`, ({ status }) => status.conditions?.[0]?.reason === "RequestRefused"),
    );
    const before = await effects();
    await all(holders, async ({ kind }) => {
      const { message } = stand.seen(`${kind}/first`)!.status.conditions![0]!;
      expect(message).toContain(words);
      await expectSeldom(stand, `${kind}/first`, SELDOM);
    });
    expect(await effects()).toEqual(before);
    await lift();
    await hurry(holders, "first");
    await all(holders, ({ kind }) => stand.gone(`${kind}/first`));
    expect(await effects()).toEqual(before);
  });

  it("A status that may not be written: an event says it, and nothing is made without its journal", async () => {
    const words = await refusing(tried.map(({ plural }) => `${plural}/status`));
    const before = await effectsIn(cloud);
    await stand.apply(...tried.map(({ manifest }) => manifest("second")));
    await all(tried, async ({ kind }) => {
      const said = expect.stringMatching(new RegExp(`^Warning RequestRefused .*${words}`));
      await expect.poll(() => toldOf(`${kind}/second`), { timeout: 40_000 }).toContainEqual(said);
      await expectSeldom(stand, `${kind}/second`, SELDOM);
      expect(stand.seen(`${kind}/second`)?.status.conditions).toBeUndefined();
    });
    // A record needs no journal: it bears its owner, which is what the finalizer stands for.
    expect(await effectsIn(cloud)).toEqual(before);
    await lift();
    await hurry(tried, "second");
    await all(tried, ({ kind, well }) => stand.reaches(`${kind}/second`, well));
  });
});
