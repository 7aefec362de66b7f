// Creates of EasyStack ECNS that land in another place than the server had confirmed, while the operator that has sent them is killed: the next one looks
// for them, by what the set's inventory has kept.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clusterSetManifest } from "../support/clouds/easystack/environment.ts";
import { workload } from "../support/clouds/easystack/form-manifests.ts";
import {
  createTwoClusters,
  dieAstray,
  dieBeforeIt,
  type Going,
  type TwoClusters,
} from "../support/clouds/easystack/astray.ts";
import { configMap, type Json } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const PATIENTLY = { timeout: 60_000, interval: 50 };
/** A loaded machine has to see it before it takes effect. */
const LATE_MS = 8_000;
const IMAGE = { containers: [{ name: "main", image: "nginx:1.25" }] };

let bed: TwoClusters;

beforeAll(async () => {
  bed = await createTwoClusters("easystack-stray-kills", 3);
});
afterAll(() => bed[Symbol.asyncDispose]());

/** A create that gets into the other cluster. */
const astray = (path: string, namespace: string, ms = LATE_MS): Going => ({
  path,
  to: { cluster: bed.other, namespace },
  ms,
});

async function eventsOf(name: string): Promise<string> {
  return JSON.stringify(await bed.stand.events(`manifestset/${name}`));
}

function setOf(name: string, route: "Yaml" | "Forms", manifests: readonly Json[]): object {
  return clusterSetManifest(name, bed.cluster, { targetNamespace: name, manifests, easystack: { route } });
}

describe("a create that got elsewhere while its operator was killed", () => {
  it.for([
    ["Yaml", "by-yaml", "configmap", "/_raw/ConfigMap/name/settings/", configMap("settings"), "settings"],
    ["Forms", "by-form", "deployment", "/workloads/", workload("Deployment", "web", { replicas: 0 }, IMAGE), "web"],
  ] as const)(
    "by route %s is taken away there, by the mark that it bears, and made where it belongs",
    async ([route, name, kind, path, manifest, object]) => {
      await bed.namespaces(name);
      await bed.stand.apply(setOf(name, route, [manifest]));
      await dieAstray(bed.stand, astray(path, name));
      expect(await bed.found(kind, object, name)).toEqual([false, true]);
      await bed.living(async () => {
        await expect.poll(() => bed.found(kind, object, name), PATIENTLY).toEqual([true, false]);
        await expect.poll(() => eventsOf(name), PATIENTLY).toContain("where it was not meant for, and was taken away");
        await bed.stand.until(`manifestset/${name}`, ({ status }) => {
          const [entry] = (status["inventory"] ?? []) as readonly { uid?: string; making?: object }[];
          return entry?.uid !== undefined && entry.making === undefined;
        });
      });
    },
  );

  it("only when the next one had begun is waited for, and taken away before it is made where it belongs", async () => {
    const name = "late";
    await bed.namespaces(name);
    await bed.stand.apply(setOf(name, "Yaml", [configMap("late")]));
    const sent = await dieBeforeIt(bed.stand, astray("/_raw/ConfigMap/name/late/", name, 12_000));
    await bed.living(async () => {
      await expect.poll(async () => (await sent())?.effect, PATIENTLY).toBe(true);
      await expect.poll(() => bed.found("configmap", "late", name), PATIENTLY).toEqual([true, false]);
      await expect.poll(() => eventsOf(name), PATIENTLY).toContain("where it was not meant for, and was taken away");
    }, 15);
    const effects = (await bed.stand.simulator.effects()) as readonly { method: string; place?: string }[];
    const writes = effects.filter(({ place }) => place?.endsWith("/late")).map(({ method, place }) => [method, place]);
    expect(writes).toEqual([
      ["POST", `${bed.other}/${name}`],
      ["DELETE", `${bed.other}/${name}`],
      ["POST", `${bed.cluster}/${name}`],
    ]);
  });

  it("goes with a set that is deleted right after the kill", async () => {
    const name = "leaving";
    await bed.namespaces(name);
    await bed.stand.apply(setOf(name, "Yaml", [configMap("leaving")]));
    await dieAstray(bed.stand, astray("/_raw/ConfigMap/name/leaving/", name));
    expect(await bed.found("configmap", "leaving", name)).toEqual([false, true]);
    await bed.stand.remove(`manifestset/${name}`);
    await bed.living(() => bed.stand.gone(`manifestset/${name}`));
    expect(await bed.found("configmap", "leaving", name)).toEqual([false, false]);
  });

  it("and that bears no mark is named and not touched: it may be a stranger's", async () => {
    const name = "unmarked";
    await bed.namespaces(name);
    await bed.stand.apply(setOf(name, "Forms", [configMap("settings")]));
    await dieAstray(bed.stand, astray("/kubernetes/configmap/settings/", name));
    const before = await bed.target.get("configmap", "settings", `${bed.other}--${name}`);
    expect(before?.metadata.labels).toBeUndefined();
    await bed.living(async () => {
      await bed.stand.reaches(`manifestset/${name}`, "Available");
      const said = `Whether ConfigMap ${name}/settings in ${bed.other}/${name} was made by a request of this set`;
      await expect.poll(() => eventsOf(name), PATIENTLY).toContain(said);
    });
    expect(await bed.found("configmap", "settings", name)).toEqual([true, true]);
    expect(await bed.target.get("configmap", "settings", `${bed.other}--${name}`)).toEqual(before);
  });
});
