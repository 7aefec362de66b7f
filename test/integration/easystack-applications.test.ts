// Applications of EasyStack ECNS as ManagedApplications: members, words, power, strangers, and what becomes of what is in them.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterManifest,
  createEasyStackStand,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

// Turns in places are one at a time for an account: more at once would but wait for each other.
vi.setConfig({ testTimeout: 240_000, maxConcurrency: 4 });

const CLUSTER = `ap${randomBytes(3).toString("hex")}`;
const { kubectl, kubeconfigPath: kubeconfig } = sharedControlPlane();

let stand: EasyStackStand;
let cloud: EasyStackSimulator;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-applications");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  cloud = await stand.cloud("easystack", {
    kubeconfig,
    clusters: [{ name: CLUSTER, type: "EKS" }],
    deletes: "NotFound",
  });
  await stand.apply(clusterManifest(CLUSTER));
  await stand.reaches(`managedcluster/${CLUSTER}`, "Available");
});
afterAll(() => stand[Symbol.asyncDispose]());

const ref = (name: string): string => `managedapplication/${name}`;
const manifest = (name: string, spec: object = {}): object =>
  applicationManifest(name, { clusterRef: { name: CLUSTER }, ...spec });
async function there(name: string) {
  return (await cloud.list("applications")).find(({ id }) => id === `${CLUSTER}/default/${name}`);
}
async function make(name: string, spec: object = {}): Promise<void> {
  await stand.apply(manifest(name, spec));
  await stand.reaches(ref(name), "Available");
}
const becomes = (name: string, what: object): Promise<void> =>
  vi.waitFor(
    async () => {
      const shown = await there(name);
      for (const [field, value] of Object.entries(what)) {
        const is = JSON.stringify(shown?.[field]);
        if (is !== JSON.stringify(value)) throw new Error(`${field} of ${name} is ${is}`);
      }
    },
    { timeout: 60_000, interval: 100 },
  );
const ns = `${CLUSTER}--default`;
/** As somebody else's hand makes one. */
async function deploy(...names: readonly string[]): Promise<void> {
  const items = names.map((name) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "main", image: "nginx:1.27" }] } },
    },
  }));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectlOk(kubectl, ["apply", "--namespace", ns, "-f", "-"], list);
}
const replicasOf = (name: string): Promise<string> =>
  kubectlOk(kubectl, ["get", "deployment", name, "--namespace", ns, "-o", "jsonpath={.spec.replicas}"]);
const templateOf = (name: string): Promise<string> =>
  kubectlOk(kubectl, ["get", "deployment", name, "--namespace", ns, "-o", "jsonpath={.spec.template.metadata}"]);
const member = (name: string) => ({ kind: "Deployment", name });
const inCloud = (name: string) => ({ type: "Deployment", name });
const written = async (name: string) =>
  (await cloud.effects()).filter(({ path, userAgent }) => path.includes(name) && userAgent.startsWith("yunfan/"));

describe.concurrent("a normal application", () => {
  it("is made, gathers workloads and lets go of them, is described, and deleted without them (calls 93, 94, 122, 123, 124)", async ({
    expect,
  }) => {
    await deploy("life-a", "life-b");
    await make("life", { description: "What customers see", members: [member("life-a")] });
    await becomes("life", { members: [inCloud("life-a")] });
    const made = (await there("life"))!;
    expect(made["description"]).toMatch(/^What customers see \[yunfan:[0-9a-f-]+-1\]$/);
    expect((await stand.read(ref("life")))!.status).toMatchObject({
      externalId: `${CLUSTER}/default/life`,
      cloudName: "life",
      origin: "Created",
      incarnation: `${String(made["createdAt"]).slice(0, 19)}Z`,
      restartedFor: "",
      workloads: [{ kind: "Deployment", name: "life-a", ready: 0, desired: 1 }],
      easystack: { type: "Normal" },
    });
    await stand.edit(ref("life"), { spec: { description: "Another", members: [member("life-b")] } });
    await becomes("life", { members: [inCloud("life-b")] });
    await stand.reaches(ref("life"), "Available");
    expect((await there("life"))!["description"]).toMatch(/^Another \[yunfan:/);
    // What a colleague gathers is let go of again; what he lets go of is gathered again.
    await cloud.behindOurBack("PATCH", `applications/${encodeURIComponent(`${CLUSTER}/default/life`)}`, {
      members: [inCloud("life-a")],
    });
    await becomes("life", { members: [inCloud("life-b")] });
    await stand.remove(ref("life"));
    await stand.gone(ref("life"));
    expect(await there("life")).toBeUndefined();
    expect(await replicasOf("life-b")).toBe("1");
  });

  it("waits for a member that is not there, and says so", async ({ expect }) => {
    await stand.apply(manifest("late", { members: [member("late-a")] }));
    expect(await stand.reaches(ref("late"), "MemberNotFound")).toMatchObject({
      message: expect.stringContaining("Deployment/late-a"),
    });
    await deploy("late-a");
    await stand.lookAgain(ref("late"));
    await becomes("late", { members: [inCloud("late-a")] });
    await stand.reaches(ref("late"), "Available");
  });

  it("leaves a workload in the application that has it", async ({ expect }) => {
    await deploy("shared-a");
    await make("first", { members: [member("shared-a")] });
    await stand.apply(manifest("second", { members: [member("shared-a")] }));
    expect(await stand.reaches(ref("second"), "MemberTaken")).toMatchObject({
      message: expect.stringContaining("belongs to application first"),
    });
    expect(await there("first")).toMatchObject({ members: [inCloud("shared-a")] });
  });

  it("is stopped, started and restarted, each once (calls 97, 126, 127)", async ({ expect }) => {
    await deploy("power-a");
    await make("power", { members: [member("power-a")], powerState: "Running", restartAt: "one" });
    const before = await templateOf("power-a");
    expect(before).not.toContain("restartedAt");
    await stand.edit(ref("power"), { spec: { powerState: "Stopped" } });
    await vi.waitFor(async () => expect(await replicasOf("power-a")).toBe("0"), 30_000);
    await stand.reaches(ref("power"), "Stopped");
    await stand.until(ref("power"), ({ status }) =>
      Boolean(status.conditions?.some(({ type, reason }) => type === "WorkloadsReady" && reason === "Stopped")),
    );
    await stand.edit(ref("power"), { spec: { powerState: "Running" } });
    await vi.waitFor(async () => expect(await replicasOf("power-a")).toBe("1"), 30_000);
    await stand.edit(ref("power"), { spec: { restartAt: "two" } });
    await stand.until(ref("power"), ({ status }) => status["restartedFor"] === "two" && !status["operation"]);
    const after = await templateOf("power-a");
    expect(after).toContain("restartedAt");
    await stand.visited(ref("power"), 2);
    expect(await templateOf("power-a")).toBe(after);
  });
});

describe.concurrent("an application that is there", () => {
  it("of either sort is no one's to make anew", async ({ expect }) => {
    await cloud.behindOurBack("POST", "applications", { cluster: CLUSTER, namespace: "default", name: "taken-n" });
    const hybrid = { cluster: CLUSTER, namespace: "default", name: "taken-h", type: "Hybrid" };
    await cloud.behindOurBack("POST", "applications", hybrid);
    await stand.apply(manifest("taken-n"), manifest("taken-h"));
    expect(await stand.reaches(ref("taken-n"), "AlreadyExists")).toMatchObject({
      message: expect.stringContaining(`spec.externalId to "${CLUSTER}/default/taken-n"`),
    });
    expect(await stand.reaches(ref("taken-h"), "AlreadyExists")).toBeDefined();
    expect([...(await written("taken-n")), ...(await written("taken-h"))]).toEqual([]);
  });

  it("is adopted by its id, whatever it is, and left when the resource goes", async ({ expect }) => {
    const hybrid = { cluster: CLUSTER, namespace: "default", name: "adopted", type: "Hybrid", description: "theirs" };
    await cloud.behindOurBack("POST", "applications", hybrid);
    await make("adopted", { externalId: `${CLUSTER}/default/adopted`, description: "ours" });
    expect(await there("adopted")).toMatchObject({ description: "ours", type: "Hybrid" });
    expect((await stand.read(ref("adopted")))!.status).toMatchObject({
      origin: "Adopted",
      easystack: { type: "Hybrid" },
    });
    await stand.remove(ref("adopted"));
    await stand.gone(ref("adopted"));
    expect(await there("adopted")).toBeDefined();
  });

  it("made again by somebody else behind our back is neither changed nor deleted", async ({ expect }) => {
    await make("again-made", { description: "ours" });
    const id = `applications/${encodeURIComponent(`${CLUSTER}/default/again-made`)}`;
    const bornMs = Date.parse(String((await there("again-made"))!["createdAt"]));
    // The cloud tells whole seconds.
    await vi.waitFor(() => expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(Math.floor(bornMs / 1_000)), 10_000);
    await cloud.behindOurBack("DELETE", id);
    await cloud.behindOurBack("POST", "applications", { cluster: CLUSTER, namespace: "default", name: "again-made" });
    await stand.reaches(ref("again-made"), "ExternalResourceMissing");
    await stand.remove(ref("again-made"));
    await stand.gone(ref("again-made"));
    expect(await there("again-made")).toMatchObject({ description: "" });
  });

  it("is observed without a write", async ({ expect }) => {
    await cloud.behindOurBack("POST", "applications", { cluster: CLUSTER, namespace: "default", name: "observed" });
    const spec = { externalId: `${CLUSTER}/default/observed`, managementPolicy: "Observe", description: "wished" };
    await make("observed", spec);
    await stand.until(ref("observed"), ({ status }) =>
      Boolean(status.conditions?.some(({ type, reason }) => type === "UpToDate" && reason === "Differs")),
    );
    expect(await written("observed")).toEqual([]);
  });
});

describe.concurrent("the deletion of an application", () => {
  it("waits for workloads that are no members, and names them", async ({ expect }) => {
    await deploy("full-a");
    await make("full");
    await cloud.behindOurBack("PATCH", `applications/${encodeURIComponent(`${CLUSTER}/default/full`)}`, {
      members: [inCloud("full-a")],
    });
    await stand.remove(ref("full"));
    expect(await stand.reaches(ref("full"), "NotEmpty")).toMatchObject({
      message: expect.stringContaining("Deployment/full-a"),
    });
    await stand.edit(ref("full"), { spec: { contentsOnDelete: "Keep" } });
    await stand.gone(ref("full"));
    expect(await there("full")).toBeUndefined();
    expect(await replicasOf("full-a")).toBe("1");
  });

  it.for(["Workloads", "WorkloadsAndServices", "All"])(
    "takes along what %s says, and no member",
    async (contents, { expect }) => {
      const name = `gone-${contents.toLowerCase()}`;
      await deploy(`${name}-own`, `${name}-member`);
      await make(name, { contentsOnDelete: contents });
      await cloud.behindOurBack("PATCH", `applications/${encodeURIComponent(`${CLUSTER}/default/${name}`)}`, {
        members: [inCloud(`${name}-own`), inCloud(`${name}-member`)],
      });
      // Declared when it is on its way already: nothing lets go of the other one before.
      await stand.annotate(ref(name), { "yunfan.dev/paused": "true" });
      await stand.edit(ref(name), { spec: { members: [member(`${name}-member`)] } });
      await stand.remove(ref(name));
      await stand.annotate(ref(name), { "yunfan.dev/paused": null });
      await stand.gone(ref(name));
      expect(await there(name)).toBeUndefined();
      expect(await replicasOf(`${name}-member`)).toBe("1");
      await expect(replicasOf(`${name}-own`)).rejects.toThrow(/not found/);
    },
  );
});

describe.concurrent("what can't be", () => {
  it("a namespace that is not there is said, and waited for", async ({ expect }) => {
    await stand.apply(manifest("homeless", { targetNamespace: "nowhere" }));
    expect(await stand.reaches(ref("homeless"), "NotFoundInCloud")).toMatchObject({
      message: expect.stringContaining("There is no namespace nowhere (spec.targetNamespace)"),
    });
    await cloud.behindOurBack("POST", "namespaces", { cluster: CLUSTER, name: "nowhere" });
    await stand.lookAgain(ref("homeless"));
    await stand.reaches(ref("homeless"), "Available");
    expect((await cloud.list("applications")).map(({ id }) => id)).toContain(`${CLUSTER}/nowhere/homeless`);
  });

  it("is refused at admission: another namespace, a description of two lines", async ({ expect }) => {
    await make("fixed");
    await expect(stand.edit(ref("fixed"), { spec: { targetNamespace: "other" } })).rejects.toThrow(
      /targetNamespace is immutable/,
    );
    await expect(stand.edit(ref("fixed"), { spec: { description: "one\ntwo" } })).rejects.toThrow(/description/);
  });

  it("an id of another namespace is refused", async ({ expect }) => {
    await stand.apply(manifest("foreign", { externalId: `${CLUSTER}/other/foreign` }));
    expect(await stand.reaches(ref("foreign"), "Rejected")).toMatchObject({
      message: expect.stringContaining("CLUSTER/NAMESPACE/NAME"),
    });
  });
});

// By itself: the fault would lose whichever application's restart comes first.
it("restarts once more where the answer got lost and no new pod shows, and then never again (call 54)", async ({
  expect,
}) => {
  await deploy("again-a");
  await make("again", { members: [member("again-a")] });
  await cloud.setFaults([{ method: "PUT", path: "/applications/app$", action: "DropBefore", times: 1 }]);
  await stand.edit(ref("again"), { spec: { restartAt: "now" } });
  await vi.waitFor(async () => expect(await templateOf("again-a")).toContain("restartedAt"), 60_000);
  await stand.reaches(ref("again"), "Available");
  const restarted = await templateOf("again-a");
  await stand.visited(ref("again"), 2);
  expect(await templateOf("again-a")).toBe(restarted);
});

itStaysClean(() => stand);
