// Names and labels made of a cluster's name: whatever its length and its namespace, what is bought can be handed on, and no two
// resources derive the same one.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  clusterManifest,
  createHuaweiStand,
  huaweiAccountManifests,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;
/** `${near}-far` and a hyphen more is one namespace's name and another's. */
let near: string;
let far: string;

beforeAll(async () => {
  stand = await createHuaweiStand("names");
  near = `${stand.namespace}-n`;
  far = `${near}-far`;
  for (const name of [near, far]) await kubectlOk(stand.kubectl, ["create", "namespace", name]);
  const { namespace, otherNamespace } = stand;
  await stand.apply(
    ...huaweiAccountManifests(stand.simulator, { spec: { allowedNamespaces: [otherNamespace, near, far] } }),
  );
  const watched = [namespace, otherNamespace, near, far].join(",");
  await stand.operator({ flags: ["--no-leader-elect", "--watch-namespaces", watched] }).ready;
});
afterAll(async () => {
  for (const name of [near, far]) {
    await stand.kubectl(["delete", "managedclusters.yunfan.dev", "--all", "--namespace", name]);
    await stand.kubectl(["delete", "namespace", name, "--wait=false"]);
  }
  await stand[Symbol.asyncDispose]();
});

/** Outside of what the stand watches. */
const create = (manifest: object): Promise<string> =>
  kubectlOk(sharedControlPlane().kubectl, ["create", "-f", "-"], JSON.stringify(manifest));

interface Secret {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, string>>;
}

async function secretsAt(namespace: string, selector: string): Promise<readonly Secret[]> {
  const args = ["get", "secrets", "-o", "json", "--namespace", namespace, "-l", selector];
  const { items } = JSON.parse(await kubectlOk(stand.kubectl, args)) as { items: Secret[] };
  return items;
}

const registered = async (): Promise<readonly (readonly [string, string])[]> => {
  const secrets = await secretsAt(stand.otherNamespace, "argocd.argoproj.io/secret-type=cluster");
  return secrets.map(({ metadata, data }) => [Buffer.from(data["name"] ?? "", "base64").toString(), metadata.name]);
};

describe.concurrent("a cluster", () => {
  it.for([
    { length: 70, secret: (name: string) => new RegExp(`^${name}-kubeconfig$`) },
    { length: 253, secret: () => /^l{200,}-kubeconfig-[0-9a-f]{16}$/ },
  ])("with a name of $length letters is handed on", async ({ length, secret }, { expect }) => {
    const name = "l".repeat(length);
    const spec = { cloudName: `long-${length}`, argocd: { namespace: stand.otherNamespace } };
    await stand.apply(clusterManifest(name, spec));
    await stand.reaches(`managedcluster/${name}`, "Available");
    const { status, metadata } = stand.seen(`managedcluster/${name}`)!;
    expect(status["kubeconfigSecret"]).toMatch(secret(name));
    const [published, ...others] = await secretsAt(stand.namespace, `yunfan.dev/owner-uid=${metadata.uid}`);
    expect(others).toEqual([]);
    expect(published?.metadata.name).toBe(status["kubeconfigSecret"]);
    expect(published?.metadata.labels["cluster.x-k8s.io/cluster-name"]).toMatch(/^l{46}_[0-9a-f]{16}$/);
    expect((await registered()).map(([of]) => of)).toContain(`${stand.namespace}/${name}`);
    await stand.remove(`managedcluster/${name}`);
    await stand.gone(`managedcluster/${name}`);
    expect(await secretsAt(stand.otherNamespace, `yunfan.dev/owner-uid=${metadata.uid}`)).toEqual([]);
  });

  it("and another one whose namespace and name read the same are both registered with one Argo CD", async ({
    expect,
  }) => {
    const cluster = (namespace: string, name: string): object =>
      clusterManifest(
        name,
        {
          accountRef: { name: "huawei", namespace: stand.namespace },
          cloudName: name,
          argocd: { namespace: stand.otherNamespace },
        },
        { namespace },
      );
    const plain = `${far}-prod-cluster`;
    const [first, second] = [`${far}/prod`, `${near}/far-prod`];
    const ours = async (): Promise<Readonly<Record<string, string>>> =>
      Object.fromEntries((await registered()).filter(([of]) => of === first || of === second));
    await create(cluster(far, "prod"));
    await expect.poll(ours, { timeout: 30_000 }).toEqual({ [first]: plain });
    await create(cluster(near, "far-prod"));
    await expect.poll(async () => Object.keys(await ours()).length, { timeout: 30_000 }).toBe(2);
    const both = await ours();
    expect(both).toEqual({ [first]: plain, [second]: expect.stringMatching(new RegExp(`^${plain}-[0-9a-f]{16}$`)) });

    // The first name is free now: what is registered stays where it is.
    await kubectlOk(stand.kubectl, ["delete", "managedclusters.yunfan.dev", "prod", "--namespace", far]);
    await expect.poll(ours, { timeout: 30_000 }).toEqual({ [second]: both[second] });
    const visited = ["annotate", "managedclusters.yunfan.dev", "far-prod", "yunfan.dev/reconcile-at=now"];
    await kubectlOk(stand.kubectl, [...visited, "--namespace", near]);
    const asked = ["get", "managedclusters.yunfan.dev", "far-prod", "--namespace", near];
    const handled = (): Promise<string> =>
      kubectlOk(stand.kubectl, [...asked, "-o", "jsonpath={.status.lastHandledReconcileAt}"]);
    await expect.poll(handled, { timeout: 30_000 }).toBe("now");
    expect(await ours()).toEqual({ [second]: both[second] });
  });
});

itStaysClean(() => stand);
