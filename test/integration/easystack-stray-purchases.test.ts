// Hybrid applications and claims of EasyStack ECNS that are made in another place than the server had confirmed: servers are bought once, and none is
// left where it was not meant for.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { dieAstray, movedOnceSent, type Going } from "../support/clouds/easystack/astray.ts";
import {
  applicationManifest,
  clusterClaimManifest,
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
  hybridOptions,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { living as livingFor } from "../support/clouds/easystack/lives.ts";
import { targetOn, type ReachedTarget } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const PATIENTLY = { timeout: 60_000, interval: 50 };
/** A loaded machine has to see it before it takes effect. */
const LATE_MS = 6_000;
const cluster = `p${randomBytes(4).toString("hex")}`;
const other = `${cluster}-o`;

let stand: EasyStackStand;
let target: ReachedTarget;

/** An operator, by whose word a create takes effect so soon or never. */
const living = (work: () => Promise<unknown>, settleSeconds = 10): Promise<void> =>
  livingFor(stand, work, settleSeconds);

beforeAll(async () => {
  const plane = sharedControlPlane();
  target = targetOn(plane);
  const clusters = [cluster, other].map((name) => ({ name, type: "EKS" as const }));
  stand = await createEasyStackStand("easystack-purchases", { kubeconfig: plane.kubeconfigPath, clusters });
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(cluster));
  await living(() => stand.reaches(`managedcluster/${cluster}`, "Available"));
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Of both clusters. */
async function namespaces(name: string): Promise<void> {
  for (const each of [cluster, other]) {
    await stand.simulator.behindOurBack("POST", "namespaces", { cluster: each, name });
  }
}

/** A create that gets into the other cluster. */
const astray = (path: string, namespace: string): Going => ({ path, to: { cluster: other, namespace }, ms: LATE_MS });

const found = async (kind: string, name: string, namespace: string): Promise<readonly boolean[]> => {
  const at = await Promise.all([cluster, other].map((each) => target.get(kind, name, `${each}--${namespace}`)));
  return at.map((object) => object !== undefined);
};

describe("what costs, and was made elsewhere", () => {
  const application = (name: string): object => {
    const place = { clusterRef: { name: cluster }, targetNamespace: name };
    return applicationManifest(name, { ...place, contentsOnDelete: "All", easystack: { hybrid: hybridOptions(name) } });
  };
  /** Where the servers of that application are. */
  const serversOf = async (name: string): Promise<readonly unknown[]> =>
    (await stand.simulator.list("servers")).filter((one) => one["application"] === name).map((one) => one["cluster"]);

  it("while its operator was killed: a hybrid application is taken away there with its servers, and bought once where it belongs", async () => {
    const name = "buys";
    await namespaces(name);
    await stand.apply(application(name));
    await dieAstray(stand, astray("/applications/", name));
    expect(await serversOf(name)).toEqual([other]);
    await living(async () => {
      await stand.reaches(`managedapplication/${name}`, "Available");
      expect(JSON.stringify(await stand.events(`managedapplication/${name}`))).toContain(
        `was made in ${other}/${name}, where it was not meant`,
      );
    });
    expect(await serversOf(name)).toEqual([cluster]);
  });

  it("the same where its operator lives, and the cloud has confirmed what it made elsewhere", async () => {
    const name = "lives";
    await namespaces(name);
    await stand.simulator.setFaults([{ method: "POST", path: "/applications/", action: "Latency", ms: LATE_MS }]);
    await stand.apply(application(name));
    await living(async () => {
      await movedOnceSent(stand, astray("/applications/", name));
      await expect.poll(() => serversOf(name), PATIENTLY).toEqual([other]);
      await expect.poll(() => serversOf(name), PATIENTLY).toEqual([cluster]);
      await stand.reaches(`managedapplication/${name}`, "Available");
    }, 20);
  });

  it("goes with an application that is deleted right after the kill", async () => {
    const name = "sold";
    await namespaces(name);
    await stand.apply(application(name));
    await dieAstray(stand, astray("/applications/", name));
    await stand.remove(`managedapplication/${name}`);
    await living(() => stand.gone(`managedapplication/${name}`));
    expect(await serversOf(name)).toEqual([]);
  });

  it("an application into which somebody has put something is named, and no other is bought", async () => {
    const name = "used";
    await namespaces(name);
    await stand.apply(application(name));
    await dieAstray(stand, astray("/applications/", name));
    await stand.simulator.behindOurBack("POST", "servers", {
      cluster: other,
      namespace: name,
      name: "theirs",
      application: name,
      virtualMachine: "theirs",
    });
    await living(async () => {
      const { message } = await stand.reaches(`managedapplication/${name}`, "PlaceNotConfirmed");
      expect(message).toContain(`was made in ${other}/${name}`);
    });
    expect(await serversOf(name)).toEqual([other, other]);
  });

  it("a claim is taken away there, and made where it belongs", async () => {
    const name = "stores";
    await namespaces(name);
    await stand.apply(clusterClaimManifest(name, cluster, { targetNamespace: name }));
    await dieAstray(stand, astray(`/PersistentVolumeClaim/name/${name}/`, name));
    expect(await found("pvc", name, name)).toEqual([false, true]);
    await living(async () => {
      await stand.reaches(`cloudvolumeclaim/${name}`, "Available");
      await expect.poll(() => found("pvc", name, name), PATIENTLY).toEqual([true, false]);
    });
  });
});
