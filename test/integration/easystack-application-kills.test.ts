// A hybrid application of EasyStack ECNS under kills of the operator: its servers are made once, and none is left.
import { randomBytes } from "node:crypto";
import { it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
  hybridOptions,
  serverOptions,
} from "../support/clouds/easystack/environment.ts";

vi.setConfig({ testTimeout: 300_000 });

const FLAGS = { flags: ["--no-leader-elect"] };

it("is made once, restarted and deleted, whichever of its writes the operator dies at", async ({ expect }) => {
  const cluster = `ak${randomBytes(3).toString("hex")}`;
  const { kubectl, kubeconfigPath: kubeconfig } = sharedControlPlane();
  const stand = await createEasyStackStand("easystack-application-kills");
  try {
    const cloud = await stand.anotherSimulator({
      kubeconfig,
      clusters: [{ name: cluster, type: "EKS" }],
      deletes: "NotFound",
    });
    const ref = "managedapplication/killed";
    const servers = async () => (await cloud.list("servers")).filter((one) => one["application"] === "killed");
    const applications = () => cloud.list("applications");
    const template = () =>
      kubectlOk(kubectl, [
        "get",
        "deployment",
        "killed-web",
        "--namespace",
        `${cluster}--default`,
        "-o",
        "jsonpath={.spec.template.metadata}",
      ]);
    /** An operator that dies while that write has been done and not been answered. */
    const dieAt = async (method: string, path: string, isDone: () => Promise<boolean>): Promise<void> => {
      await cloud.setFaults([{ method, path, action: "Hold" }]);
      const operator = stand.operator(FLAGS);
      await operator.ready;
      await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
      await operator[Symbol.asyncDispose]();
      await cloud.release();
      await cloud.setFaults([]);
    };
    const live = async (work: () => Promise<unknown>): Promise<void> => {
      const operator = stand.operator(FLAGS);
      await operator.ready;
      await work();
      await operator[Symbol.asyncDispose]();
    };
    const hybrid = hybridOptions("killed", { virtualMachines: [serverOptions("killed-db", { replicas: 2 })] });
    await stand.apply(
      ...easystackAccountManifests(cloud, {}),
      clusterManifest(cluster),
      applicationManifest("killed", {
        clusterRef: { name: cluster },
        contentsOnDelete: "All",
        description: "one",
        easystack: { hybrid },
      }),
    );
    await dieAt("POST", "/applications/", async () => (await servers()).length === 2);
    await live(() => stand.reaches(ref, "Available"));
    expect(await servers()).toHaveLength(2);
    expect(await applications()).toHaveLength(1);
    await stand.edit(ref, { spec: { description: "two" } });
    await dieAt("PUT", "/applications/killed/", async () =>
      String((await applications())[0]?.["description"]).startsWith("two [yunfan:"),
    );
    await stand.edit(ref, { spec: { restartAt: "once" } });
    await dieAt("PUT", "/applications/app$", async () => (await template()).includes("restartedAt"));
    await live(() => stand.until(ref, ({ status }) => status["restartedFor"] === "once" && !status["operation"]));
    await stand.remove(ref);
    await dieAt("DELETE", "/applications/app/", async () => (await applications()).length === 0);
    await live(() => stand.gone(ref));
    expect(await servers()).toEqual([]);
    const creates = (await cloud.effects()).filter(
      ({ method, path }) => method === "POST" && path.endsWith("/applications/"),
    );
    expect(creates).toHaveLength(1);
  } finally {
    await stand[Symbol.asyncDispose]();
  }
});
