// What hands a cluster on: the kubeconfig Secret, with which real kubectl works.
import { X509Certificate } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, inject, it, vi } from "vitest";
import { parse } from "yaml";
import { createKubectl } from "../../controlplane/kubectl.ts";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  clusterManifest,
  createHuaweiStand,
  huaweiAccountManifests,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { secretManifest } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-kubeconfig");
  await stand.apply(...huaweiAccountManifests(stand.simulator));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const DAY_MS = 86_400_000;

interface Secret {
  readonly type: string;
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

interface Kubeconfig {
  readonly "current-context": string;
  readonly clusters: readonly { cluster: { server: string; "insecure-skip-tls-verify"?: boolean } }[];
  readonly users: readonly { user: { "client-certificate-data": string } }[];
}

async function secretAt(name: string, namespace = stand.namespace): Promise<Secret | undefined> {
  const { code, stdout } = await stand.kubectl(["get", "secret", name, "-o", "json", "--namespace", namespace]);
  return code === 0 ? (JSON.parse(stdout) as Secret) : undefined;
}

function textOf({ data }: Secret, key = "value"): string {
  return Buffer.from(data[key] ?? "", "base64").toString();
}

function kubeconfigOf(secret: Secret): Kubeconfig {
  return parse(textOf(secret)) as Kubeconfig;
}

/** Declares a cluster and waits until it is there; resolves with its resource. */
async function available(name: string, spec: object = {}): Promise<string> {
  await stand.apply(clusterManifest(name, spec));
  await stand.reaches(`managedcluster/${name}`, "Available");
  return `managedcluster/${name}`;
}

function change(resource: string, fields: object): Promise<unknown> {
  return stand.simulator.behindOurBack("PATCH", `clusters/${stand.seen(resource)!.status.externalId}`, fields);
}

describe.concurrent("the kubeconfig", () => {
  it("is published by the convention of Cluster API, and real kubectl works with it", async ({ expect }) => {
    const { kubeconfigPath, kubectlPath } = inject("controlPlane");
    const manifest = clusterManifest("real", { accountRef: { name: "real" } });
    await stand.cloud("real", { kubeconfig: await readKubeconfig(kubeconfigPath) }, manifest);
    await stand.reaches("managedcluster/real", "Available");
    const secret = (await secretAt("real-kubeconfig"))!;
    const { uid } = stand.seen("managedcluster/real")!.metadata;
    expect(secret).toMatchObject({
      type: "cluster.x-k8s.io/secret",
      metadata: {
        labels: {
          "cluster.x-k8s.io/cluster-name": "real",
          "app.kubernetes.io/managed-by": "yunfan",
          "yunfan.dev/owner-uid": uid,
        },
        annotations: { "yunfan.dev/owner": `${stand.namespace}/real` },
      },
    });
    expect(Object.keys(secret.data)).toEqual(["value"]);

    const folder = await mkdtemp(path.join(tmpdir(), "yunfan-kubeconfig-"));
    const file = path.join(folder, "config");
    await writeFile(file, textOf(secret), { mode: 0o600 });
    const kubectl = createKubectl({ binary: kubectlPath, kubeconfigPath: file, cacheDirectory: folder });
    const found = await kubectlOk(kubectl, ["get", "namespace", stand.namespace, "-o", "name"]);
    expect(found.trim()).toBe(`namespace/${stand.namespace}`);
  });

  it("is not touched as long as nothing about it changes", async ({ expect }) => {
    const cloud = await stand.cloud("still", {}, clusterManifest("still", { accountRef: { name: "still" } }));
    const resource = "managedcluster/still";
    await stand.reaches(resource, "Available");
    const before = await secretAt("still-kubeconfig");
    await expectCalm(stand, resource, cloud);
    expect(await secretAt("still-kubeconfig")).toEqual(before);
    const reads = (await cloud.requests()).filter((request) => request.path.includes("clustercert"));
    expect(reads).toHaveLength(1);
  });

  it("is read and written anew when less than thirty days of its certificate are left", async ({ expect }) => {
    const resource = await available("ageing");
    const endOf = (secret: Secret): number => {
      const { "client-certificate-data": pem } = kubeconfigOf(secret).users[0]!.user;
      return new X509Certificate(Buffer.from(pem, "base64")).validToDate.getTime();
    };
    const before = (await secretAt("ageing-kubeconfig"))!;
    const soon = new Date(Math.ceil(Date.now() / 1000) * 1000 + 29 * DAY_MS).toISOString();
    await change(resource, { certificateNotAfter: soon });
    await kubectlOk(stand.kubectl, ["delete", "secret", "ageing-kubeconfig"]);
    const expiry = async (): Promise<number> => endOf((await secretAt("ageing-kubeconfig")) ?? before);
    await expect.poll(expiry, { timeout: 20_000 }).toBe(Date.parse(soon));
    const short = (await secretAt("ageing-kubeconfig"))!;

    const later = new Date(Date.parse(soon) + 365 * DAY_MS).toISOString();
    await change(resource, { certificateNotAfter: later });
    await expect.poll(expiry, { timeout: 20_000 }).toBe(Date.parse(later));
    const renewed = (await secretAt("ageing-kubeconfig"))!;
    expect(renewed.metadata.uid).toBe(short.metadata.uid);
    const expiresAt = later.replace(".000Z", "Z");
    await stand.until(resource, ({ status }) => status["kubeconfigExpiresAt"] === expiresAt);
  });

  it.for([
    { name: "far-off", days: 20, ready: "Available", says: "KubeconfigExpiring", status: "True" },
    { name: "near", days: 3, ready: "KubeconfigExpiring", says: "KubeconfigExpiring", status: "False" },
    { name: "over", days: -1, ready: "KubeconfigExpired", says: "KubeconfigExpired", status: "False" },
  ])(
    "whose certificate has $days days left in the cloud too says $says and what to do, until the cloud gives another",
    async ({ name, days, ready, says, status }, { expect }) => {
      const resource = `managedcluster/${name}`;
      const spec = { accountRef: { name }, kubeconfig: { certificates: true } };
      const cloud = await stand.cloud(name, {}, clusterManifest(name, spec));
      await stand.reaches(resource, "Available");
      const record = `clusters/${stand.seen(resource)!.status.externalId}`;
      const dateIn = (count: number): string => new Date(Date.now() + count * DAY_MS).toISOString();
      const ending = (count: number) => cloud.behindOurBack("PATCH", record, { certificateNotAfter: dateIn(count) });
      await ending(days);
      await kubectlOk(stand.kubectl, ["delete", "secret", `${name}-kubeconfig`, `${name}-certificates`]);
      await stand.until(resource, (shown) => conditionOf(shown, "KubeconfigReady")?.reason === says);
      const certificates = days < 0 ? "KubeconfigExpired" : "Published";
      await stand.until(resource, (shown) => conditionOf(shown, "CertificatesReady")?.reason === certificates);
      await stand.reaches(resource, ready);
      const message = expect.stringContaining("Have the cloud issue another one");
      expect(conditionOf(stand.seen(resource)!, "KubeconfigReady")).toMatchObject({ status, message });
      expect(await secretAt(`${name}-kubeconfig`)).toBeDefined();
      await expectCalm(stand, resource, cloud);

      await ending(365);
      for (const type of ["KubeconfigReady", "CertificatesReady"]) {
        await stand.until(resource, (shown) => conditionOf(shown, type)?.reason === "Published");
      }
      await stand.reaches(resource, "Available");
    },
  );

  it("is made anew when somebody deletes it, long before drift is due", async ({ expect }) => {
    await available("deleted", { driftIntervalSeconds: 3600 });
    const before = (await secretAt("deleted-kubeconfig"))!;
    await kubectlOk(stand.kubectl, ["delete", "secret", "deleted-kubeconfig"]);
    await expect.poll(() => secretAt("deleted-kubeconfig"), { timeout: 20_000 }).toBeDefined();
    const anew = (await secretAt("deleted-kubeconfig"))!;
    expect(anew.metadata.uid).not.toBe(before.metadata.uid);
    expect(anew.data).toEqual(before.data);
  });

  it("is put right when somebody edits it", async ({ expect }) => {
    const resource = await available("edited", { driftIntervalSeconds: 3600 });
    const before = (await secretAt("edited-kubeconfig"))!;
    const broken = JSON.stringify({ data: { value: Buffer.from("{}").toString("base64") } });
    await kubectlOk(stand.kubectl, ["patch", "secret", "edited-kubeconfig", "--type=merge", "-p", broken]);
    const data = async (): Promise<unknown> => (await secretAt("edited-kubeconfig"))?.data;
    await expect.poll(data, { timeout: 20_000 }).toEqual(before.data);
    expect(stand.seen(resource)!.status.conditions?.[0]).toMatchObject({ type: "Ready", status: "True" });
  });

  it("is not written over a Secret that is not ours, which stays, at the end too", async ({ expect }) => {
    await stand.apply(secretManifest("theirs-kubeconfig", { some: "thing" }, "Opaque"));
    const theirs = await secretAt("theirs-kubeconfig");
    const cloud = await stand.cloud("theirs", {}, clusterManifest("theirs", { accountRef: { name: "theirs" } }));
    const resource = "managedcluster/theirs";
    const ready = await stand.reaches(resource, "SecretNotOwned");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringContaining(`Secret ${stand.namespace}/theirs-kubeconfig exists and is not this resource's`),
    });
    // Pools and add-ons don't need it.
    const { conditions } = stand.seen(resource)!.status;
    expect(conditions).toContainEqual(expect.objectContaining({ type: "ClusterAvailable", status: "True" }));
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "SecretNotOwned" });
    expect(await secretAt("theirs-kubeconfig")).toEqual(theirs);

    await stand.remove(resource);
    await stand.gone(resource);
    expect(await secretAt("theirs-kubeconfig")).toEqual(theirs);
  });
});

describe.concurrent("the kubeconfig for the public address", () => {
  it("needs an address, and is published when there is one", async ({ expect }) => {
    const manifest = clusterManifest("outside", {
      accountRef: { name: "outside" },
      kubeconfig: { context: "External", allowInsecure: true },
    });
    const cloud = await stand.cloud("outside", {}, manifest);
    const resource = "managedcluster/outside";
    const ready = await stand.reaches(resource, "NoSuchAddress");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(/Bind a public address to it in the cloud, or set the context to Internal/),
    });
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "NoSuchAddress" });
    expect(await secretAt("outside-kubeconfig")).toBeUndefined();

    const { externalId } = stand.seen(resource)!.status;
    await cloud.behindOurBack("PATCH", `clusters/${externalId}`, { externalIP: "203.0.113.7" });
    await stand.reaches(resource, "Available");
    const external = kubeconfigOf((await secretAt("outside-kubeconfig"))!);
    expect(external.clusters).toContainEqual(
      expect.objectContaining({ cluster: { server: "https://203.0.113.7:5443", "insecure-skip-tls-verify": true } }),
    );
    expect(external["current-context"]).toBe("external");

    await stand.edit(resource, { spec: { kubeconfig: { context: "Internal", allowInsecure: false } } });
    await stand.reaches(resource, "Available");
    const internal = (await secretAt("outside-kubeconfig"))!;
    expect(kubeconfigOf(internal)["current-context"]).toBe("internal");
  });

  it("is refused at admission where nobody has allowed that it is not verified", async ({ expect }) => {
    const refused = stand.apply(clusterManifest("careless", { kubeconfig: { context: "External" } }));
    await expect(refused).rejects.toThrow(/context External needs allowInsecure/);
    expect(await stand.read("managedcluster/careless")).toBeUndefined();
  });
});

itStaysClean(() => stand);
