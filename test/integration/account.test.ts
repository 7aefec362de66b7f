// The life of a CloudAccount: its Secret comes, changes and goes, its users hold it, and the cloud has bad moments.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import { CREDENTIALS, type SimulatedProject, type Simulator } from "../support/clouds/simulator.ts";
import {
  accountManifests,
  createStand,
  projectManifest,
  secretManifest,
  type Stand,
} from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("account");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** An account, and a project of that name, Ready. */
async function accountWithProject(name: string): Promise<{ cloud: Simulator; project: SimulatedProject }> {
  const cloud = await stand.cloud(name, {}, projectManifest(name, { accountRef: { name } }));
  await stand.reaches(`registryproject/${name}`, "Available");
  const [project] = await cloud.projects();
  return { cloud, project: project! };
}

/** Takes the finalizer off by force, as an impatient administrator does. */
async function tearOut(account: string): Promise<void> {
  await stand.remove(account);
  await stand.edit(account, { metadata: { finalizers: null } });
  await stand.gone(account);
}

describe.concurrent("an account", () => {
  it("notices at once that its Secret is rotated, deleted and created anew", async ({ expect }) => {
    const { cloud } = await accountWithProject("rotated");
    const [account, project, secret] = ["cloudaccount/rotated", "registryproject/rotated", "rotated-credentials"];
    await stand.apply(secretManifest(secret, { ...CREDENTIALS, secretKey: "a-rotated-wrong-key" }));
    await stand.reaches(account, "CredentialsRejected");
    await stand.reaches(project, "AccountNotReady");
    await stand.apply(secretManifest(secret));
    await stand.reaches(account, "Verified");
    await stand.reaches(project, "Available");

    await stand.remove(`secret/${secret}`);
    await stand.reaches(account, "SecretNotFound");
    await stand.reaches(project, "AccountNotReady");
    await stand.apply(secretManifest(secret));
    await stand.reaches(account, "Verified");
    await stand.reaches(project, "Available");
    expect(await cloud.effects()).toHaveLength(1);
  });

  it("notices by the next refusal that the cloud no longer takes its key, and says so to all its users", async ({
    expect,
  }) => {
    const { cloud } = await accountWithProject("revoked");
    await cloud.setFaults([{ action: "Status", status: 401, method: ".*", times: 0 }]);
    await stand.reaches("cloudaccount/revoked", "CredentialsRejected");
    await stand.reaches("registryproject/revoked", "AccountNotReady");
    await cloud.setFaults([]);
    await stand.reaches("cloudaccount/revoked", "Verified");
    await stand.reaches("registryproject/revoked", "Available");
    expect(await cloud.effects()).toHaveLength(1);
  });

  it("stays Ready through a bad moment of the cloud, which its projects tell", async ({ expect }) => {
    const { cloud, project } = await accountWithProject("unwell");
    const account = "cloudaccount/unwell";
    const before = stand.seen(account);
    await cloud.setFaults([{ action: "Status", status: 503, method: ".*", times: 0 }]);
    await stand.lookAgain("registryproject/unwell");
    const { message } = await stand.reaches("registryproject/unwell", "CloudUnavailable");
    expect(message).toContain("503");
    await stand.visited(account);
    expect(stand.seen(account)).toEqual(before);
    await cloud.setFaults([]);
    await stand.lookAgain("registryproject/unwell");
    await stand.reaches("registryproject/unwell", "Available");
    expect(await cloud.projects()).toEqual([project]);
  });

  it("says what a visit came to although somebody wrote to it meanwhile", async ({ expect }) => {
    const cloud = await stand.anotherSimulator();
    // No visit but the one that is asked for.
    await stand.apply(...accountManifests(cloud, { name: "crossed", spec: { driftIntervalSeconds: 3600 } }));
    const account = "cloudaccount/crossed";
    await stand.reaches(account, "Verified");
    const before = (await cloud.requests()).length;
    await cloud.setFaults([{ action: "Hold", method: ".*", times: 1 }]);
    await stand.annotate(account, { "yunfan.dev/reconcile-at": "now" });
    await expect.poll(async () => (await cloud.requests()).length).toBeGreaterThan(before);
    await stand.annotate(account, { "example.com/note": "meanwhile" });
    await cloud.release();
    await stand.until(account, ({ status }) => status["lastHandledReconcileAt"] === "now");
    const failed = stand.operators[0]!.log.filter(({ msg, name }) => msg === "Reconcile failed" && name === "crossed");
    expect(failed).toEqual([]);
  });

  it("that is deleted stays for its users, says who they are, and goes with the last of them", async ({ expect }) => {
    const { cloud } = await accountWithProject("held");
    await stand.apply(projectManifest("held-too", { accountRef: { name: "held" } }));
    await stand.reaches("registryproject/held-too", "Available");
    await stand.remove("cloudaccount/held");
    const { message } = await stand.reaches("cloudaccount/held", "DeletionHeld");
    expect(message).toContain(`RegistryProject ${stand.namespace}/held`);
    expect(message).toContain(`RegistryProject ${stand.namespace}/held-too`);
    await stand.remove("registryproject/held");
    await stand.gone("registryproject/held");
    expect(stand.seen("cloudaccount/held")).toBeDefined();
    await stand.remove("registryproject/held-too");
    await stand.gone("registryproject/held-too");
    await stand.gone("cloudaccount/held");
    expect(await cloud.projects()).toEqual([]);
  });

  it("that is deleted is of use to its users through a bad moment of the cloud", async ({ expect }) => {
    const { cloud } = await accountWithProject("wobbly");
    const account = "cloudaccount/wobbly";
    await stand.remove(account);
    await stand.reaches(account, "DeletionHeld");
    const { location } = (await stand.read(account))!.status;
    await cloud.setFaults([{ action: "Status", status: 503, method: ".*", times: 0 }]);
    await stand.lookAgain(account);
    expect(location).toBeDefined();
    expect((await stand.read(account))!.status).toMatchObject({ location });
    await cloud.setFaults([]);
    await stand.remove("registryproject/wobbly");
    await stand.gone("registryproject/wobbly");
    await stand.gone(account);
    expect(await cloud.projects()).toEqual([]);
  });

  it("that is deleted does not wait for users without anything in the cloud to delete", async ({ expect }) => {
    const { cloud } = await accountWithProject("let-go");
    await stand.edit("registryproject/let-go", { spec: { deletionPolicy: "Orphan" } });
    await stand.remove("cloudaccount/let-go");
    await stand.reaches("cloudaccount/let-go", "DeletionHeld");
    await stand.remove("registryproject/let-go");
    await stand.gone("registryproject/let-go");
    await stand.gone("cloudaccount/let-go");
    expect(await cloud.projects()).toHaveLength(1);
  });

  it("that is deleted while nobody uses it goes at once", async ({ expect }) => {
    await stand.cloud("unused");
    const deleted = await stand.kubectl(["delete", "cloudaccount/unused", "--timeout=40s"]);
    expect(deleted).toMatchObject({ code: 0 });
  });
});

describe.concurrent("a project whose account is gone", () => {
  it("can be deleted by force-orphan with its id, which leaves the project, and with no other", async ({ expect }) => {
    const { cloud, project } = await accountWithProject("torn");
    const resource = "registryproject/torn";
    await tearOut("cloudaccount/torn");
    await stand.reaches(resource, "AccountNotReady");
    await stand.remove(resource);
    const { message } = await stand.reaches(resource, "AccountNotReady");
    expect(message).toContain(`yunfan.dev/force-orphan: "${project.id}"`);

    await stand.annotate(resource, { "yunfan.dev/force-orphan": "987654" });
    await stand.lookAgain(resource);
    expect(stand.seen(resource)?.metadata.finalizers).toEqual(["yunfan.dev/finalizer"]);

    await stand.annotate(resource, { "yunfan.dev/force-orphan": project.id });
    await stand.gone(resource);
    expect(await cloud.projects()).toEqual([project]);
  });

  it("or whose account's Secret is gone says how to let go, and is deleted once the Secret is back", async ({
    expect,
  }) => {
    const { cloud, project } = await accountWithProject("bereft");
    await stand.remove("secret/bereft-credentials");
    await stand.reaches("cloudaccount/bereft", "SecretNotFound");
    await stand.remove("registryproject/bereft");
    const { message } = await stand.reaches("registryproject/bereft", "AccountNotReady");
    expect(message).toMatch(new RegExp(`SecretNotFound.*yunfan.dev/force-orphan: "${project.id}"`));
    await stand.apply(secretManifest("bereft-credentials"));
    await stand.gone("registryproject/bereft");
    expect(await cloud.projects()).toEqual([]);
  });

  it("is deleted with its project once the account is back", async ({ expect }) => {
    const { cloud } = await accountWithProject("returning");
    // When it was made is what the new account's keys are known by: the first look after the create records it.
    await stand.visited("registryproject/returning");
    await tearOut("cloudaccount/returning");
    await stand.remove("registryproject/returning");
    await stand.reaches("registryproject/returning", "AccountNotReady");
    await stand.apply(...accountManifests(cloud, { name: "returning" }));
    await stand.gone("registryproject/returning");
    expect(await cloud.projects()).toEqual([]);
  });
});

itStaysClean(() => stand);
