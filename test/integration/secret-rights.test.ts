// An operator that lacks the right to read one Secret: what names it says so with its field, nothing is bought or erased, and all goes on when
// the right is there. Each test goes on from where the one before ended.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  conditionOf,
  createMembersStand,
  nodeManifest,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { limitedRights } from "../support/environment/limited-rights.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const LOGIN = { keyPairName: undefined, passwordSecretRef: { name: "root", key: "password" } };
const ALL = ["nodepool/home", "managednode/home"];
const MISSING =
  /^Secret \S+\/root \(spec\.login\.passwordSecretRef\) can't be read: the operator lacks the right get on secrets in namespace \S+ \(.*forbidden/;

let stand: MembersStand;
let home: Home;
let mayRead: Awaited<ReturnType<typeof limitedRights>>["mayRead"];

beforeAll(async () => {
  stand = await createMembersStand("secret-rights");
  // Which is published of its cluster.
  const { kubeconfig, ...limited } = await limitedRights(stand, ["home-kubeconfig"]);
  ({ mayRead } = limited);
  await stand.operator({ kubeconfig, flags: ["--no-leader-elect"] }).ready;
  home = await stand.home("home");
  const metadata = { name: "root" };
  await stand.apply({ apiVersion: "v1", kind: "Secret", metadata, stringData: { password: "Rarely-read-1" } });
});
afterAll(() => stand[Symbol.asyncDispose]());

it("A pool and a node whose login may not be read say which field and which right, and nothing is bought", async () => {
  await stand.apply(poolManifest(home, { login: LOGIN }), nodeManifest(home, { login: LOGIN }));
  for (const name of ALL) {
    const ready = await stand.reaches(name, "RequestRefused");
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(MISSING) });
    expect(conditionOf((await stand.read(name))!, "Stalled")).toMatchObject({ status: "True" });
  }
  const before = await Promise.all(ALL.map((name) => stand.read(name)));
  await stand.visited("managedcluster/home", 2);
  expect(await Promise.all(ALL.map((name) => stand.read(name)))).toEqual(before);
  expect(await home.cloud.servers()).toEqual([]);
});

it("They go on within seconds of the right, without a restart", async () => {
  await mayRead("root");
  for (const name of ALL) await stand.reaches(name, "Available");
  expect(await home.cloud.servers()).toMatchObject([{ imaged: 1 }]);
});

it("A reset that needs the login waits for the right, and is sent once", async () => {
  await mayRead("another");
  const { externalId } = (await stand.read("managednode/home"))!.status;
  await stand.annotate("managednode/home", { "yunfan.dev/reset": `${externalId} once` });
  expect((await stand.reaches("managednode/home", "RequestRefused")).message).toMatch(MISSING);
  expect(await home.cloud.servers()).toMatchObject([{ imaged: 1 }]);
  await mayRead("root");
  await expect.poll(() => home.cloud.servers(), { timeout: 60_000 }).toMatchObject([{ imaged: 2 }]);
  await stand.reaches("managednode/home", "Available");
  expect(await home.cloud.servers()).toMatchObject([{ imaged: 2 }]);
});

itStaysClean(() => stand);
