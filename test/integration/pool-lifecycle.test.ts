// A NodePool from kubectl apply to kubectl delete: real API server, real operator, real HTTP to the simulator of CCE.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectToldOnce } from "../support/environment/steady-state.ts";
import {
  createMembersStand,
  conditionOf,
  poolChanges,
  poolManifest,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { secretManifest } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("pool-life");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

interface Operation {
  readonly verb: string;
  readonly progress?: string;
}

const TAINT = { key: "dedicated", value: "payment", effect: "NoSchedule" } as const;

describe.concurrent("a NodePool", () => {
  it("becomes exactly one pool that bears our mark, which kubectl get and kubectl wait show Ready", async ({
    expect,
  }) => {
    const home = await stand.home("first");
    const nodes = { instanceType: "s6.large.2", zone: "cn-north-4a", os: "EulerOS 2.5" };
    const volumes = { rootVolume: { type: "SAS", sizeGiB: 50 }, dataVolumes: [{ type: "SSD", sizeGiB: 200 }] };
    const huawei = { postInstall: "echo joined", maxPods: 64 };
    const spec = { replicas: 2, labels: { workload: "general" }, taints: [TAINT], ...nodes, ...volumes, huawei };
    await stand.apply(poolManifest(home, spec));
    const waited = await stand.kubectl(["wait", "nodepool/first", "--for=condition=Ready", "--timeout=40s"]);
    expect(waited).toMatchObject({ code: 0 });
    const { metadata, status } = (await stand.read("nodepool/first"))!;
    const mark = `${metadata.uid}-1`;
    const pools = await home.cloud.pools();
    expect(pools).toMatchObject([
      {
        name: "first",
        initialNodeCount: 2,
        nodeTemplate: {
          flavor: "s6.large.2",
          az: "cn-north-4a",
          os: "EulerOS 2.5",
          rootVolume: { volumetype: "SAS", size: 50 },
          dataVolumes: [{ volumetype: "SSD", size: 200 }],
          login: { sshKey: "ops" },
          taints: [TAINT],
          extendParam: { "alpha.cce/postInstall": Buffer.from("echo joined").toString("base64"), maxPods: 64 },
        },
      },
    ]);
    const byCloud = { "cce.cloud.com/cce-nodepool": "first" };
    expect(pools[0]!.nodeTemplate.k8sTags).toEqual({ workload: "general", "yunfan.dev/nonce": mark, ...byCloud });
    expect(await home.cloud.nodes()).toMatchObject([{ phase: "Active" }, { phase: "Active" }]);
    expect(await home.cloud.effects()).toMatchObject([{ method: "POST" }]);
    expect(status).toMatchObject({
      externalId: pools[0]!.id,
      origin: "Created",
      cloudName: "first",
      replicas: 2,
      readyReplicas: 2,
      desiredReplicas: 2,
      selector: `yunfan.dev/nonce=${mark}`,
    });
    expect(status.operation).toBeUndefined();
    // CCE says nothing of the phase of a pool at rest: an empty line in `kubectl describe` would say less than none.
    expect(status).not.toHaveProperty("cloudPhase");
    const says = Object.fromEntries((status.conditions ?? []).map(({ type, reason }) => [type, reason]));
    expect(says).toEqual({ Ready: "Available", UpToDate: "InSync" });
    const { stdout } = await stand.kubectl(["get", "nodepools.yunfan.dev"]);
    expect(stdout).toMatch(/^first +first +s6\.large\.2 +2 +2 +2 +.*True +Available /m);
  });

  it("tells how far it is while its nodes come", async ({ expect }) => {
    const home = await stand.home("slow", { simulator: { speed: 60 } });
    await stand.apply(poolManifest(home, { replicas: 2 }));
    await stand.reaches("nodepool/slow", "Available");
    const versions = stand.versions("nodepool/slow");
    const operations = versions.flatMap(({ status }) => (status["operation"] as Operation | undefined) ?? []);
    expect(new Set(operations.map(({ verb }) => verb))).toEqual(new Set(["Create"]));
    expect(operations.map(({ progress }) => progress)).toContain("0 of 2 nodes are active");
    const reasons = versions.map((version) => conditionOf(version, "Ready")?.reason);
    expect(reasons).toEqual(expect.arrayContaining(["Creating", "Scaling", "Available"]));
    await expectToldOnce(expect, stand, "nodepool/slow", { type: "Normal", reason: "Available" });
  });

  it("is neither written to the cloud nor to its status when the same manifest is applied again", async ({
    expect,
  }) => {
    const home = await stand.home("steady");
    const manifest = poolManifest(home, { replicas: 1, labels: { workload: "general" }, taints: [TAINT] });
    await stand.apply(manifest);
    await stand.reaches("nodepool/steady", "Available");
    const before = await stand.read("nodepool/steady");
    await stand.apply(manifest);
    await stand.visited("nodepool/steady", 2);
    expect(await stand.read("nodepool/steady")).toEqual(before);
    expect(await home.cloud.effects()).toMatchObject([{ method: "POST" }]);
  });

  it("is scaled by kubectl scale, up, down and to nothing", async ({ expect }) => {
    const home = await stand.home("scaled");
    await stand.apply(poolManifest(home, { replicas: 1, maxRemovalsPerStep: 3 }));
    await stand.reaches("nodepool/scaled", "Available");
    const { selector } = stand.seen("nodepool/scaled")!.status;
    for (const replicas of [3, 1, 0]) {
      const scaled = await stand.kubectl(["scale", "nodepools.yunfan.dev/scaled", `--replicas=${replicas}`]);
      expect(scaled).toMatchObject({ code: 0 });
      await stand.until("nodepool/scaled", ({ status }) => status["replicas"] === replicas);
      await stand.reaches("nodepool/scaled", "Available");
      const scale = await stand.kubectl(["get", "nodepools.yunfan.dev/scaled", "--subresource=scale", "-o", "json"]);
      // Kubernetes leaves out a zero.
      const spec = replicas === 0 ? {} : { replicas };
      expect(JSON.parse(scale.stdout)).toMatchObject({ spec, status: { replicas, selector } });
      expect(await home.cloud.nodes()).toHaveLength(replicas);
    }
    expect(poolChanges(home).map(({ initialNodeCount }) => initialNodeCount)).toEqual([3, 1, 0]);
    expect(await home.cloud.pools()).toHaveLength(1);
  });

  it("is gone from both when it is deleted, its nodes too", async ({ expect }) => {
    const home = await stand.home("leaving");
    await stand.apply(poolManifest(home, { replicas: 2 }));
    await stand.reaches("nodepool/leaving", "Available");
    const deleted = await stand.kubectl(["delete", "nodepools.yunfan.dev/leaving", "--timeout=40s"]);
    expect(deleted).toMatchObject({ code: 0 });
    const { nodepools, nodes, clusters } = await home.cloud.state();
    expect({ nodepools, nodes }).toEqual({ nodepools: [], nodes: [] });
    expect(clusters).toMatchObject([{ phase: "Available" }]);
    const deletes = (await home.cloud.requests()).filter(({ method }) => method === "DELETE");
    expect(deletes).toHaveLength(1);
  });

  it("is gone from both when it is deleted while its nodes come", async ({ expect }) => {
    const home = await stand.home("hasty", { simulator: { speed: 60 } });
    await stand.apply(poolManifest(home, { replicas: 2 }));
    await stand.until("nodepool/hasty", ({ status }) => status.externalId !== undefined);
    await stand.remove("nodepool/hasty");
    await stand.gone("nodepool/hasty");
    expect(await home.cloud.pools()).toEqual([]);
    expect((await home.cloud.effects()).map(({ method }) => method)).toEqual(["POST", "DELETE"]);
  });

  it("is made anew when its name is applied again right after its deletion", async ({ expect }) => {
    const home = await stand.home("again");
    await stand.apply(poolManifest(home));
    await stand.reaches("nodepool/again", "Available");
    const first = stand.seen("nodepool/again")!.status.externalId;
    await stand.remove("nodepool/again");
    await stand.gone("nodepool/again");
    await stand.apply(poolManifest(home));
    await stand.reaches("nodepool/again", "Available");
    const { externalId } = stand.seen("nodepool/again")!.status;
    expect(externalId).not.toBe(first);
    expect(await home.cloud.pools()).toMatchObject([{ id: externalId }]);
  });
});

describe.concurrent("a NodePool whose nodes take a password", () => {
  it("waits for the Secret with it, says so, and goes on by itself when it appears", async ({ expect }) => {
    const home = await stand.home("locked");
    const login = { keyPairName: undefined, passwordSecretRef: { name: "locked-login", key: "password" } };
    await stand.apply(poolManifest(home, { replicas: 1, login }));
    const { status, message } = await stand.reaches("nodepool/locked", "SecretNotFound");
    expect(status).toBe("False");
    expect(message).toContain(`Secret ${stand.namespace}/locked-login (spec.login.passwordSecretRef) does not exist`);
    expect(message).toContain("Create it with the password of the nodes");
    await stand.apply(secretManifest("locked-login", { user: "root" }, "Opaque"));
    await stand.lookAgain("nodepool/locked");
    expect(conditionOf(stand.seen("nodepool/locked")!, "Ready")!.message).toContain("has no key password");
    await expectToldOnce(expect, stand, "nodepool/locked", { type: "Normal", reason: "SecretNotFound" });
    expect(await home.cloud.effects()).toEqual([]);

    const password = "Plain-password-of-nodes-1";
    await stand.apply(secretManifest("locked-login", { password: `${password}\n` }, "Opaque"));
    await stand.lookAgain("nodepool/locked");
    const flawed = conditionOf(stand.seen("nodepool/locked")!, "Stalled");
    expect(flawed).toMatchObject({ status: "True", reason: "CredentialsIncomplete" });
    expect(flawed!.message).toContain("locked-login (spec.login.passwordSecretRef): password holds a line break");
    expect(await home.cloud.effects()).toEqual([]);

    // Within seconds, and nobody has to ask for it.
    await stand.apply(secretManifest("locked-login", { password }, "Opaque"));
    await expect.poll(() => home.cloud.pools(), { timeout: 20_000 }).toHaveLength(1);
    await stand.reaches("nodepool/locked", "Available");
    const [pool] = await home.cloud.pools();
    const salted = pool!.nodeTemplate.login.userPassword!.password;
    expect(Buffer.from(salted, "base64").toString()).toMatch(/^\$6\$[^$]{8,16}\$/);
    stand.secrets.add(salted);
    expect(JSON.stringify(home.wire.exchanges)).not.toContain(password);
  });
});

describe.concurrent("a pool that was there before", () => {
  it("and has the name without our mark is not touched, until spec.externalId names it", async ({ expect }) => {
    const home = await stand.home("namesake");
    const theirs = { clusterId: home.clusterId, name: "namesake", initialNodeCount: 1, k8sTags: { team: "theirs" } };
    const { id } = (await home.cloud.behindOurBack("POST", "nodepools", theirs)) as { id: string };
    await stand.apply(poolManifest(home, { replicas: 1 }));
    const { status, message } = await stand.reaches("nodepool/namesake", "AlreadyExists");
    expect(status).toBe("False");
    expect(message).toContain(`set spec.externalId to "${id}"`);
    await stand.visited("nodepool/namesake", 2);
    await expectToldOnce(expect, stand, "nodepool/namesake", { reason: "AlreadyExists" });
    expect(await home.cloud.effects()).toEqual([]);

    await stand.edit("nodepool/namesake", { spec: { externalId: id } });
    await stand.reaches("nodepool/namesake", "Available");
    const adopted = stand.seen("nodepool/namesake")!.status;
    expect(adopted).toMatchObject({ externalId: id, origin: "Adopted", replicas: 1, selector: "team=theirs" });
    expect(await home.cloud.effects()).toEqual([]);
  });

  it("is adopted by its id, made as declared, and stays when the resource goes", async ({ expect }) => {
    const home = await stand.home("adopted");
    const theirs = { clusterId: home.clusterId, name: "theirs", initialNodeCount: 1, k8sTags: { team: "theirs" } };
    const { id } = (await home.cloud.behindOurBack("POST", "nodepools", theirs)) as { id: string };
    await stand.apply(poolManifest(home, { externalId: id, replicas: 2 }));
    await stand.reaches("nodepool/adopted", "Available");
    expect(stand.seen("nodepool/adopted")!.status).toMatchObject({ externalId: id, origin: "Adopted", replicas: 2 });
    // Labels that are not declared are left as they are.
    expect(poolChanges(home)).toMatchObject([{ initialNodeCount: 2, nodeTemplate: { k8sTags: { team: "theirs" } } }]);

    await stand.remove("nodepool/adopted");
    await stand.gone("nodepool/adopted");
    expect(await home.cloud.pools()).toMatchObject([{ id, phase: "" }]);
    expect(await home.cloud.nodes()).toHaveLength(2);
    expect((await home.cloud.effects()).map(({ method }) => method)).toEqual(["PUT"]);
  });

  it("is shown and not written to with managementPolicy Observe", async ({ expect }) => {
    const home = await stand.home("observed");
    const theirs = { clusterId: home.clusterId, name: "theirs", initialNodeCount: 2, k8sTags: { team: "theirs" } };
    const { id } = (await home.cloud.behindOurBack("POST", "nodepools", theirs)) as { id: string };
    const spec = { managementPolicy: "Observe", externalId: id, replicas: 5, labels: { team: "ours" } };
    await stand.apply(poolManifest(home, spec));
    await stand.reaches("nodepool/observed", "Available");
    const resource = stand.seen("nodepool/observed")!;
    expect(resource.status).toMatchObject({ replicas: 2, readyReplicas: 2, desiredReplicas: 2 });
    expect(conditionOf(resource, "UpToDate")).toMatchObject({
      status: "False",
      reason: "Differs",
      message: expect.stringMatching(/spec\.replicas and spec\.labels.*Observe/),
    });
    await stand.remove("nodepool/observed");
    await stand.gone("nodepool/observed");
    expect(await home.cloud.pools()).toHaveLength(1);
    expect(await home.cloud.effects()).toEqual([]);
  });
});

itStaysClean(() => stand);
