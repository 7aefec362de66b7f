// ManagedClusters on Alibaba Cloud ACK, in both editions of its API: the four kinds (A1 to A4), what is published of them (A7), their
// deletion (A8), and what differs by the edition (A9).
import { X509Certificate } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, inject, it, vi } from "vitest";
import { createKubectl } from "../../controlplane/kubectl.ts";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  clustersOf,
  createAlibabaStand,
  type AlibabaStand,
  type Dialect,
} from "../support/clouds/alibaba/environment.ts";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

// Both dialects at once: they wait far more than they work.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 40 });

interface Secret {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  readonly metadata: { readonly uid: string; readonly annotations: Readonly<Record<string, string>> };
}

interface Sort {
  readonly row: string;
  readonly kind: keyof typeof BLOCKS;
  readonly clusterType: string;
  readonly profile: string;
}

/** Dedicated ones are refused today. */
const SORTS: Readonly<Record<Dialect, readonly Sort[]>> = {
  V2026: [
    { row: "A2", kind: "managed", clusterType: "ManagedKubernetes", profile: "Default" },
    { row: "A3", kind: "edge", clusterType: "ManagedKubernetes", profile: "Edge" },
    { row: "A4", kind: "serverless", clusterType: "ManagedKubernetes", profile: "Serverless" },
  ],
  Reference: [
    { row: "A1", kind: "dedicated", clusterType: "Kubernetes", profile: "Default" },
    { row: "A2", kind: "managed", clusterType: "ManagedKubernetes", profile: "Default" },
    { row: "A3", kind: "edge", clusterType: "ManagedKubernetes", profile: "Edge" },
    { row: "A4", kind: "serverless", clusterType: "Ask", profile: "Serverless" },
  ],
};

/** What a cluster has, what is offered as its next version, and what is not. */
const VERSIONS: Readonly<Record<Dialect, readonly [string, string, string]>> = {
  V2026: ["1.33", "1.34", "1.35"],
  Reference: ["1.12.6-aliyun.1", "1.14", "1.16"],
};

describe.concurrent.each<Dialect>(["V2026", "Reference"])("in dialect %s", (dialect) => {
  let stand: AlibabaStand;

  beforeAll(async () => {
    stand = await createAlibabaStand(`ack-${dialect.toLowerCase()}`, { dialect });
    await stand.apply(...alibabaAccountManifests(stand.simulator, { spec: { alibaba: { dialect } } }));
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  async function available(name: string, alibaba: object, spec: object = {}): Promise<string> {
    await stand.apply(ackClusterManifest(name, alibaba, spec));
    await stand.reaches(`managedcluster/${name}`, "Available");
    return `managedcluster/${name}`;
  }

  async function secretAt(name: string): Promise<Secret | undefined> {
    const { code, stdout } = await stand.kubectl(["get", "secret", name, "-o", "json"]);
    return code === 0 ? (JSON.parse(stdout) as Secret) : undefined;
  }

  async function remove(resource: string): Promise<void> {
    await kubectlOk(stand.kubectl, ["delete", resource, "--wait=false"]);
  }

  function textIn(secret: Secret | undefined, key: string): string {
    return Buffer.from(secret?.data[key] ?? "", "base64").toString();
  }

  describe("a ManagedCluster", () => {
    it.for(SORTS[dialect])(
      "$row: of the kind $kind becomes exactly one that bears our mark",
      async (sort, { expect }) => {
        const { kind, clusterType, profile } = sort;
        const resource = await available(kind, BLOCKS[kind](dialect));
        const { metadata, status } = (await stand.read(resource))!;
        const clusters = await clustersOf(stand.simulator, kind);
        const tags = { "yunfan.dev/nonce": `${metadata.uid}-1` };
        expect(clusters).toMatchObject([{ state: "running", clusterType, profile, tags }]);
        expect(status).toMatchObject({
          externalId: clusters[0]!.id,
          origin: "Created",
          version: clusters[0]!.version,
          clusterType: expect.stringContaining(clusterType) as unknown,
          endpoint: expect.stringMatching(/^https:/) as unknown,
          kubeconfigSecret: `${kind}-kubeconfig`,
        });
        expect(textIn(await secretAt(`${kind}-kubeconfig`), "value")).toContain("apiVersion");
      },
    );

    it.runIf(dialect === "V2026")("A1: dedicated ones are refused, in the cloud's words", async ({ expect }) => {
      await stand.apply(ackClusterManifest("masters", BLOCKS.dedicated()));
      const { message } = await stand.reaches("managedcluster/masters", "CreateFailed");
      expect(message).toContain("Nothing was made");
      expect(await clustersOf(stand.simulator, "masters")).toEqual([]);
    });

    it("A3: publishes the script by which machines join, and takes it back with its field", async ({ expect }) => {
      const resource = await available("machines", { ...BLOCKS.edge(), attachScript: { validHours: 2 } });
      const { status } = (await stand.read(resource))!;
      expect(status).toMatchObject({ attachScriptSecret: "machines-attach-script" });
      const secret = (await secretAt("machines-attach-script"))!;
      stand.secrets.add(/--openapi-token=(\w+)/.exec(textIn(secret, "script"))![1]!);
      expect(secret.metadata.annotations["yunfan.dev/expires-at"]).toBe(status["attachScriptExpiresAt"]);
      await stand.edit(resource, { spec: { alibaba: { attachScript: { validHours: 3 } } } });
      const script = async (): Promise<string> => textIn(await secretAt("machines-attach-script"), "script");
      await expect.poll(script, { timeout: 20_000 }).not.toBe(textIn(secret, "script"));
      await stand.edit(resource, { spec: { alibaba: { attachScript: null } } });
      await expect.poll(() => secretAt("machines-attach-script"), { timeout: 20_000 }).toBeUndefined();
      await stand.until(resource, (shown) => shown.status["attachScriptSecret"] === undefined);
    });

    it("A7: publishes certificates beside the kubeconfig", async ({ expect }) => {
      const resource = await available("certified", BLOCKS.managed(), { kubeconfig: { certificates: true } });
      const secret = (await secretAt("certified-certificates"))!;
      expect(secret).toMatchObject({ type: "kubernetes.io/tls" });
      const { validToDate } = new X509Certificate(textIn(secret, "tls.crt"));
      const ends = `${validToDate.toISOString().slice(0, 19)}Z`;
      expect(secret.metadata.annotations["yunfan.dev/expires-at"]).toBe(ends);
      expect(textIn(secret, "ca.crt")).toContain("BEGIN CERTIFICATE");
      expect(conditionOf((await stand.read(resource))!, "CertificatesReady")).toMatchObject({ status: "True" });
      await stand.edit(resource, { spec: { kubeconfig: { certificates: false } } });
      await expect.poll(() => secretAt("certified-certificates"), { timeout: 20_000 }).toBeUndefined();
    });

    it("A7: what is published opens the cluster to real kubectl", async ({ expect }) => {
      const plane = inject("controlPlane");
      const cloud = await stand.anotherSimulator({ dialect, kubeconfig: await readKubeconfig(plane.kubeconfigPath) });
      await stand.apply(...alibabaAccountManifests(cloud, { name: "real", spec: { alibaba: { dialect } } }));
      const spec = { accountRef: { name: "real" }, kubeconfig: { certificates: true } };
      const resource = await available("real", BLOCKS.managed(), spec);
      const certificates = await secretAt("real-certificates");
      const folder = await mkdtemp(join(tmpdir(), "yunfan-ack-"));
      const write = async (name: string, text: string): Promise<string> => {
        await writeFile(join(folder, name), text, { mode: 0o600 });
        return join(folder, name);
      };
      const config = await write("config", textIn(await secretAt("real-kubeconfig"), "value"));
      const [certificate, key, ca] = await Promise.all(
        ["tls.crt", "tls.key", "ca.crt"].map((name) => write(name, textIn(certificates, name))),
      );
      const server = String(stand.seen(resource)!.status["endpoint"]);
      const flags = Object.entries({ server, "client-certificate": certificate, "client-key": key });
      const ways = [
        { kubeconfigPath: config, args: [] },
        {
          kubeconfigPath: "/dev/null",
          args: [...flags, ["certificate-authority", ca]].map(([flag, value]) => `--${flag}=${value}`),
        },
      ];
      for (const { kubeconfigPath, args } of ways) {
        const kubectl = createKubectl({ binary: plane.kubectlPath, kubeconfigPath, cacheDirectory: folder });
        const found = await kubectlOk(kubectl, ["get", "namespace", stand.namespace, "-o", "name", ...args]);
        expect(found.trim()).toBe(`namespace/${stand.namespace}`);
      }
    });

    it("A7: says where it has no public address", async ({ expect }) => {
      await stand.apply(ackClusterManifest("inside", BLOCKS.managed(), { kubeconfig: { context: "External" } }));
      const { message } = await stand.reaches("managedcluster/inside", "NoSuchAddress");
      expect(message).toContain("spec.kubeconfig.context External");
    });

    it("A8: is gone from the cloud when its resource is, and says before what stays", async ({ expect }) => {
      const resource = await available("leaving", BLOCKS.managed());
      await remove(resource);
      await stand.gone(resource);
      expect(await clustersOf(stand.simulator, "leaving")).toEqual([]);
      const reasons = async (): Promise<string[]> => (await stand.events(resource)).map(({ reason }) => reason);
      await expect.poll(reasons, { timeout: 20_000 }).toContain("ResourcesRetained");
      expect(await secretAt("leaving-kubeconfig")).toBeUndefined();
    });

    it("A8: says why its deletion has failed, and asks again at the drift interval", async ({ expect }) => {
      const resource = await available("hanging", BLOCKS.managed());
      const plan = { clusterName: "hanging", failAt: "Delete", message: "The vSwitch is still used by an SLB." };
      await stand.simulator.behindOurBack("POST", "plans", plan);
      await remove(resource);
      const { message } = await stand.reaches(resource, "DeletionFailed");
      // In the reference's edition a deletion answers nothing, and no list tells its task.
      expect(message).toContain(dialect === "V2026" ? plan.message : "failed to delete cluster");
      await stand.gone(resource);
      expect(await clustersOf(stand.simulator, "hanging")).toEqual([]);
    });

    it("A8: is held by Workers that nobody declared, and not by an empty default pool", async ({ expect }) => {
      const resource = await available("crowded", BLOCKS.managed());
      const { externalId: clusterId } = (await stand.read(resource))!.status;
      const node = (await stand.simulator.behindOurBack("POST", "nodes", { clusterId })) as { id: string };
      await remove(resource);
      const { message } = await stand.reaches(resource, "DeletionHeld");
      expect(message).toContain("that no resource declares");
      await stand.simulator.behindOurBack("DELETE", `nodes/${node.id}`);
      await stand.gone(resource);
    });

    it("A9: is upgraded to what the cloud offers, and says what it does not offer", async ({ expect }) => {
      const [present, next, beyond] = VERSIONS[dialect];
      const resource = await available("aging", BLOCKS.managed(), { version: present });
      await stand.edit(resource, { spec: { version: next } });
      await stand.until(resource, ({ status }) => String(status["version"]).startsWith(next));
      await stand.reaches(resource, "Available");
      await stand.edit(resource, { spec: { version: beyond } });
      await stand.until(resource, (shown) => conditionOf(shown, "UpToDate")?.reason === "UpgradeNotOffered");
      await stand.reaches(resource, "Available");
      const id = (await stand.read(resource))!.status.externalId!;
      const upgrades = (await stand.simulator.requests()).filter(({ path }) => path.endsWith(`/${id}/upgrade`));
      expect(upgrades).toHaveLength(1);
    });

    it("A9: says why its upgrade has failed, and does not send it again by itself", async ({ expect }) => {
      const [present, next] = VERSIONS[dialect];
      const resource = await available("stuck", BLOCKS.managed(), { version: present });
      const plan = { clusterName: "stuck", failAt: "Upgrade", message: "A precheck failed." };
      await stand.simulator.behindOurBack("POST", "plans", plan);
      await stand.edit(resource, { spec: { version: next } });
      const { message } = await stand.reaches(resource, "UpgradeFailed");
      expect(message).toContain(plan.message);
      await stand.visited(resource, 2);
      const id = (await stand.read(resource))!.status.externalId!;
      const upgrades = (await stand.simulator.requests()).filter(({ path }) => path.endsWith(`/${id}/upgrade`));
      expect(upgrades).toHaveLength(1);
      await stand.lookAgain(resource);
      await stand.until(resource, ({ status }) => String(status["version"]).startsWith(next));
    });
  });

  describe.runIf(dialect === "V2026")("the cloud's own protection", () => {
    it("A8: is switched on and off with the field, and goes before a deletion", async ({ expect }) => {
      const resource = await available("guarded", BLOCKS.managed());
      const isProtected = async (): Promise<unknown> =>
        (await clustersOf(stand.simulator, "guarded"))[0]?.deletionProtection;
      await stand.edit(resource, { spec: { deletionProtection: true } });
      await expect.poll(isProtected, { timeout: 20_000 }).toBe(true);
      await remove(resource);
      await stand.reaches(resource, "DeletionHeld");
      await stand.edit(resource, { spec: { deletionProtection: false } });
      await stand.gone(resource);
    });

    it("A8: of a colleague holds a deletion and is never switched off", async ({ expect }) => {
      const resource = await available("foreign", BLOCKS.managed());
      const record = `clusters/${(await stand.read(resource))!.status.externalId}`;
      await stand.simulator.behindOurBack("PATCH", record, { deletionProtection: true });
      await remove(resource);
      const { message } = await stand.reaches(resource, "DeletionHeld");
      expect(message).toContain("not by Yunfan");
      expect((await clustersOf(stand.simulator, "foreign"))[0]).toMatchObject({ deletionProtection: true });
      await stand.simulator.behindOurBack("PATCH", record, { deletionProtection: false });
      await stand.gone(resource);
    });
  });

  describe("when all of that is over, the operator", { concurrent: false }, () => {
    itStaysClean(() => stand);
  });
});
