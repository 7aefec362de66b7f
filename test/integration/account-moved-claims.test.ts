// An account of CCE that comes to reach another place while its clusters have claims of storage, by either way into a cluster: no claim is
// looked for, made or deleted by the other place, and pointed back, what had begun is carried out once.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { readdress, SELDOM } from "../support/environment/readdressed.ts";
import { createClaimsStand, type ClaimsHome, type ClaimsStand } from "../support/environment/volume-claims.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000, maxConcurrency: 20 });

let stand: ClaimsStand;

beforeAll(async () => {
  stand = await createClaimsStand("moved-claims");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const ROUTES = ["Gateway", "Kubeconfig"] as const;
const CLAIMS = "/cloudpersistentvolumeclaims";

const point = ({ name }: Pick<ClaimsHome, "name">, { url }: { url: string }): Promise<unknown> =>
  stand.edit(`cloudaccount/${name}`, { spec: { endpoint: url, huawei: { iamEndpoint: url } } });

/** Whose clusters would be the same API server, if it had any. */
async function elsewhere() {
  return stand.anotherSimulator({ kubeconfig: await readKubeconfig(sharedControlPlane().kubeconfigPath) });
}

type Call = { readonly method: string; readonly path: string };
const isCreate = ({ method, path }: Call): boolean => method === "POST" && path.endsWith(CLAIMS);
const isDelete = ({ method, path }: Call): boolean => method === "DELETE" && path.includes(`${CLAIMS}/`);

describe.concurrent.for(ROUTES)("an account whose clusters are entered by the route %s", (route) => {
  const homeNamed = (name: string) =>
    stand.claimsHome(`${name}-${route.toLowerCase()}`, { spec: { manifests: { route } } });

  it("that is pointed elsewhere has its claims stay, and their deletion is carried out at home", async ({ expect }) => {
    const [home, other] = [await homeNamed("kept"), await elsewhere()];
    const claim = `cloudvolumeclaim/${home.name}`;
    await stand.apply(home.manifest(await home.storage()));
    await stand.reaches(claim, "Available");
    await point(home, other);
    expect((await stand.reaches(claim, "AccountMoved")).message).toMatch(/ now\. Point the account back/);
    await stand.apply(home.manifest(await home.storage("second"), {}, { name: `${home.name}-second` }));
    await stand.reaches(`${claim}-second`, "AccountMoved");
    await stand.remove(claim);
    await stand.lookAgain(claim);
    expect((await stand.reaches(claim, "AccountMoved")).message).toContain("force-orphan");
    expect([await home.writes(), await other.effects()]).toEqual([["POST"], []]);
    await point(home, home.wire);
    await stand.gone(claim);
    await stand.reaches(`${claim}-second`, "Available");
    expect((await home.writes()).toSorted()).toEqual(["DELETE", "POST", "POST"]);
    expect(await other.effects()).toEqual([]);
  });

  it("that got another address has its claims go on when their cluster was found there", async ({ expect }) => {
    const way = { manifests: { route }, ...SELDOM };
    const home = await stand.claimsHome(`renamed-${route.toLowerCase()}`, { spec: way });
    const claim = `cloudvolumeclaim/${home.name}`;
    await stand.apply(home.manifest(await home.storage(), SELDOM));
    await stand.reaches(claim, "Available");
    await using _wire = await readdress(stand, {
      cloud: home.cloud,
      account: `cloudaccount/${home.name}`,
      point: (to) => point(home, to),
      cluster: `managedcluster/${home.name}`,
      isLook: ({ method, path }) => method === "GET" && path.endsWith(`/clusters/${home.clusterId}`),
      members: [claim],
    });
    await point(home, home.wire);
    expect(await home.writes()).toEqual(["POST"]);
  });

  it("in the middle of a create whose outcome is unknown has one claim in the end", async ({ expect }) => {
    const [home, other] = [await homeNamed("made"), await elsewhere()];
    const claim = `cloudvolumeclaim/${home.name}`;
    await home.cloud.setFaults([{ action: "DropAfter", method: "POST", path: `${CLAIMS}$` }]);
    home.wire.beforeRequest(isCreate, () => point(home, other));
    await stand.apply(home.manifest(await home.storage()));
    await stand.reaches(claim, "AccountMoved");
    await stand.lookAgain(claim);
    expect(await other.effects()).toEqual([]);
    await point(home, home.wire);
    await stand.reaches(claim, "Available");
    expect(await home.writes()).toEqual(["POST"]);
    expect(await other.effects()).toEqual([]);
  });

  it("in the middle of a deletion has it proved at home alone", async ({ expect }) => {
    const [home, other] = [await homeNamed("left"), await elsewhere()];
    const claim = `cloudvolumeclaim/${home.name}`;
    await stand.apply(home.manifest(await home.storage()));
    await stand.reaches(claim, "Available");
    // The look that follows may not ask the other place, which knows of no claim.
    home.wire.beforeAnswer(isDelete, async () => {
      await point(home, other);
      await stand.reaches(`cloudaccount/${home.name}`, "Verified");
    });
    await stand.remove(claim);
    await stand.until(`managedcluster/${home.name}`, ({ status }) =>
      (status.conditions ?? []).some(({ reason }) => reason === "AccountMoved"),
    );
    await point(home, home.wire);
    await stand.gone(claim);
    expect(await home.writes()).toEqual(["POST", "DELETE"]);
    expect(await other.requests()).not.toContainEqual(expect.objectContaining({ method: "DELETE" }));
    expect(await other.effects()).toEqual([]);
    expect(await home.claims()).toEqual([]);
  });
});

itStaysClean(() => stand);
