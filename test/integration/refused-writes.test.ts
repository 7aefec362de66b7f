// Policies of a cluster's owners that came later, seen from outside: what they refuse the operator is said in their words, and neither
// the cloud nor the API server is asked again and again.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { refuse, type Policy } from "../support/apiserver/policies.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import { expectSeldom } from "../support/environment/polling.ts";

vi.setConfig({ testTimeout: 120_000 });

let stand: Stand;
let policy: Policy | undefined;

beforeEach(async () => {
  stand = await createStand("refused-writes");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
}, 60_000);
afterEach(async () => {
  await policy?.lift();
  policy = undefined;
  await stand[Symbol.asyncDispose]();
});

async function refusing(what: Pick<Parameters<typeof refuse>[0], "resources" | "apiGroup" | "operations" | "reason">) {
  const { kubectl } = sharedControlPlane();
  policy = await refuse({ kubectl, namespace: stand.namespace, ...what });
  return policy.words;
}

const project = "registryproject/shop";

async function ready(): Promise<void> {
  await stand.apply(...accountManifests(stand.simulator), projectManifest("shop", { driftIntervalSeconds: 3600 }));
  await stand.reaches(project, "Available");
}

it("A finalizer that may not be taken off: the cloud is asked a few times, and the resource goes when the policy does", async () => {
  await ready();
  const words = await refusing({ resources: ["registryprojects"] });
  const before = (await stand.simulator.requests()).length;
  await stand.remove(project);
  const said = await stand.until(project, ({ status }) => status.conditions?.[0]?.reason === "RequestRefused");
  expect(said.status.conditions).toMatchObject([
    { type: "Ready", status: "False", message: expect.stringContaining(words) },
    { type: "Stalled", status: "True" },
    {},
  ]);
  await expectSeldom(stand, project);
  expect((await stand.simulator.requests()).length - before).toBeLessThan(25);
  expect((await stand.events(project)).filter(({ reason }) => reason === "RequestRefused")).toMatchObject([
    { type: "Warning", message: expect.stringContaining(words) },
  ]);
  expect(
    stand.operators[0]!.log.filter(({ level }) => level === "warn").map((line) => JSON.stringify(line)),
  ).toContainEqual(expect.stringContaining(words));
  await policy?.lift();
  await stand.gone(project);
});

it("A finalizer that may not be put on an account, answered 403: nothing goes to the cloud", async () => {
  const words = await refusing({ resources: ["cloudaccounts"], reason: "Forbidden" });
  await stand.apply(...accountManifests(stand.simulator));
  expect((await stand.reaches("cloudaccount/ctyun", "RequestRefused")).message).toContain(words);
  await expectSeldom(stand, "cloudaccount/ctyun");
  expect(await stand.simulator.requests()).toEqual([]);
  await policy?.lift();
  await stand.reaches("cloudaccount/ctyun", "Verified");
});

it("A status that may not be written: an event says it, and nothing is created without its journal", async () => {
  await stand.apply(...accountManifests(stand.simulator));
  await stand.reaches("cloudaccount/ctyun", "Verified");
  const words = await refusing({ resources: ["registryprojects/status"], reason: "RequestEntityTooLarge" });
  await stand.apply(projectManifest("shop"));
  await expectSeldom(stand, project);
  const told = async () => (await stand.events(project)).map(({ reason, message }) => `${reason}: ${message}`);
  await expect
    .poll(told, { timeout: 20_000 })
    .toContainEqual(expect.stringMatching(new RegExp(`^RequestRefused: .*${words}`)));
  expect(stand.seen(project)?.status.conditions).toBeUndefined();
  expect(await stand.simulator.effects()).toEqual([]);
  await policy?.lift();
  await stand.reaches(project, "Available");
  expect(await stand.simulator.effects()).toHaveLength(1);
});

it("A pull Secret that is taken out of the spec and may not be deleted is named, and goes when the policy does", async () => {
  await ready();
  await stand.edit(project, { spec: { pullSecrets: [{ namespace: stand.namespace, name: "pull" }] } });
  await stand.until(
    project,
    ({ status }) => status.conditions?.some(({ type }) => type === "PullSecretsReady") ?? false,
  );
  const words = await refusing({ apiGroup: "", resources: ["secrets"], operations: ["DELETE"] });
  await stand.edit(project, { spec: { pullSecrets: null } });
  expect((await stand.reaches(project, "SecretRefused")).message).toContain(words);
  expect((await stand.kubectl(["get", "secret", "pull"])).code).toBe(0);
  await policy?.lift();
  await stand.reaches(project, "Available");
  expect((await stand.kubectl(["get", "secret", "pull"])).code).not.toBe(0);
});
