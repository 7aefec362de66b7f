// An account of EasyStack ECNS that comes to reach another project, or its own at another address. Ids are names there: what has one in
// another project is somebody else's, what has it in the same project and is of the same making is the same.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  clusterManifest,
  createEasyStackStand,
  namespaceManifest,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

const CLUSTERS = { clusters: [{ name: "eks-1", type: "EKS" }] } as const;
const LONG_AGO = "2020-01-01T00:00:00Z";

let stand: EasyStackStand;

beforeAll(async () => {
  stand = await createEasyStackStand("moved-projects");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** In a project of its own a workspace, a cluster and a namespace in it; all of that name but the cloud's cluster, eks-1. */
async function made(name: string): Promise<{ home: EasyStackSimulator; refs: readonly string[] }> {
  const home = await stand.cloud(
    name,
    { ...CLUSTERS, projectId: `p-${name}` },
    projectManifest(name, { accountRef: { name } }),
    clusterManifest(name, { accountRef: { name }, externalId: "eks-1" }),
    namespaceManifest(name, { clusterRef: { name } }),
  );
  const refs = ["registryproject", "managedcluster", "managednamespace"].map((kind) => `${kind}/${name}`);
  for (const ref of refs) await stand.reaches(ref, "Available");
  return { home, refs };
}

/** Another installation, in which a colleague has made a workspace and a namespace of that name. */
async function lookAlike(name: string, options: object): Promise<EasyStackSimulator> {
  const other = await stand.anotherSimulator({ ...CLUSTERS, ...options });
  await other.behindOurBack("POST", "projects", { name, createdAt: LONG_AGO });
  await other.behindOurBack("POST", "namespaces", { cluster: "eks-1", name });
  return other;
}

const point = (account: string, { url }: { url: string }, projectName = "admin") =>
  stand.edit(`cloudaccount/${account}`, { spec: { endpoint: url, easystack: { projectName } } });
const writes = async (cloud: EasyStackSimulator) =>
  (await cloud.effects())
    .filter(({ userAgent }) => userAgent.startsWith("yunfan/"))
    .map(({ method, path }) => `${method} ${path}`);
const locationOf = (ref: string) => String(stand.seen(ref)!.status["location"]);

describe.concurrent("an account of EasyStack", () => {
  it("pointed to another project touches nothing of those names there, and back again goes on", async ({ expect }) => {
    const { home, refs } = await made("astray");
    const other = await lookAlike("astray", { projectId: "p-of-others", projectName: "others" });
    const before = await writes(home);
    await point("astray", other, "others");
    for (const ref of refs) {
      const { message } = await stand.reaches(ref, "AccountMoved");
      expect(message).toMatch(/project=p-of-others now\. Point the account back/);
    }
    await stand.edit("registryproject/astray", { spec: { visibility: "Public" } });
    await stand.lookAgain("registryproject/astray");
    await stand.edit("registryproject/astray", { spec: { visibility: "Private" } });
    await stand.remove("managednamespace/astray");
    await stand.lookAgain("managednamespace/astray");
    expect((await stand.reaches("managednamespace/astray", "AccountMoved")).message).toContain("force-orphan");
    expect(await writes(other)).toEqual([]);
    await point("astray", home);
    await stand.gone("managednamespace/astray");
    for (const ref of refs.slice(0, 2)) await stand.reaches(ref, "Available");
    const after = (await writes(home)).slice(before.length);
    expect(after).toEqual([expect.stringMatching(/^DELETE .*\/ns\/astray/)]);
    expect(await writes(other)).toEqual([]);
  });

  it("whose project got another address is followed there by itself", async ({ expect }) => {
    const { home, refs } = await made("followed");
    const before = await writes(home);
    await point("followed", { url: home.url.replace("127.0.0.1", "localhost") });
    for (const ref of refs) await stand.until(ref, () => locationOf(ref).includes("localhost"));
    for (const ref of refs) await stand.reaches(ref, "Available");
    expect(await writes(home)).toEqual(before);
  });

  it("pointed to a copy of its project takes nothing of another making there for its own", async ({ expect }) => {
    const { home } = await made("copied");
    const other = await lookAlike("copied", { projectId: "p-copied" });
    const locations = ["registryproject/copied", "managednamespace/copied"].map(
      (ref) => [ref, locationOf(ref)] as const,
    );
    await point("copied", other);
    for (const [ref, location] of locations) {
      await stand.reaches(ref, "AccountMoved");
      expect(locationOf(ref)).toBe(location);
    }
    expect(await writes(other)).toEqual([]);
    await point("copied", home);
    for (const [ref] of locations) await stand.reaches(ref, "Available");
  });
});

itStaysClean(() => stand);
