// Creates that land in another place of EasyStack ECNS than the server had confirmed, because somebody moves the session in between: at most that one
// write goes astray, it is taken away and said, and what is a stranger's stays.
import { describe, expect, it, vi } from "vitest";
import { clusterSetManifest } from "../support/clouds/easystack/environment.ts";
import { useEasyStackSets } from "../support/clouds/easystack/sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap, targetShows, type Json } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const theStand = useEasyStackSets("easystack-astray");
const PATIENTLY = { timeout: 60_000, interval: 50 };
const LATE_MS = 2_500;

/** Another cluster of the project, which has a namespace `default` too; with that namespace beside it. */
async function another(name: string): Promise<string> {
  const { simulator, cluster } = theStand();
  const other = `${cluster}-${name}`.slice(0, 20);
  await simulator.behindOurBack("POST", "clusters", { name: other });
  return other;
}

/** Once that create is on its way, every session stands there, and then it takes effect. */
async function movedBefore(path: string, there: { cluster: string; namespace: string }): Promise<void> {
  const { simulator } = theStand();
  const sent = async (): Promise<number | undefined> =>
    (await simulator.requests()).find((each) => each.fault === "Latency" && each.path.includes(path))?.status;
  await expect.poll(sent, PATIENTLY).toBe(0);
  for (const { id } of await simulator.list("sessions")) {
    await simulator.behindOurBack("PATCH", `sessions/${id}`, there);
  }
  await expect.poll(sent, PATIENTLY).not.toBe(0);
}

async function late(path: string): Promise<void> {
  await theStand().simulator.setFaults([{ method: "POST", path, action: "Latency", ms: LATE_MS }]);
}

/** What was made where, by the simulator's log of places. */
async function creates(path: string): Promise<readonly (string | undefined)[]> {
  const effects = (await theStand().simulator.effects()) as readonly { method: string; path: string; place?: string }[];
  return effects.filter((each) => each.method === "POST" && each.path.includes(path)).map(({ place }) => place);
}

describe("a create whose session is moved after it was confirmed", () => {
  it.for(["Yaml", "Forms"])(
    "by route %s is taken away where it was not meant for, and made where it was",
    async (route) => {
      const stand = theStand();
      const name = `moved-${route.toLowerCase()}`;
      const other = await another(route === "Yaml" ? "y" : "f");
      // YAML names its namespace; a form gets anywhere.
      const namespace = route === "Yaml" ? "default" : "shop";
      if (route === "Forms") {
        await stand.simulator.behindOurBack("POST", "namespaces", { cluster: other, name: namespace });
      }
      const path = route === "Yaml" ? `/_raw/ConfigMap/name/${name}/` : `/kubernetes/configmap/${name}/`;
      await late(path);
      const manifests: Json[] = [configMap(name, { level: "info" })];
      const spec = { targetNamespace: "default", manifests, easystack: { route } };
      await stand.apply(clusterSetManifest(name, stand.cluster, spec));
      await movedBefore(path, { cluster: other, namespace });
      await targetShows(
        stand,
        ["configmap", name, `${stand.cluster}--default`],
        ({ data }) => data?.["level"] === "info",
      );
      await stand.reaches(`manifestset/${name}`, "Available");
      expect(await creates(path)).toEqual([`${other}/${namespace}`, `${stand.cluster}/default`]);
      expect(await stand.target.get("configmap", name, `${other}--${namespace}`)).toBeUndefined();
      const said = `ConfigMap default/${name} was made in ${other}/${namespace}`;
      await expect
        .poll(async () => JSON.stringify(await stand.events(`manifestset/${name}`)), PATIENTLY)
        .toContain(said);
      expect(JSON.stringify(await stand.events(`manifestset/${name}`))).toContain("and was taken away there");
    },
  );

  it("touches nothing of a stranger's, of that name or with those very contents", async () => {
    const stand = theStand();
    const other = await another("s");
    const at = async (namespace: string): Promise<unknown> => stand.target.get("configmap", "theirs", namespace);
    await stand.simulator.behindOurBack("POST", "namespaces", { cluster: other, name: "shop" });
    // There already, and what the form makes too.
    const theirs = {
      ...configMap("theirs", { level: "info" }),
      metadata: { name: "theirs", namespace: `${other}--shop` },
    };
    await stand.target.kubectl("create", "configmap", "theirs", "-n", `${other}--default`, "--from-literal=level=info");
    await stand.target.apply(theirs);
    const before = [await at(`${other}--default`), await at(`${other}--shop`)];
    const path = "/kubernetes/configmap/theirs/";
    await late(path);
    const manifests: Json[] = [configMap("theirs", { level: "info" })];
    const spec = { targetNamespace: "default", manifests, easystack: { route: "Forms" } };
    await stand.apply(clusterSetManifest("theirs", stand.cluster, spec));
    await movedBefore(path, { cluster: other, namespace: "shop" });
    await stand.reaches("manifestset/theirs", "Available");
    expect([await at(`${other}--default`), await at(`${other}--shop`)]).toEqual(before);
    expect(await creates(path)).toEqual([`${stand.cluster}/default`]);
  });
});

itStaysClean(theStand);
