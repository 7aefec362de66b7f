// What is done with an application of EasyStack ECNS, when the request or its answer gets lost: each is done once, by what the next look shows.
import { randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
} from "../support/clouds/easystack/environment.ts";

vi.setConfig({ testTimeout: 300_000 });

const PATIENTLY = { timeout: 60_000, interval: 100 };
const REF = "managedapplication/unheard";
const MEMBERS = [
  { kind: "Deployment", name: "unheard-web" },
  { kind: "Deployment", name: "unheard-api" },
];

it.for(["DropBefore", "DropAfter"] as const)("is done once for each that is lost by %s", async (action) => {
  const cluster = `au${randomBytes(3).toString("hex")}`;
  const { kubectl, kubeconfigPath: kubeconfig } = sharedControlPlane();
  const stand = await createEasyStackStand("easystack-application-outcomes");
  try {
    const cloud = await stand.anotherSimulator({ kubeconfig, clusters: [{ name: cluster, type: "EKS" }] });
    const template = {
      metadata: { labels: { app: "u" } },
      spec: { containers: [{ name: "main", image: "nginx:1.27" }] },
    };
    const items = MEMBERS.map(({ kind, name }) => ({
      apiVersion: "apps/v1",
      kind,
      metadata: { name },
      spec: { replicas: 1, selector: { matchLabels: { app: "u" } }, template },
    }));
    const namespace = `${cluster}--default`;
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await kubectlOk(kubectl, ["apply", "--namespace", namespace, "-f", "-"], list);
    const counts = (): Promise<string> =>
      kubectlOk(kubectl, ["get", "--namespace", namespace, "-o", "jsonpath={.items[*].spec.replicas}", "deployments"]);
    const shown = async () => (await cloud.list("applications"))[0];
    const members = async (): Promise<number> => ((await shown())?.["members"] as unknown[] | undefined)?.length ?? 0;
    const done = async (call: number): Promise<number> => {
      const effects = (await cloud.effects()) as unknown as readonly { call: number; userAgent: string }[];
      return effects.filter((each) => each.call === call && each.userAgent.startsWith("yunfan/")).length;
    };
    /** Changes the spec, and loses the first request of that address. */
    const losing = async (path: string, spec: object): Promise<void> => {
      await cloud.setFaults([{ method: "PUT", path, action, times: 1 }]);
      await stand.edit(REF, { spec });
    };
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
    const spec = { clusterRef: { name: cluster }, members: [MEMBERS[0]], description: "one" };
    await stand.apply(
      ...easystackAccountManifests(cloud, {}),
      clusterManifest(cluster),
      applicationManifest("unheard", spec),
    );
    await stand.reaches(REF, "Available");
    expect(await done(93)).toBe(1);
    await losing("/workloads/$", { members: MEMBERS });
    await expect.poll(members, PATIENTLY).toBe(2);
    await losing("/applications/unheard/$", { description: "two" });
    await expect.poll(async () => String((await shown())?.["description"]), PATIENTLY).toMatch(/^two \[yunfan:/);
    await losing("/workloads/$", { powerState: "Stopped" });
    await expect.poll(counts, PATIENTLY).toBe("0 0");
    await stand.reaches(REF, "Stopped");
    await losing("/applications/app/?$", { powerState: "Running" });
    await expect.poll(counts, PATIENTLY).toBe("1 1");
    await losing("/workloads/$", { members: [MEMBERS[0]] });
    await expect.poll(members, PATIENTLY).toBe(1);
    await stand.reaches(REF, "Available");
    await stand.visited(REF, 2);
    expect(await Promise.all([93, 94, 97, 124, 126].map(done))).toEqual([2, 1, 2, 1, 1]);
  } finally {
    await stand[Symbol.asyncDispose]();
  }
});
