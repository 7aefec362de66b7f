// What Flux and Argo CD do with the Secrets that hand a cluster on: each reads them its own way and asks a real API server.
import { request } from "node:https";
import { text } from "node:stream/consumers";
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  clusterManifest,
  createHuaweiStand,
  huaweiAccountManifests,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";

let stand: HuaweiStand;

/** The cluster is served by the control plane that the tests share. */
beforeAll(async () => {
  const kubeconfig = await readKubeconfig(inject("controlPlane").kubeconfigPath);
  stand = await createHuaweiStand("handover", { kubeconfig });
  const spec = { allowedNamespaces: [stand.otherNamespace] };
  await stand.apply(
    ...huaweiAccountManifests(stand.simulator, { spec }),
    clusterManifest("production", { argocd: { namespace: stand.otherNamespace } }),
  );
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await stand.reaches("managedcluster/production", "Available");
});
afterAll(() => stand[Symbol.asyncDispose]());

/** What a consumer of the Secret finds under its key. */
async function dataOf(name: string, namespace: string): Promise<Record<string, string>> {
  const secret = await kubectlOk(stand.kubectl, ["get", "secret", name, "-o", "json", "--namespace", namespace]);
  const { data } = JSON.parse(secret) as { data: Record<string, string> };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

interface Credentials {
  readonly server: string;
  /** PEM in base64. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Asks for the first namespace of the stand, which only exists there; resolves with its name. */
function namespaceBehind({ server, ca, certificate, key }: Credentials): Promise<string> {
  const pem = (base64: string): string => Buffer.from(base64, "base64").toString();
  const url = `${server}/api/v1/namespaces/${stand.namespace}`;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(url, { agent: false, ca: pem(ca), cert: pem(certificate), key: pem(key) }, resolve)
    .on("error", reject)
    .end();
  return promise.then(text).then((body) => (JSON.parse(body) as { metadata: { name: string } }).metadata.name);
}

interface Kubeconfig {
  readonly clusters: readonly { cluster: Record<string, string> }[];
  readonly users: readonly { user: Record<string, string> }[];
}

describe("A published cluster", () => {
  it("is reached by Flux's kubeConfig.secretRef: one key, everything inline, no program and no file to look for", async () => {
    const data = await dataOf("production-kubeconfig", stand.namespace);
    expect(Object.keys(data)).toEqual(["value"]);
    const { clusters, users } = parse(data["value"]!) as Kubeconfig;
    expect(clusters.map(({ cluster }) => Object.keys(cluster).sort())).toEqual([
      ["certificate-authority-data", "server"],
    ]);
    expect(users.map(({ user }) => Object.keys(user).sort())).toEqual([["client-certificate-data", "client-key-data"]]);
    const [{ cluster }, { user }] = [clusters[0]!, users[0]!];
    const name = await namespaceBehind({
      server: cluster["server"]!,
      ca: cluster["certificate-authority-data"]!,
      certificate: user["client-certificate-data"]!,
      key: user["client-key-data"]!,
    });
    expect(name).toBe(stand.namespace);
  });

  it("is reached by Argo CD's cluster Secret: name, server and config, and the server is verified", async () => {
    const data = await dataOf(`${stand.namespace}-production-cluster`, stand.otherNamespace);
    expect(Object.keys(data).sort()).toEqual(["config", "name", "server"]);
    const { tlsClientConfig: tls } = JSON.parse(data["config"]!) as { tlsClientConfig: Record<string, string> };
    expect(tls).toEqual({
      insecure: false,
      caData: expect.any(String),
      certData: expect.any(String),
      keyData: expect.any(String),
    });
    const { caData, certData, keyData } = tls as { caData: string; certData: string; keyData: string };
    const credentials = { server: data["server"]!, ca: caData, certificate: certData, key: keyData };
    expect(await namespaceBehind(credentials)).toBe(stand.namespace);
  });
});
