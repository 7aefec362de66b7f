// The registration of a cluster with Argo CD, by a Secret in the namespace that the spec names.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { parse } from "yaml";
import { expectToldOnce } from "../support/environment/steady-state.ts";
import {
  clusterManifest,
  createHuaweiStand,
  huaweiAccountManifests,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;
/** A namespace that is not there at first. */
let later: string;

beforeAll(async () => {
  stand = await createHuaweiStand("registration");
  later = `${stand.namespace}-later`;
  const spec = { allowedNamespaces: [stand.otherNamespace, later] };
  await stand.apply(...huaweiAccountManifests(stand.simulator, { spec }));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

interface Secret {
  readonly data: Readonly<Record<string, string>>;
}

interface Kubeconfig {
  readonly clusters: readonly { cluster: { server: string } }[];
  readonly users: readonly { user: { "client-certificate-data": string } }[];
}

async function secretAt(name: string, namespace = stand.namespace): Promise<Secret | undefined> {
  const { code, stdout } = await stand.kubectl(["get", "secret", name, "-o", "json", "--namespace", namespace]);
  return code === 0 ? (JSON.parse(stdout) as Secret) : undefined;
}

function textOf({ data }: Secret, key: string): string {
  return Buffer.from(data[key] ?? "", "base64").toString();
}

/** Declares a cluster and waits until it is there; resolves with its resource. */
async function available(name: string, spec: object = {}): Promise<string> {
  await stand.apply(clusterManifest(name, spec));
  await stand.reaches(`managedcluster/${name}`, "Available");
  return `managedcluster/${name}`;
}

describe.concurrent("the registration with Argo CD", () => {
  it("lies where Argo CD is, with the same credentials, and goes with the cluster", async ({ expect }) => {
    const resource = await available("fleet", { argocd: { namespace: stand.otherNamespace } });
    const name = `${stand.namespace}-fleet-cluster`;
    const secret = (await secretAt(name, stand.otherNamespace))!;
    expect(secret).toMatchObject({
      type: "Opaque",
      metadata: { labels: { "argocd.argoproj.io/secret-type": "cluster" } },
    });
    const kubeconfig = parse(textOf((await secretAt("fleet-kubeconfig"))!, "value")) as Kubeconfig;
    expect(textOf(secret, "name")).toBe(`${stand.namespace}/fleet`);
    expect(textOf(secret, "server")).toBe(kubeconfig.clusters[0]!.cluster.server);
    const { tlsClientConfig } = JSON.parse(textOf(secret, "config")) as { tlsClientConfig: Record<string, unknown> };
    expect(tlsClientConfig).toMatchObject({
      insecure: false,
      certData: kubeconfig.users[0]!.user["client-certificate-data"],
    });

    await stand.edit(resource, { spec: { argocd: null } });
    await expect.poll(() => secretAt(name, stand.otherNamespace), { timeout: 20_000 }).toBeUndefined();
    await stand.edit(resource, { spec: { argocd: { namespace: stand.otherNamespace } } });
    await expect.poll(() => secretAt(name, stand.otherNamespace), { timeout: 20_000 }).toBeDefined();
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await secretAt(name, stand.otherNamespace)).toBeUndefined();
  });

  it("is refused for a namespace that the account does not allow", async ({ expect }) => {
    await stand.apply(clusterManifest("trespasser", { argocd: { namespace: "default" } }));
    const resource = "managedcluster/trespasser";
    const ready = await stand.reaches(resource, "NamespaceNotAllowed");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(/namespace default.*spec\.allowedNamespaces.*or remove spec\.argocd/),
    });
    await expectToldOnce(expect, stand, resource, { reason: "NamespaceNotAllowed" });
    expect(await secretAt(`${stand.namespace}-trespasser-cluster`, "default")).toBeUndefined();
    expect(await secretAt("trespasser-kubeconfig")).toBeDefined();
    await stand.edit(resource, { spec: { argocd: null } });
    await stand.reaches(resource, "Available");
  });

  it("is taken back where the account no longer allows the namespace: it is a credential", async ({ expect }) => {
    const manifest = clusterManifest("withdrawn", { accountRef: { name: "fickle" } });
    await stand.cloud("fickle", {}, manifest);
    await stand.edit("cloudaccount/fickle", { spec: { allowedNamespaces: [stand.otherNamespace] } });
    await stand.edit("managedcluster/withdrawn", { spec: { argocd: { namespace: stand.otherNamespace } } });
    const there = (): Promise<Secret | undefined> =>
      secretAt(`${stand.namespace}-withdrawn-cluster`, stand.otherNamespace);
    await expect.poll(there, { timeout: 20_000 }).toBeDefined();
    await stand.edit("cloudaccount/fickle", { spec: { allowedNamespaces: null } });
    await stand.reaches("managedcluster/withdrawn", "NamespaceNotAllowed");
    await expect.poll(there, { timeout: 20_000 }).toBeUndefined();
    expect(await secretAt("withdrawn-kubeconfig")).toBeDefined();
  });

  it("for a namespace that is not there says so, and follows as soon as it is, long before drift is due", async ({
    expect,
  }) => {
    const spec = { argocd: { namespace: later }, driftIntervalSeconds: 3600 };
    await stand.apply(clusterManifest("too-early", spec));
    const ready = await stand.reaches("managedcluster/too-early", "NamespaceNotFound");
    expect(ready).toMatchObject({ status: "False", message: expect.stringContaining(later) });
    await kubectlOk(stand.kubectl, ["create", "namespace", later]);
    const there = (): Promise<Secret | undefined> => secretAt(`${stand.namespace}-too-early-cluster`, later);
    await expect.poll(there, { timeout: 25_000 }).toBeDefined();
    await stand.reaches("managedcluster/too-early", "Available");
  });
});

itStaysClean(() => stand);
