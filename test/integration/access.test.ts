// Who may use an account from where: allowedNamespaces is given, missing, taken away and given back.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import type { Simulator } from "../support/clouds/simulator.ts";
import { createStand, projectManifest, type Stand } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("access");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** An account that allows the other namespace. */
async function sharedCloud(name: string): Promise<Simulator> {
  const cloud = await stand.cloud(name);
  await stand.edit(`cloudaccount/${name}`, { spec: { allowedNamespaces: [stand.otherNamespace] } });
  await stand.reaches(`cloudaccount/${name}`, "Verified");
  return cloud;
}

/** A project in the other namespace, on an account in the first. */
function elsewhere(name: string, account: string, spec: object = {}): object {
  const accountRef = { name: account, namespace: stand.namespace };
  return projectManifest(name, { accountRef, ...spec }, { namespace: stand.otherNamespace });
}

const nameElsewhere = (name: string): string => `${stand.otherNamespace}/registryproject/${name}`;

describe.concurrent("an account in another namespace", () => {
  it("that does not allow ours and one that does not exist read the same", async ({ expect }) => {
    const cloud = await stand.cloud("closed");
    await stand.apply(elsewhere("not-allowed", "closed"), elsewhere("not-there", "absent"));
    const notAllowed = await stand.reaches(nameElsewhere("not-allowed"), "AccountNotReady");
    const notThere = await stand.reaches(nameElsewhere("not-there"), "AccountNotReady");
    expect(notAllowed.message).toContain("spec.allowedNamespaces");
    expect(notAllowed.message.replaceAll("/closed", "/absent")).toBe(notThere.message);
    const [one, other] = [stand.seen(nameElsewhere("not-allowed")), stand.seen(nameElsewhere("not-there"))];
    const shape = ({ status }: NonNullable<typeof one>): unknown => [Object.keys(status), status["phase"]];
    expect(shape(one!)).toEqual(shape(other!));
    expect(await cloud.effects()).toEqual([]);
    for (const name of ["not-allowed", "not-there"]) {
      await stand.remove(nameElsewhere(name));
      await stand.gone(nameElsewhere(name));
    }
  });

  it("serves ours as soon as it allows it", async ({ expect }) => {
    const cloud = await stand.cloud("opened");
    await stand.apply(elsewhere("guest", "opened"));
    await stand.reaches(nameElsewhere("guest"), "AccountNotReady");
    await stand.edit("cloudaccount/opened", { spec: { allowedNamespaces: ["*"] } });
    await stand.reaches(nameElsewhere("guest"), "Available");
    expect(await cloud.projects()).toMatchObject([{ name: "guest" }]);
  });

  it("that no longer allows ours stops every write, and lets it go on when it does again", async ({ expect }) => {
    const cloud = await sharedCloud("revoked");
    await stand.apply(elsewhere("revoked", "revoked"), elsewhere("leaving", "revoked"));
    const names = ["revoked", "leaving"].map(nameElsewhere) as [string, string];
    await Promise.all(names.map((name) => stand.reaches(name, "Available")));
    await stand.edit("cloudaccount/revoked", { spec: { allowedNamespaces: [] } });
    await Promise.all(names.map((name) => stand.reaches(name, "AccountNotReady")));
    const before = await cloud.requests();

    await stand.edit(names[0], { spec: { visibility: "Public" } });
    await stand.remove(names[1]);
    await stand.reaches(names[0], "AccountNotReady");
    const { message } = await stand.reaches(names[1], "AccountNotReady");
    expect(message).toContain("yunfan.dev/force-orphan");
    const made = (await cloud.requests()).slice(before.length);
    expect(made.filter(({ method }) => method !== "GET")).toEqual([]);

    await stand.edit("cloudaccount/revoked", { spec: { allowedNamespaces: [stand.otherNamespace] } });
    await stand.reaches(names[0], "Available");
    await stand.gone(names[1]);
    expect(await cloud.projects()).toMatchObject([{ name: "revoked", public: true }]);
  });

  it("holds a name against a resource in ours, though ours can't see the other's", async ({ expect }) => {
    const cloud = await sharedCloud("contested");
    await stand.apply(projectManifest("contested", { accountRef: { name: "contested" } }));
    await stand.reaches("registryproject/contested", "Available");
    await stand.apply(elsewhere("contested", "contested"));
    await stand.reaches(nameElsewhere("contested"), "NameConflict");
    await stand.remove(nameElsewhere("contested"));
    await stand.gone(nameElsewhere("contested"));
    expect(await cloud.projects()).toHaveLength(1);
  });

  it("is held by a user in ours at its deletion", async ({ expect }) => {
    await sharedCloud("lent");
    await stand.apply(elsewhere("borrower", "lent"));
    await stand.reaches(nameElsewhere("borrower"), "Available");
    await stand.remove("cloudaccount/lent");
    const { message } = await stand.reaches("cloudaccount/lent", "DeletionHeld");
    expect(message).toContain(`${stand.otherNamespace}/borrower`);
    await stand.remove(nameElsewhere("borrower"));
    await stand.gone(nameElsewhere("borrower"));
    await stand.gone("cloudaccount/lent");
  });
});

itStaysClean(() => stand);
