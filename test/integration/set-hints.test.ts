// What targets tell of changes: a set is visited within seconds and heals, long before its drift tick; our own writes wake nobody.
import { describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  configMap,
  createSetStand,
  isWrite,
  setManifest,
  standCluster,
  targetShows,
  useSetStand,
} from "../support/environment/manifest-sets.ts";
import { scrape, sumOf } from "../support/operator/scrape.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const theStand = useSetStand("set-hints");
/** Longer than any test: what is healed was told of. */
const NEVER = { driftIntervalSeconds: 3_600 };

describe("a set whose target tells of changes", () => {
  it("heals what a colleague changes and makes again what he deletes, though no tick comes", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("told");
    const manifests = [configMap("changed"), configMap("deleted")];
    await stand.apply(setManifest("told", { ...NEVER, targetNamespace: namespace, manifests }));
    await stand.reaches("manifestset/told", "Available");
    const { metadata } = (await stand.target.get("configmap", "deleted", namespace))!;
    const theirs = ["--type=merge", "-p", '{"data":{"level":"debug"}}'];
    await stand.target.kubectl("patch", "configmap", "changed", "-n", namespace, ...theirs);
    await targetShows(stand, ["configmap", "changed", namespace], ({ data }) => data?.["level"] === "info");
    await stand.target.kubectl("delete", "configmap", "deleted", "-n", namespace);
    await targetShows(stand, ["configmap", "deleted", namespace], (found) => found.metadata.uid !== metadata.uid);
    const writes = (await stand.requestsIn(namespace)).filter(isWrite);
    // Two are made, one is set back, one is made again.
    expect(writes).toHaveLength(4);
  });

  it("shares one stream for each kind with the other sets there, which a set that goes leaves to them", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("shared");
    for (const name of ["one", "two"]) {
      const spec = { ...NEVER, targetNamespace: namespace, manifests: [configMap(name)] };
      await stand.apply(setManifest(name, spec));
      await stand.reaches(`manifestset/${name}`, "Available");
    }
    await stand.remove("manifestset/one");
    await stand.gone("manifestset/one");
    const theirs = ["--type=merge", "-p", '{"data":{"level":"debug"}}'];
    await stand.target.kubectl("patch", "configmap", "two", "-n", namespace, ...theirs);
    await targetShows(stand, ["configmap", "two", namespace], ({ data }) => data?.["level"] === "info");
    const watches = (await stand.target.requests()).filter(
      ({ verb, uri }) => verb === "watch" && /configmaps/.test(uri),
    );
    expect(watches).toHaveLength(1);
    expect(watches[0]!.uri).toMatch(/^\/api\/v1\/configmaps\?.*labelSelector=yunfan\.dev%2Fmanifestset-uid/);
  });

  it("has none with --target-watches 0, and finds changes when it looks", async ({ expect }) => {
    await using stand = await createSetStand("set-unhinted", theStand().target);
    const flags = ["--no-leader-elect", "--target-watches", "0", "--metrics-bind-address", "127.0.0.1:0"];
    const { metricsPort } = await stand.operator({ flags }).ready;
    await standCluster(stand);
    const namespace = await stand.target.namespace("untold");
    const spec = { ...NEVER, targetNamespace: namespace, manifests: [configMap("changed")] };
    await stand.apply(setManifest("untold", spec));
    await stand.reaches("manifestset/untold", "Available");
    const theirs = ["--type=merge", "-p", '{"data":{"level":"debug"}}'];
    await stand.target.kubectl("patch", "configmap", "changed", "-n", namespace, ...theirs);
    expect(sumOf(await scrape(metricsPort!), "yunfan_target_watches")).toBe(0);
    await stand.lookAgain("manifestset/untold");
    await targetShows(stand, ["configmap", "changed", namespace], ({ data }) => data?.["level"] === "info");
  });
});

itStaysClean(theStand);
