// Hybrid applications and claims of EasyStack ECNS that are made in another place than the server had confirmed, or whose place goes: servers are
// bought once, and none is left unnamed where it was not meant for.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  createTwoClusters,
  dieAstray,
  movedOnceSent,
  type Going,
  type TwoClusters,
} from "../support/clouds/easystack/astray.ts";
import { applicationManifest, clusterClaimManifest, hybridOptions } from "../support/clouds/easystack/environment.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const PATIENTLY = { timeout: 60_000, interval: 50 };
/** A loaded machine has to see it before it takes effect. */
const LATE_MS = 6_000;

let bed: TwoClusters;

beforeAll(async () => {
  bed = await createTwoClusters("easystack-purchases", 10);
});
afterAll(() => bed[Symbol.asyncDispose]());

/** A create that gets into the other cluster. */
const astray = (path: string, namespace: string): Going => ({
  path,
  to: { cluster: bed.other, namespace },
  ms: LATE_MS,
});

describe("what costs, and was made elsewhere", () => {
  const application = (name: string): object => {
    const place = { clusterRef: { name: bed.cluster }, targetNamespace: name };
    return applicationManifest(name, { ...place, contentsOnDelete: "All", easystack: { hybrid: hybridOptions(name) } });
  };
  /** Where the servers of that application are. */
  const serversOf = async (name: string): Promise<readonly unknown[]> =>
    (await bed.stand.simulator.list("servers"))
      .filter((one) => one["application"] === name)
      .map((one) => one["cluster"]);

  it("while its operator was killed: a hybrid application is taken away there with its servers, and bought once where it belongs", async () => {
    const name = "buys";
    await bed.namespaces(name);
    await bed.stand.apply(application(name));
    await dieAstray(bed.stand, astray("/applications/", name));
    expect(await serversOf(name)).toEqual([bed.other]);
    await bed.living(async () => {
      await bed.stand.reaches(`managedapplication/${name}`, "Available");
      expect(JSON.stringify(await bed.stand.events(`managedapplication/${name}`))).toContain(
        `was made in ${bed.other}/${name}, where it was not meant`,
      );
    });
    expect(await serversOf(name)).toEqual([bed.cluster]);
  });

  it("the same where its operator lives, and the cloud has confirmed what it made elsewhere", async () => {
    const name = "lives";
    await bed.namespaces(name);
    await bed.stand.simulator.setFaults([{ method: "POST", path: "/applications/", action: "Latency", ms: LATE_MS }]);
    await bed.stand.apply(application(name));
    await bed.living(async () => {
      await movedOnceSent(bed.stand, astray("/applications/", name));
      await expect.poll(() => serversOf(name), PATIENTLY).toEqual([bed.other]);
      await expect.poll(() => serversOf(name), PATIENTLY).toEqual([bed.cluster]);
      await bed.stand.reaches(`managedapplication/${name}`, "Available");
    }, 20);
  });

  it("goes with an application that is deleted right after the kill", async () => {
    const name = "sold";
    await bed.namespaces(name);
    await bed.stand.apply(application(name));
    await dieAstray(bed.stand, astray("/applications/", name));
    await bed.stand.remove(`managedapplication/${name}`);
    await bed.living(() => bed.stand.gone(`managedapplication/${name}`));
    expect(await serversOf(name)).toEqual([]);
  });

  it("an application into which somebody has put something is named, and no other is bought", async () => {
    const name = "used";
    await bed.namespaces(name);
    await bed.stand.apply(application(name));
    await dieAstray(bed.stand, astray("/applications/", name));
    await bed.stand.simulator.behindOurBack("POST", "servers", {
      cluster: bed.other,
      namespace: name,
      name: "theirs",
      application: name,
      virtualMachine: "theirs",
    });
    await bed.living(async () => {
      const { message } = await bed.stand.reaches(`managedapplication/${name}`, "PlaceNotConfirmed");
      expect(message).toContain(`was made in ${bed.other}/${name}`);
    });
    expect(await serversOf(name)).toEqual([bed.other, bed.other]);
  });

  it("no other is bought while the place where it is can't be looked at", async () => {
    const name = "hidden";
    await bed.namespaces(name);
    await bed.stand.apply(application(name));
    await dieAstray(bed.stand, astray("/applications/", name));
    const path = `/cluster/${bed.other}/ns/${name}/$`;
    await bed.stand.simulator.setFaults([{ method: "GET", path, action: "Status", status: 503, times: 0 }]);
    await bed.living(async () => {
      await bed.stand.reaches(`managedapplication/${name}`, "PlaceNotConfirmed");
      expect(await serversOf(name)).toEqual([bed.other]);
      await bed.stand.simulator.setFaults([]);
      await bed.stand.reaches(`managedapplication/${name}`, "Available");
    });
    expect(await serversOf(name)).toEqual([bed.cluster]);
  });

  it("an application whose namespace is gone is missing, and its deletion ends when none of its servers is left", async () => {
    const name = "ended";
    const ref = `managedapplication/${name}`;
    await bed.namespaces(name);
    await bed.stand.apply(application(name));
    const { simulator: cloud } = bed.stand;
    await bed.living(async () => {
      await bed.stand.reaches(ref, "Available");
      await cloud.behindOurBack("DELETE", `namespaces/${bed.cluster}%2F${name}`);
      const server = { cluster: bed.cluster, namespace: "default", name: `${name}-db-0` };
      const { id } = (await cloud.behindOurBack("POST", "servers", server)) as { id: string };
      await bed.stand.reaches(ref, "ExternalResourceMissing");
      await bed.stand.remove(ref);
      const { message } = await bed.stand.reaches(ref, "ResidueLeft");
      expect(message).toContain(`server ${name}-db-0`);
      await cloud.behindOurBack("DELETE", `servers/${id}`);
      await bed.stand.gone(ref);
    }, 2);
  });

  it("a claim is taken away there, and made where it belongs", async () => {
    const name = "stores";
    await bed.namespaces(name);
    await bed.stand.apply(clusterClaimManifest(name, bed.cluster, { targetNamespace: name }));
    await dieAstray(bed.stand, astray(`/PersistentVolumeClaim/name/${name}/`, name));
    expect(await bed.found("pvc", name, name)).toEqual([false, true]);
    await bed.living(async () => {
      await bed.stand.reaches(`cloudvolumeclaim/${name}`, "Available");
      await expect.poll(() => bed.found("pvc", name, name), PATIENTLY).toEqual([true, false]);
    });
  });
});
