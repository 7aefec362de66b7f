// Namespaced mode: the operator works with Roles in the namespaces that it watches, and has no rights elsewhere.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createChartBed, type ChartBed } from "../support/chart/chart-bed.ts";
import { accountManifests, projectManifest, yaml } from "../support/environment/manifests.ts";
import { startSimulator, type Simulator } from "../support/clouds/simulator.ts";

const ACCOUNT = ["--as", "system:serviceaccount:yunfan-system:yunfan"];

let bed: ChartBed;
let simulator: Simulator;

beforeAll(async () => {
  bed = await createChartBed();
  for (const name of ["team-a", "team-b"]) await bed.kubectl(["create", "namespace", name]);
  await bed.deploy("install", bed.chart, ["--set", "watchNamespaces={default,team-a}"]);
  simulator = await startSimulator();
}, 900_000);
afterAll(async () => {
  await bed?.[Symbol.asyncDispose]();
  await simulator?.[Symbol.asyncDispose]();
});

it("Works in every namespace that it watches, and in no other", { timeout: 150_000 }, async () => {
  const operator = await bed.operator("namespaced");
  await operator.ready;
  for (const namespace of ["team-b", "team-a"]) {
    const manifests = [...accountManifests(simulator), projectManifest(`${namespace}-shop`)];
    await bed.kubectl(["apply", "-n", namespace, "-f", "-"], yaml(manifests));
  }
  await bed.applySamples();
  await bed.allReady("default");
  await bed.allReady("team-a");
  expect((await simulator.projects()).map(({ name }) => name)).toEqual(["team-a-shop"]);
  const untouched = await bed.kubectl(["get", "yfrp/team-b-shop", "-n", "team-b", "-o", "jsonpath={.status}"]);
  expect(JSON.parse(untouched)).toEqual({ observedGeneration: -1 });
});

it("Deletes what it made there, with the Secrets that it published", { timeout: 150_000 }, async () => {
  const published = (): Promise<string> =>
    bed.kubectl(["get", "secrets", "-A", "-l", "yunfan.dev/owner-uid", "-o", "name"]);
  expect((await published()).trim().split("\n")).toContain("secret/production-kubeconfig");
  await bed.kubectl(["delete", "yfrp", "--all", "-n", "team-a", "--timeout=60s"]);
  expect(await simulator.projects()).toEqual([]);
  const kinds = ["managedaddons", "managednodes", "nodepools", "managedclusters", "registryprojects"];
  const ours = kinds.map((plural) => `${plural}.yunfan.dev`).join(",");
  await bed.kubectl(["delete", ours, "--all", "-n", "default", "--timeout=100s"]);
  expect(await published()).toBe("");
});

it("May do nothing outside of them", async () => {
  const answers = async (namespace: string): Promise<string[]> => {
    const questions = ["list secrets", "patch registryprojects.yunfan.dev", "create events.events.k8s.io"];
    const asked = questions.map(async (question) => {
      const { stdout } = await bed.plane.kubectl([
        "auth",
        "can-i",
        ...question.split(" "),
        "-n",
        namespace,
        ...ACCOUNT,
      ]);
      return stdout.trim();
    });
    return Promise.all(asked);
  };
  expect(await answers("team-a")).toEqual(["yes", "yes", "yes"]);
  expect(await answers("team-b")).toEqual(["no", "no", "no"]);
  expect(await answers("yunfan-system")).toEqual(["no", "no", "no"]);
});
