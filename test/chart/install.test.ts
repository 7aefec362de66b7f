// The packaged chart over its life: installed, at work with two replicas, uninstalled without a trace in any cloud, reinstalled.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createChartBed, RELEASE, RELEASE_NAMESPACE, type ChartBed } from "../support/chart/chart-bed.ts";
import { helmOk } from "../support/chart/helm.ts";
import type { Operator } from "../support/operator/operator.ts";

/** Samples become Ready within seconds; a takeover waits out the lease of 15 s. */
const GENEROUS = { timeout: 150_000 };

let bed: ChartBed;
let leader: Operator;

beforeAll(async () => {
  bed = await createChartBed();
  await bed.deploy("install", bed.chart);
}, 900_000);
afterAll(() => bed?.[Symbol.asyncDispose]());

it("Is installed by helm, with the next steps in its notes", async () => {
  const release = ["--namespace", RELEASE_NAMESPACE];
  expect(await helmOk(bed.helm, ["status", RELEASE, ...release])).toMatch(/^STATUS: deployed$/m);
  const notes = await helmOk(bed.helm, ["get", "notes", RELEASE, ...release]);
  expect(notes).toContain("rollout status deployment/yunfan");
  expect(notes).toContain("leaves the CRDs with all resources");
});

it(
  "Brings all samples to Ready, with the Deployment's arguments and its ServiceAccount's token",
  GENEROUS,
  async () => {
    leader = await bed.operator("replica-1");
    await leader.ready;
    const applied = await bed.applySamples();
    await bed.allReady();
    expect(await bed.resources()).toHaveLength(applied);
  },
);

it("Goes on with its second replica when the first one is killed", GENEROUS, async () => {
  const standby = await bed.operator("replica-2");
  await standby.said("Waiting for the lease");
  leader.kill("SIGKILL");
  const { healthPort = 0 } = await standby.ready;
  expect(await (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text()).toBe("ok");
  await bed.kubectl(["patch", "yfrp/web-shop", "--type=merge", "-p", '{"spec":{"visibility":"Public"}}']);
  const writers = async (): Promise<string[]> => (await bed.effects()).map(({ userAgent }) => userAgent);
  await expect.poll(writers, { timeout: 60_000 }).toContainEqual(expect.stringContaining("(replica-2)"));
  leader = standby;
  await bed.allReady();
});

it("Leaves CRDs, resources and clouds alone when it is uninstalled, and nothing else", GENEROUS, async () => {
  const [resources, effects] = await Promise.all([bed.resources(), bed.effects()]);
  await helmOk(bed.helm, ["uninstall", RELEASE, "--namespace", RELEASE_NAMESPACE]);
  leader.kill("SIGTERM");
  expect(await leader.ended).toEqual({ code: 0, signal: null });
  expect(resources).not.toEqual([]);
  expect(await bed.resources()).toEqual(resources);
  expect(await bed.effects()).toEqual(effects);
  const kinds =
    "deployments,services,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,poddisruptionbudgets";
  const policies = "validatingadmissionpolicies,validatingadmissionpolicybindings";
  const left = await bed.kubectl(["get", `${kinds},${policies}`, "-A", "-l", `app.kubernetes.io/instance=${RELEASE}`]);
  expect(left).toBe("");
  expect(await bed.kubectl(["get", policies])).toBe("");
});

it("Picks everything up when it is reinstalled, without a write to any cloud", GENEROUS, async () => {
  const [resources, effects] = await Promise.all([bed.resources(), bed.effects()]);
  await bed.deploy("install", bed.chart);
  leader = await bed.operator("replica-3");
  await leader.ready;
  await bed.lookAgain();
  await bed.allReady();
  expect(await bed.resources()).toEqual(resources);
  expect(await bed.effects()).toEqual(effects);
});
