// Kubeconfigs out of the certificate API (CCE API Reference 4.1.8), with a certificate of a real CA.
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createCertificates } from "../../../controlplane/certificates.ts";
import { startScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import { systemClock } from "../../lib/clock.ts";
import type { ClustersFacet, Kubeconfig, KubeconfigContext } from "../facets/clusters.ts";

const never = new AbortController().signal;
let certificate: string;

beforeAll(async () => {
  certificate = (await createCertificates(systemClock.now())).administrator.certificate;
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function answered(change: object = {}) {
  const context = (name: string, cluster: string): object => ({ name, context: { cluster, user: "user" } });
  const external = { server: "https://1.2.3.4:5443", "insecure-skip-tls-verify": true };
  const internal = { server: "https://192.168.1.7:5443", "certificate-authority-data": "Q0E=" };
  return {
    kind: "Config",
    apiVersion: "v1",
    preferences: {},
    clusters: [
      { name: "internalCluster", cluster: internal },
      { name: "externalCluster", cluster: external },
    ],
    users: [{ name: "user", user: { "client-certificate-data": base64(certificate), "client-key-data": "S0VZ" } }],
    contexts: [context("internal", "internalCluster"), context("external", "externalCluster")],
    "current-context": "external",
    ...change,
  };
}

async function start(
  body: unknown,
): Promise<Required<ClustersFacet> & { read(context: KubeconfigContext): Promise<unknown> }> {
  const cloud = await startScriptedHuawei();
  onTestFinished(async () => {
    expect(new Set(cloud.targets())).toEqual(new Set(["GET /api/v3/projects/p-1/clusters/c-1/clustercert"]));
    await cloud[Symbol.asyncDispose]();
  });
  cloud.answer(200, body);
  const { clusters } = cloud.open();
  return Object.assign(clusters, {
    read: (context: KubeconfigContext) => clusters.kubeconfig("c-1", { context, options: {} }, never),
  });
}

describe("a kubeconfig", () => {
  test("has the one context that was asked for, whichever the cloud prefers", async () => {
    const clusters = await start(answered());
    const kubeconfig = (await clusters.kubeconfig("c-1", { context: "Internal", options: {} }, never)) as Kubeconfig;
    expect(JSON.parse(kubeconfig.text)).toEqual({
      ...answered(),
      clusters: [answered().clusters[0]],
      contexts: [answered().contexts[0]],
      "current-context": "internal",
    });
    expect(kubeconfig.insecure).toBe(false);
  });

  test("expires with its certificate", async () => {
    const clusters = await start(answered());
    const kubeconfig = (await clusters.kubeconfig("c-1", { context: "Internal", options: {} }, never)) as Kubeconfig;
    expect(kubeconfig.expiresAtMs).toBeGreaterThan(systemClock.now());
    expect(kubeconfig.expiresAtMs! % 1_000).toBe(0);
  });

  test("of the public address does not verify the server", async () => {
    const clusters = await start(answered());
    expect(await clusters.read("External")).toMatchObject({
      insecure: true,
      text: expect.stringContaining('"current-context": "external"'),
    });
  });

  test("does not expire by what can't be read", async () => {
    for (const data of ["", "bm90IGEgY2VydGlmaWNhdGU=", undefined]) {
      const clusters = await start(answered({ users: [{ name: "user", user: { "client-certificate-data": data } }] }));
      expect(await clusters.read("Internal")).toMatchObject({ expiresAtMs: undefined });
    }
  });

  test("is not there without a public address", async () => {
    const { contexts, clusters } = answered();
    const private_ = answered({ contexts: contexts.slice(0, 1), clusters: clusters.slice(0, 1) });
    expect(await (await start(private_)).read("External")).toBe("NoSuchContext");
  });

  test.each<[string, object]>([
    ["its cluster", { clusters: [] }],
    ["its user", { users: [] }],
    ["any contexts", { contexts: "none" }],
  ])("can't be read without %s, and the message shows nothing of it", async (_what, change) => {
    const clusters = await start(answered(change));
    await expect(clusters.read("Internal")).rejects.toMatchObject({
      kind: "Unavailable",
      message: expect.not.stringContaining("S0VZ"),
    });
  });
});
