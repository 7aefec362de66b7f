// Image workspaces on EasyStack ECNS as RegistryProjects: their life, strangers of every sort, one that is made again behind our back,
// pull Secrets, and every reading of what the reference leaves open.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  createEasyStackStand,
  PROJECT_ID,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { projectManifest } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: EasyStackStand;
let cloud: EasyStackSimulator;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-projects");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  cloud = await stand.cloud("easystack");
});
afterAll(() => stand[Symbol.asyncDispose]());

const project = (name: string, spec: object = {}, metadata: object = {}): object =>
  projectManifest(name, { accountRef: { name: "easystack" }, ...spec }, metadata);
const ref = (name: string): string => `registryproject/${name}`;

async function workspace(name: string, of = cloud) {
  return (await of.list("projects")).find((one) => one.name === name);
}
async function make(name: string, spec: object = {}): Promise<void> {
  await stand.apply(project(name, spec));
  await stand.reaches(ref(name), "Available");
}
const writesOn = async (name: string) =>
  (await cloud.effects()).filter(({ path, userAgent }) => path.includes(name) && userAgent.startsWith("yunfan/"));

describe.concurrent("a workspace", () => {
  it("is made once, shown with its incarnation, healed, and deleted (calls 24, 25, 26, 27, 28)", async ({ expect }) => {
    await make("life", { visibility: "Public" });
    const made = await workspace("life");
    const { status } = (await stand.read(ref("life")))!;
    expect(status).toMatchObject({
      externalId: "life",
      cloudName: "life",
      origin: "Created",
      visibility: "Public",
      incarnation: `${String(made?.["createdAt"]).slice(0, 19)}Z`,
    });
    await cloud.behindOurBack("PATCH", "projects/life", { public: false });
    await expect.poll(async () => (await workspace("life"))?.["public"], { timeout: 20_000 }).toBe(true);
    await stand.remove(ref("life"));
    await stand.gone(ref("life"));
    expect(await workspace("life")).toBeUndefined();
  });

  it.for([
    ["a public one of another project", { public: true, owner: "others" }, /belongs to somebody else/],
    ["a private one of another project, which no list shows", { owner: "others" }, /belongs to somebody else/],
    ["ours of old", { createdAt: "2020-01-01T00:00:00Z" }, /set spec\.externalId to "/],
  ] as const)("that is there already is not touched: %s", async ([what, planted, says], { expect }) => {
    const name = `taken-${what.length}`;
    await cloud.behindOurBack("POST", "projects", { name, ...planted });
    await stand.apply(project(name));
    expect(await stand.reaches(ref(name), "AlreadyExists")).toMatchObject({ message: expect.stringMatching(says) });
    await stand.remove(ref(name));
    await stand.gone(ref(name));
    expect(await workspace(name)).toBeDefined();
    expect(await writesOn(name)).toEqual([]);
  });

  it("is adopted by its name, and left at the end", async ({ expect }) => {
    await cloud.behindOurBack("POST", "projects", { name: "adopted", createdAt: "2020-01-01T00:00:00Z" });
    await make("mine", { externalId: "adopted", visibility: "Public" });
    const { status } = (await stand.read(ref("mine")))!;
    expect(status).toMatchObject({ origin: "Adopted", cloudName: "adopted", incarnation: "2020-01-01T00:00:00Z" });
    expect(await workspace("adopted")).toMatchObject({ public: true });
    await stand.remove(ref("mine"));
    await stand.gone(ref("mine"));
    expect(await workspace("adopted")).toBeDefined();
  });

  it("that somebody else's is adopted is NotOurs", async ({ expect }) => {
    await cloud.behindOurBack("POST", "projects", { name: "theirs", owner: "others", public: true });
    await stand.apply(project("theirs", { externalId: "theirs" }));
    expect(await stand.reaches(ref("theirs"), "NotOurs")).toMatchObject({ status: "False" });
  });

  it("whose name the registry does not take is NameRefused", async ({ expect }) => {
    await stand.apply(project("odd", { cloudName: "a--b" }));
    expect(await stand.reaches(ref("odd"), "NameRefused")).toMatchObject({ status: "False" });
  });

  it("of two that claim one name, the older has it", async ({ expect }) => {
    await make("first", { cloudName: "contested" });
    await stand.apply(project("second", { cloudName: "contested" }));
    await stand.reaches(ref("second"), "NameConflict");
    await stand.remove(ref("second"));
    await stand.gone(ref("second"));
    expect(await workspace("contested")).toBeDefined();
  });
});

describe.concurrent("a workspace that was deleted and made again behind our back", () => {
  it.for([
    ["by a stranger", { owner: "others", public: true }],
    ["by a colleague", {}],
  ] as const)("%s is another one: never changed, and left at deletion", async ([who, planted], { expect }) => {
    const name = who.endsWith("stranger") ? "again-stranger" : "again-colleague";
    await make(name);
    await cloud.behindOurBack("DELETE", `projects/${name}`);
    await cloud.behindOurBack("POST", "projects", { name, createdAt: "2026-01-01T00:00:00Z", ...planted });
    const before = await workspace(name);
    await stand.edit(ref(name), { spec: { visibility: "Public" } });
    const lost = await stand.reaches(ref(name), "ExternalResourceMissing");
    expect(lost.message).toMatch(
      /another one of that name.*yunfan\.dev\/recreate with the value of status\.incarnation/,
    );
    await stand.annotate(ref(name), { "yunfan.dev/recreate": name });
    await stand.visited(ref(name), 2);
    expect(await workspace(name)).toEqual(before);
    await stand.remove(ref(name));
    await stand.gone(ref(name));
    expect(await workspace(name)).toEqual(before);
  });

  it("is made anew once the one that is lost is named and nobody has the name", async ({ expect }) => {
    await make("anew");
    const { status } = (await stand.read(ref("anew")))!;
    await cloud.behindOurBack("DELETE", "projects/anew");
    await stand.reaches(ref("anew"), "ExternalResourceMissing");
    await stand.annotate(ref("anew"), { "yunfan.dev/recreate": String(status["incarnation"]) });
    await stand.reaches(ref("anew"), "Available");
    expect(await workspace("anew")).toBeDefined();
  });
});

describe.concurrent("pull Secrets", () => {
  it.for([
    ["easystack", "registry.ecns.example"],
    ["by-vip", "10.20.0.10"],
  ] as const)("of account %s are for %s", async ([account, registry], { expect }) => {
    if (account !== "easystack") {
      await stand.cloud(account);
      await stand.edit(`cloudaccount/${account}`, { spec: { easystack: { registryAddress: "PublicVip" } } });
      await stand.reaches(`cloudaccount/${account}`, "Verified");
    }
    const name = `pull-${account}`;
    const secret = { namespace: stand.namespace, name: `${name}-secret` };
    await make(name, { accountRef: { name: account }, pullSecrets: [secret] });
    const { stdout } = await stand.kubectl([
      "get",
      "secret",
      secret.name,
      "-o",
      "jsonpath={.data.\\.dockerconfigjson}",
    ]);
    const { auths } = JSON.parse(Buffer.from(stdout, "base64").toString()) as { auths: Record<string, object> };
    expect(auths[registry]).toMatchObject({ username: "ecns-pusher" });
    expect(JSON.stringify(auths)).toContain(Buffer.from(`registry of ${PROJECT_ID}`).toString("base64"));
  });
});

describe.concurrent("whatever the installation is like", () => {
  it.for([
    { name: "owners-untold", options: { ownerInfo: false }, visibility: "Public" },
    { name: "local-times", options: { times: "Local" }, visibility: "Private" },
    { name: "deletions-404", options: { deletes: "NotFound" }, visibility: "Private" },
    { name: "last-page-again", options: { pages: "Last" }, visibility: "Private" },
    { name: "no-such-page", options: { pages: "NotFound" }, visibility: "Public" },
    { name: "names-told-free", options: { duplicateNames: "Allow" }, visibility: "Private" },
  ] as const)(
    "$name: a workspace is made, is as declared, and goes",
    async ({ name, options, visibility }, { expect }) => {
      const other = await stand.cloud(name, options);
      await make(name, { accountRef: { name }, visibility });
      expect(await workspace(name, other)).toMatchObject({ public: visibility === "Public" });
      await stand.remove(ref(name));
      await stand.gone(ref(name));
      expect(await workspace(name, other)).toBeUndefined();
    },
  );
});

itStaysClean(() => stand);
