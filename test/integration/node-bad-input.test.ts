// What is wrong with a ManagedNode and admission can't see: a condition says so and names the field, nothing is erased, and what is
// corrected goes on. Real API server, real operator, real HTTP to the simulator of CCE.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { clusterManifest, huaweiAccountManifests } from "../support/clouds/huawei/environment.ts";
import {
  acceptedManifest,
  createMembersStand,
  nodeManifest,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;
let home: Home;

beforeAll(async () => {
  stand = await createMembersStand("node-bad-input");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  home = await stand.home("shared");
});
afterAll(() => stand[Symbol.asyncDispose]());

const writes = async ({ cloud }: Home): Promise<readonly string[]> =>
  (await cloud.effects()).map(
    ({ method, path }) => `${method} ${path.split("/").findLast((part) => /^[a-z]+$/.test(part))}`,
  );

interface Wrong {
  readonly name: string;
  readonly title: string;
  readonly spec: object;
  readonly reason: string;
  readonly says: readonly string[];
  /** With which it goes on. */
  readonly corrected: object;
}

const WRONG: readonly Wrong[] = [
  {
    name: "long-name",
    title: "a name of 57 characters",
    spec: { displayName: "n".repeat(57) },
    reason: "Rejected",
    says: ["spec.displayName", "1 to 56"],
    corrected: { displayName: "n".repeat(56) },
  },
  {
    name: "capitals",
    title: "a name that the cloud does not take",
    spec: { displayName: "Database_1" },
    reason: "Rejected",
    says: ["spec.displayName", "lower-case"],
    corrected: { displayName: "database-1" },
  },
  {
    name: "many-labels",
    title: "20 labels",
    spec: { labels: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`label-${index}`, "x"])) },
    reason: "Rejected",
    says: ["spec.labels", "19"],
    corrected: { labels: {} },
  },
  {
    name: "clouds-label",
    title: "a label of the cloud's own",
    spec: { labels: { "cce.cloud.com/nodepool": "mine" } },
    reason: "Rejected",
    says: ["spec.labels", "cce.cloud.com/"],
    corrected: { labels: {} },
  },
  {
    name: "wide-script",
    title: "a script over 32 KiB in characters of three bytes",
    spec: { huawei: { preInstall: "云".repeat(11_000) } },
    reason: "Rejected",
    says: ["spec.huawei.preInstall", "32768 bytes"],
    corrected: { huawei: { preInstall: "云".repeat(10_000) } },
  },
  {
    name: "no-login",
    title: "no login",
    spec: { login: undefined },
    reason: "LoginRequired",
    says: ["spec.login", "keyPairName or passwordSecretRef"],
    corrected: { login: { keyPairName: "ops" } },
  },
];

describe.concurrent("a ManagedNode with", () => {
  it.for(WRONG)("$title is not bought, and is once that is corrected", async (wrong, { expect }) => {
    const { name, spec, reason, says, corrected } = wrong;
    await stand.apply(nodeManifest(home, spec, { name }));
    const { message } = await stand.reaches(`managednode/${name}`, reason);
    for (const words of says) expect(message).toContain(words);
    const { status } = (await stand.read(`managednode/${name}`))!;
    expect([status.externalId, status.operation]).toEqual([undefined, undefined]);
    await stand.apply(nodeManifest(home, corrected, { name }));
    await stand.reaches(`managednode/${name}`, "Available");
  });

  it("a password whose Secret lacks its key waits for that, and shows no password", async ({ expect }) => {
    const password = "Not-to-be-seen-1";
    const secret = (data: object): object => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "node-password" },
      stringData: data,
    });
    await stand.apply(secret({ other: password }));
    const login = { passwordSecretRef: { name: "node-password", key: "root" } };
    await stand.apply(nodeManifest(home, { login }, { name: "keyless" }));
    const { message } = await stand.reaches("managednode/keyless", "SecretNotFound");
    expect(message).toContain("spec.login.passwordSecretRef");
    expect(message).toContain("has no key root");
    expect(message).not.toContain(password);
    await stand.apply(secret({ root: password }));
    await stand.reaches("managednode/keyless", "Available");
  });

  it.for([
    { name: "absent", title: "that is not there", says: "server no-such-server" },
    { name: "elsewhere", title: "in another VPC", says: "another VPC" },
  ])("a server $title is not taken in, and the cloud says why", async ({ name, says }, { expect }) => {
    const { id } = (await home.cloud.behindOurBack("POST", "servers", { name, vpc: "another-vpc" })) as { id: string };
    const server = name === "absent" ? "no-such-server" : id;
    await stand.apply({ ...acceptedManifest(home, server), metadata: { name } });
    const { message } = await stand.reaches(`managednode/${name}`, "CreateFailed");
    expect(message).toContain(says);
    expect((await home.cloud.servers()).filter((one) => one.id === id)).toMatchObject([{ imaged: 0 }]);
  });
});

describe.concurrent("a ManagedNode that works", () => {
  it("keeps its name where it is given one that the cloud does not take", async ({ expect }) => {
    const own = await stand.home("renamed");
    await stand.apply(nodeManifest(own, { displayName: "database-1" }));
    await stand.reaches("managednode/renamed", "Available");
    await stand.apply(nodeManifest(own, { displayName: "n".repeat(57) }));
    const { message } = await stand.reaches("managednode/renamed", "NameRefused");
    expect(message).toContain("spec.displayName");
    expect(await own.cloud.nodes()).toMatchObject([{ name: "database-1" }]);
  });

  it("is not reset with a script that the cloud does not take, and is with one that it does", async ({ expect }) => {
    const own = await stand.home("rescripted");
    const node = "managednode/rescripted";
    await stand.apply(nodeManifest(own));
    await stand.reaches(node, "Available");
    const { externalId } = (await stand.read(node))!.status;
    await stand.apply(nodeManifest(own, { huawei: { postInstall: "云".repeat(11_000) } }));
    await stand.annotate(node, { "yunfan.dev/reset": `${externalId} once` });
    const { message } = await stand.reaches(node, "Rejected");
    expect(message).toContain("spec.huawei.postInstall");
    expect((await stand.read(node))!.status["disruption"]).toBeUndefined();
    expect(await own.cloud.servers()).toMatchObject([{ imaged: 1 }]);
    await stand.apply(nodeManifest(own, { huawei: { postInstall: "echo done" } }));
    await expect.poll(() => own.cloud.servers(), { timeout: 60_000 }).toMatchObject([{ imaged: 2 }]);
    await stand.reaches(node, "Available");
    expect(await writes(own)).toEqual(["POST nodes", "POST reset"]);
  });

  it("is not moved into a cluster of another account, nor of another VPC", async ({ expect }) => {
    const own = await stand.home("kept");
    const plant = async (name: string): Promise<string> =>
      ((await own.cloud.behindOurBack("POST", "clusters", { name })) as { id: string }).id;
    const network = { vpcId: "another-vpc", subnetId: "subnet-1" };
    await stand.apply(
      ...huaweiAccountManifests(own.wire, { name: "kept-second" }),
      clusterManifest("kept-theirs", { accountRef: { name: "kept-second" }, externalId: await plant("kept-theirs") }),
      clusterManifest("kept-far", { accountRef: { name: "kept" }, externalId: await plant("kept-far"), network }),
    );
    for (const name of ["kept-theirs", "kept-far"]) await stand.reaches(`managedcluster/${name}`, "Available");
    await stand.apply(nodeManifest(own));
    await stand.reaches("managednode/kept", "Available");
    const { externalId } = (await stand.read("managednode/kept"))!.status;
    await stand.annotate("managednode/kept", { "yunfan.dev/move": externalId ?? "" });
    for (const [name, why] of [
      ["kept-theirs", "another account"],
      ["kept-far", "another VPC"],
    ] as const) {
      await stand.apply(nodeManifest(own, { clusterRef: { name } }));
      const { message } = await stand.reaches("managednode/kept", "Rejected");
      expect(message).toContain("spec.clusterRef");
      expect(message).toContain(why);
      await stand.apply(nodeManifest(own));
      await stand.reaches("managednode/kept", "Available");
    }
    expect(await own.cloud.nodes()).toMatchObject([{ clusterId: own.clusterId }]);
    expect(await own.cloud.servers()).toMatchObject([{ imaged: 1 }]);
  });
});

describe.concurrent("a node of a pool", () => {
  it("is not reset by a ManagedNode, neither managed nor observed", async ({ expect }) => {
    const own = await stand.home("pooled");
    await stand.apply(poolManifest(own, { replicas: 1 }));
    await stand.reaches("nodepool/pooled", "Available");
    const [node] = await own.cloud.nodes();
    const annotations = { "yunfan.dev/reset": `${node!.id} with-the-manifest` };
    await stand.apply(
      nodeManifest(own, { externalId: node!.id }, { annotations }),
      nodeManifest(own, { externalId: node!.id, managementPolicy: "Observe" }, { name: "pooled-seen", annotations }),
    );
    const { message } = await stand.reaches("managednode/pooled", "NodeInPool");
    expect(message).toContain("spec.managementPolicy");
    await stand.reaches("managednode/pooled-seen", "Available");
    for (const name of ["pooled", "pooled-seen"]) {
      await stand.annotate(`managednode/${name}`, { "yunfan.dev/reset": `${node!.id} now` });
      await stand.lookAgain(`managednode/${name}`);
    }
    expect(await own.cloud.nodes()).toMatchObject([{ id: node!.id, phase: "Active" }]);
    expect((await writes(own)).filter((write) => write.includes("reset"))).toEqual([]);
  });
});

itStaysClean(() => stand);
