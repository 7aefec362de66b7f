// Accounts that come to reach another place, for what stands for no item of a cloud: the records of a sink, and the objects of a set.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import {
  BCS,
  bcsAccountManifests,
  sinkManifest,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { startSimulator, type Simulator } from "../support/clouds/simulator.ts";
import { accountManifests, createStandOn } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { accountSetManifest, configMap } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

let stand: BcsStand;
const started: AsyncDisposable[] = [];

beforeAll(async () => {
  stand = await createStandOn(
    { ...BCS, kinds: ["cloudaccounts", "inventorysinks", "manifestsets"] },
    "moved-others",
    {},
  );
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await Promise.all(started.map((one) => one[Symbol.asyncDispose]()));
});

const point = (account: string, { url }: { url: string }) =>
  stand.edit(`cloudaccount/${account}`, { spec: { endpoint: url } });

describe.concurrent("a sink's account", () => {
  const records = async (store: BcsSimulator) => (await store.store()).records.length;

  it("pointed to another store leaves the records of before, reports nothing there, and takes all back at home", async ({
    expect,
  }) => {
    const [home, other] = [await stand.anotherSimulator(), await stand.anotherSimulator()];
    await stand.apply(
      ...bcsAccountManifests(home, { name: "store" }),
      sinkManifest("fleet", { accountRef: { name: "store" } }),
    );
    await stand.reaches("inventorysink/fleet", "Reported");
    const before = await records(home);
    expect(before).toBeGreaterThan(0);
    await point("store", other);
    const { message } = await stand.reaches("inventorysink/fleet", "AccountMoved");
    expect(message).toMatch(/Its records are in .* Point the account back/);
    await stand.remove("inventorysink/fleet");
    await stand.lookAgain("inventorysink/fleet");
    expect((await stand.reaches("inventorysink/fleet", "AccountMoved")).message).toContain("force-orphan");
    expect([await records(home), await records(other), await other.effects()]).toEqual([before, 0, []]);
    await point("store", home);
    await stand.gone("inventorysink/fleet");
    expect([await records(home), await other.effects()]).toEqual([0, []]);
  });
});

describe.concurrent("a set's account", () => {
  const { kubectl, kubeconfigPath } = sharedControlPlane();

  async function cloud(): Promise<Simulator> {
    const simulator = await startSimulator({ kubeconfig: kubeconfigPath });
    started.push(simulator);
    return simulator;
  }

  it("pointed to another address changes and deletes nothing by it, and all at home", async ({ expect }) => {
    // Of two addresses of one cluster, the second of which nobody has called the same.
    const [home, other, namespace] = await Promise.all([cloud(), cloud(), uniqueNamespace(kubectl, "moved-target")]);
    const level = async () => {
      const { stdout } = await kubectl([
        "get",
        "configmap",
        "settings",
        "--namespace",
        namespace,
        "--ignore-not-found",
        "-o",
        "jsonpath={.data.level}",
      ]);
      return stdout;
    };
    const manifests = (value: string) => ({
      targetNamespace: namespace,
      manifests: [configMap("settings", { level: value })],
    });
    await stand.apply(
      ...accountManifests(home, { name: "channel" }),
      accountSetManifest("config", { accountRef: { name: "channel" }, ...manifests("info") }),
    );
    await stand.reaches("manifestset/config", "Available");
    await point("channel", other);
    await stand.reaches("manifestset/config", "AccountMoved");
    await stand.edit("manifestset/config", { spec: manifests("debug") });
    await stand.lookAgain("manifestset/config");
    expect((await stand.reaches("manifestset/config", "AccountMoved")).message).toMatch(
      /Nothing is written there.*force-orphan/,
    );
    await stand.remove("manifestset/config");
    await stand.reaches("manifestset/config", "DeletionHeld");
    expect([await level(), await other.effects()]).toEqual(["info", []]);
    await point("channel", home);
    await stand.gone("manifestset/config");
    expect([await level(), await other.effects()]).toEqual(["", []]);
    await kubectlOk(kubectl, ["delete", "namespace", namespace, "--wait=false"]);
  });
});

itStaysClean(() => stand);
