// An operator that is newer than the CRDs, as after an upgrade that leaves CRDs alone: it serves the kinds that are there and says
// which one is missing, also where its rights are of before, too.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import { accountManifests, projectManifest } from "../support/environment/manifests.ts";
import { createSafetyBed, type SafetyBed } from "../support/environment/safety-bed.ts";
import { scrape, sumOf } from "../support/operator/scrape.ts";

vi.setConfig({ testTimeout: 120_000 });

const MISSING = "managedaddons";
const CRD = `${MISSING}.yunfan.dev`;

let bed: SafetyBed;

beforeAll(async () => {
  bed = await createSafetyBed({ controllerManager: false });
  await kubectlOk(bed.plane.kubectl, ["delete", "crd", CRD]);
}, 120_000);
afterAll(() => bed[Symbol.asyncDispose]());

const patiently = <T>(value: () => T) => expect.poll(value, { timeout: 60_000, interval: 250 });

interface Role {
  apiVersion: string;
  kind: string;
  rules: { resources: string[]; resourceNames?: string[] }[];
}

/** As a release without the kind grants them. */
async function takeRights(): Promise<void> {
  const role = JSON.parse(await kubectlOk(bed.plane.kubectl, ["get", "clusterrole", "yunfan", "-o", "json"])) as Role;
  const rules = role.rules.flatMap(({ resources, resourceNames, ...rule }) => {
    const left = resources.filter((resource) => !resource.startsWith(MISSING));
    const names = resourceNames?.filter((name) => name !== CRD);
    return left.length === 0 ? [] : [{ ...rule, resources: left, ...(names && { resourceNames: names }) }];
  });
  const { apiVersion, kind } = role;
  const reduced = JSON.stringify({ apiVersion, kind, metadata: { name: "yunfan" }, rules });
  await kubectlOk(bed.plane.kubectl, ["apply", "--server-side", "-f", "-"], reduced);
}

const start = () =>
  bed.operator(["--health-probe-bind-address", "127.0.0.1:0", "--metrics-bind-address", "127.0.0.1:0"]);

async function works(team: string): Promise<void> {
  await bed.apply(team, ...accountManifests(bed.ctyun), projectManifest("shop", { cloudName: team }));
  await patiently(() => bed.ready(`${team}/registryprojects/shop`)).toMatch(/^Available/);
}

it.each([
  ["its rights are of this version", () => Promise.resolve()],
  ["its rights are of before", takeRights],
])("R14: it serves the kinds that are there, and says which one is missing, where %s", async (how, prepare) => {
  await prepare();
  await using operator = start();
  const { healthPort, metricsPort } = await operator.ready;
  const readyz = async (): Promise<string> => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text();
  expect(await readyz()).toBe(
    "ok\n[!]crds: no CRD, and counted as empty: ManagedAddon. " +
      "Apply the CRDs of this version: yunfan crds | kubectl apply --server-side -f -",
  );
  expect(sumOf(await scrape(metricsPort!), "yunfan_crd_missing", { kind: "ManagedAddon" })).toBe(1);
  const told = operator.log.filter(({ msg }) => msg.startsWith("The CRD is missing"));
  expect(told).toMatchObject([{ level: "warn", crd: CRD }]);
  await works(how.endsWith("before") ? "team-before" : "team");
});

it("R14: it serves the kind within half a minute of its CRD and its rights", async () => {
  await using operator = start();
  const { healthPort, metricsPort } = await operator.ready;
  await bed.install("crds", "rbac.yaml");
  const readyz = async (): Promise<string> => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text();
  await patiently(readyz).toBe("ok");
  expect(sumOf(await scrape(metricsPort!), "yunfan_crd_missing")).toBeUndefined();
});
