// A claim on EasyStack ECNS under kills of the operator, at each of its writes, and under lists that are wrong, with a real API server behind
// the simulator.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  clusterClaimManifest,
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

/** No other file has it: clusters of that name share namespaces of the API server behind. */
const CLUSTER = `k${randomBytes(4).toString("hex")}`;
const INSIDE = `${CLUSTER}--shop`;
const SECONDS = { timeout: 60_000 };

let stand: EasyStackStand;

const { kubectl } = sharedControlPlane();
const inside = (...args: readonly string[]): Promise<string> => kubectlOk(kubectl, args);

beforeAll(async () => {
  const clusters = [{ name: CLUSTER, type: "EKS" as const }];
  stand = await createEasyStackStand("easystack-claim-kills", {
    kubeconfig: sharedControlPlane().kubeconfigPath,
    clusters,
  });
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(CLUSTER));
  await stand.simulator.behindOurBack("POST", "namespaces", { cluster: CLUSTER, name: "shop" });
  await vi.waitFor(() => inside("get", "namespace", INSIDE), 20_000);
});
afterAll(() => stand[Symbol.asyncDispose]());

const manifest = (name: string, spec: object = {}): object =>
  clusterClaimManifest(name, CLUSTER, { targetNamespace: "shop", ...spec });
const ref = (name: string): string => `cloudvolumeclaim/${name}`;

/** Of the object behind, "" where it is not there. */
const shows = (what: readonly string[], jsonPath: string): Promise<string> =>
  inside("get", ...what, "--ignore-not-found", "-o", `jsonpath={${jsonPath}}`);
const claimShows = (name: string, jsonPath: string): Promise<string> => shows(["pvc", name, "-n", INSIDE], jsonPath);

/** What changed the claim or the volume of that name, as methods. */
async function writesOn(kind: string, name: string): Promise<readonly string[]> {
  return (await stand.simulator.effects())
    .filter(({ path }) => path.includes(`/${kind}/`) && path.includes(`/${name}/`))
    .map(({ method }) => method);
}

async function ended(operator: ReturnType<EasyStackStand["operator"]>): Promise<void> {
  operator.kill("SIGKILL");
  await operator.ended;
}

/** An operator that dies while that write has been done and not been answered. */
async function dieAt(method: string, path: string, isDone: () => Promise<boolean>): Promise<void> {
  await stand.simulator.setFaults([{ method, path, action: "Hold" }]);
  const operator = stand.operator({ flags: ["--no-leader-elect"] });
  await operator.ready;
  await vi.waitFor(async () => {
    if (!(await isDone())) throw new Error(`${method} ${path} was not sent`);
  }, SECONDS);
  await ended(operator);
  await stand.simulator.release();
  await stand.simulator.setFaults([]);
}

/** Another one, which brings it to its end. */
async function goesOn(until: () => Promise<unknown>): Promise<void> {
  const operator = stand.operator({ flags: ["--no-leader-elect"] });
  await until();
  await ended(operator);
}

const CLAIM = "/PersistentVolumeClaim/";
const VOLUME = "/PersistentVolume/";

describe("a claim on EasyStack", () => {
  it("is made once, grows, and leaves its volume, whichever of its writes the operator dies at", async ({ expect }) => {
    await stand.apply(manifest("killed"));
    await dieAt("POST", CLAIM, async () => (await claimShows("killed", ".metadata.uid")) !== "");
    await goesOn(() => stand.reaches(ref("killed"), "Available"));
    const { status } = (await stand.read(ref("killed")))!;
    expect(await claimShows("killed", ".metadata.uid")).toBe(status.externalId);
    const volume = String(status["volumeName"]);
    await stand.edit(ref("killed"), { spec: { sizeGiB: 20 } });
    const asked = ".spec.resources.requests.storage";
    await dieAt("PUT", CLAIM, async () => (await claimShows("killed", asked)) === "20Gi");
    await goesOn(() => stand.until(ref("killed"), (claim) => claim.status["capacity"] === "20Gi"));
    await stand.remove(ref("killed"));
    const policy = (): Promise<string> => shows(["pv", `${CLUSTER}--${volume}`], ".spec.persistentVolumeReclaimPolicy");
    await dieAt("PUT", VOLUME, async () => (await policy()) === "Retain");
    await dieAt(
      "DELETE",
      "/pvc/",
      async () =>
        (await claimShows("killed", ".metadata.deletionTimestamp")) !== "" ||
        (await claimShows("killed", ".metadata.uid")) === "",
    );
    await goesOn(() => stand.gone(ref("killed")));
    expect(await claimShows("killed", ".metadata.uid")).toBe("");
    expect(await policy()).toBe("Retain");
    expect(await writesOn("PersistentVolumeClaim", "killed")).toEqual(["POST", "PUT"]);
    expect(await writesOn("PersistentVolume", volume)).toEqual(["PUT"]);
  });

  it.for([
    { action: "EmptyList", title: "empty" },
    { action: "StaleList", ms: 600_000, title: "ten minutes old" },
  ])(
    "is not taken for lost, and no other is made, where lists are $title",
    async ({ action, ms, title }, { expect }) => {
      const [first, second] = [`first-${title.slice(0, 3)}`, `second-${title.slice(0, 3)}`];
      const operator = stand.operator({ flags: ["--no-leader-elect"] });
      await stand.apply(manifest(first));
      await stand.reaches(ref(first), "Available");
      await stand.simulator.setFaults([{ method: "GET", path: "/storage/$", action, times: 0, ...(ms && { ms }) }]);
      await stand.lookAgain(ref(first));
      await stand.reaches(ref(first), "ObservationNotTrusted");
      await stand.apply(manifest(second));
      const { message } = await stand.reaches(ref(second), "ObservationNotTrusted");
      expect(message).toContain("Nothing is written");
      expect(await writesOn("PersistentVolumeClaim", second)).toEqual([]);
      await stand.simulator.setFaults([]);
      for (const name of [first, second]) await stand.reaches(ref(name), "Available");
      expect(await writesOn("PersistentVolumeClaim", first)).toEqual(["POST"]);
      expect(await writesOn("PersistentVolumeClaim", second)).toEqual(["POST"]);
      await ended(operator);
    },
  );
});
