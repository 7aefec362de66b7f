// What opens a cluster of ACK: kubeconfigs, certificates, and scripts by which machines join (2.5, 2.7, 2.8), against the simulator.
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { shown, startFacets, there, write, type Bed } from "../../../test/support/clouds/alibaba/facets.ts";
import { never } from "../../../test/support/clouds/alibaba/session.ts";
import type { BlockOptions } from "../collection.ts";
import type { Kubeconfig, KubeconfigContext } from "../facets/clusters.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function kubeconfig(
  { clusters }: Bed,
  id: string,
  wanted: { context: KubeconfigContext; options?: BlockOptions },
): Promise<Kubeconfig | "NoSuchContext"> {
  return there(clusters.kubeconfig)(id, { options: {}, ...wanted }, never);
}

function serverIn(answer: Kubeconfig | "NoSuchContext"): string {
  const { text } = answer as Kubeconfig;
  const config = JSON.parse(text) as { clusters: { cluster: { server: string } }[] };
  return config.clusters[0]?.cluster.server ?? "";
}

describe.each(["V2026", "Reference"] as const)("in dialect %s a kubeconfig", (dialect) => {
  test("is of the address that is asked for, verified, and lives for years", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant({ publicAccess: true });
    const { endpoints } = await shown(bed, id);
    const internal = await kubeconfig(bed, id, { context: "Internal" });
    expect(serverIn(internal)).toBe(endpoints?.internal);
    expect(internal).toMatchObject({ insecure: false });
    const { expiresAtMs = 0, issuedAtMs = 0 } = internal as Kubeconfig;
    expect(expiresAtMs - issuedAtMs).toBeGreaterThan(1_094 * DAY_MS);
    expect(serverIn(await kubeconfig(bed, id, { context: "External" }))).toBe(endpoints?.external);
  });

  test.each(["Private", "Refuse"] as const)(
    "is none of a public address that there is not, whatever the cloud shows for it (%s)",
    async (privateOnly) => {
      const bed = await startFacets({ dialect, privateOnly });
      const id = await bed.plant();
      expect(await kubeconfig(bed, id, { context: "External" })).toBe("NoSuchContext");
    },
  );

  test("is temporary where that is asked for", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant();
    const options = { temporaryDurationMinutes: 60 };
    const { expiresAtMs = 0 } = (await kubeconfig(bed, id, { context: "Internal", options })) as Kubeconfig;
    expect(Math.abs(expiresAtMs - Date.now() - 60 * MINUTE_MS)).toBeLessThan(2 * MINUTE_MS);
  });

  test("of a cluster that is being deleted is for later, and of none NotFound", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant({ state: "deleting" });
    await expect(kubeconfig(bed, id, { context: "Internal" })).rejects.toMatchObject({ kind: "Busy" });
    await expect(kubeconfig(bed, `c${"0".repeat(32)}`, { context: "Internal" })).rejects.toMatchObject({
      kind: "NotFound",
    });
  });
});

test.each(["Config", "Pems"] as const)("the reference's certificates are read from %s", async (certsAnswer) => {
  const bed = await startFacets({ dialect: "Reference", certsAnswer });
  const id = await bed.plant();
  const { ca, certificate, key } = await there(bed.clusters.certificates)(id, never);
  expect(new X509Certificate(certificate).validToDate.getTime()).toBeGreaterThan(Date.now());
  expect(new X509Certificate(ca).subject).not.toBe("");
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
});

test("a change of a kubeconfig's life is a wish for another one, and nothing else is", async () => {
  const wish = there((await startFacets()).clusters.kubeconfigWish);
  expect(wish({ clusterType: "ManagedKubernetes" })).toBeUndefined();
  expect(wish({ clusterType: "ManagedKubernetes", temporaryDurationMinutes: 60 })).toEqual({
    temporaryDurationMinutes: 60,
  });
  expect(wish({ temporaryDurationMinutes: 60, retainResources: ["sg-1"] })).toEqual({ temporaryDurationMinutes: 60 });
});

test("today there are no certificates beside the kubeconfig", async () => {
  const bed = await startFacets();
  expect(bed.clusters).not.toHaveProperty("certificates");
});

describe.each(["V2026", "Reference"] as const)("in dialect %s a script", (dialect) => {
  const options = { nodeNameStrategy: "customized", nodeName: "edge-1", enabledAddons: ["kube-proxy"] };

  test.each(["JsonString", "Text", "Result"] as const)("is read from an answer that is %s", async (scriptAnswer) => {
    const bed = await startFacets({ dialect, scriptAnswer });
    const id = await bed.plant({ profile: "Edge", publicAccess: true });
    const { asked, make } = there(bed.clusters.attachScripts);
    const wish = there(asked({ attachScript: { arch: "arm64", validHours: 2, options } }));
    const { script, expiresAtMs = 0 } = await make(id, wish, write);
    expect(script).toMatch(/^wget http:.* \.\/edgeadm join --openapi-token=[0-9a-f]+ --node-spec=/);
    expect(Math.abs(expiresAtMs - Date.now() - 2 * 60 * MINUTE_MS)).toBeLessThan(MINUTE_MS);
    const [made] = await bed.records("attachscripts");
    const today = { arch: "arm64", expiresAt: new Date(expiresAtMs).toISOString() };
    expect(made).toMatchObject(dialect === "V2026" ? today : { arch: "amd64" });
    const names = { allowedClusterAddons: ["kube-proxy"], nodeNameOverride: "edge-1" };
    expect(made?.["options"]).toMatchObject(dialect === "V2026" ? names : options);
  });

  test("is none where the spec asks for none, or the cluster is no edge cluster", async () => {
    const bed = await startFacets({ dialect });
    const { asked, make } = there(bed.clusters.attachScripts);
    expect(asked({ clusterType: "ManagedKubernetes" })).toBeUndefined();
    const id = await bed.plant();
    await expect(make(id, {}, write)).rejects.toMatchObject({ kind: "Rejected" });
  });
});
