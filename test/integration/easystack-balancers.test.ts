// Load balancers of a Service's own on EasyStack ECNS: what there has to be for one is asked for before it is, and each lack is said by its field.
import { describe, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { clusterManifest, clusterSetManifest } from "../support/clouds/easystack/environment.ts";
import { ports, service, workload } from "../support/clouds/easystack/form-manifests.ts";
import { PATIENTLY, useFormsStand } from "../support/clouds/easystack/form-sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useFormsStand("easystack-balancers", { lbLicenses: 1 });

const WANTED = {
  name: "front",
  subnetId: "sub-1",
  zone: "default-az",
  cpuArch: "x86_64",
  topology: "ACTIVE_STANDBY",
  flavor: "m1.small",
  volumeType: "hdd",
  replicas: 2,
};

const manifests = [workload("Deployment", "web", { replicas: 0 }), service("front", { type: "LoadBalancer", ports })];

function block(namespace: string, loadBalancer: object): object {
  return { services: [{ namespace, name: "front", workload: { kind: "Deployment", name: "web" }, loadBalancer }] };
}

describe("a balancer of a Service's own", () => {
  it.concurrent.for<[string, object, string]>([
    ["zone", { zone: "other-az" }, "there is no other-az; there are default-az"],
    ["flavor", { flavor: "m9.huge" }, "there is no m9.huge; there are"],
    ["subnet", { subnetId: "sub-9" }, "there is no sub-9; there are sub-1"],
    ["replicas", { replicas: 50 }, "easystack.services[].loadBalancer.replicas: the cloud has 5 at most"],
  ])("is not asked for where its %s is not to be had", async ([what, changed, message], { expect }) => {
    const { stand, namespace, formsSet, writesIn } = theStand();
    await namespace(what);
    await stand.apply(
      formsSet(`no-${what}`, manifests, block(what, { ...WANTED, ...changed }), { targetNamespace: what }),
    );
    const said = await stand.reaches(`manifestset/no-${what}`, "Rejected");
    expect(said.message).toContain(message);
    expect(await writesIn(what)).not.toContain("POST /service/front/");
  });

  it.concurrent.for<[string, object, string]>([
    ["a topology beside its flavor", { topology: undefined }, "loadBalancer.topology"],
    ["a subnet", { subnetId: undefined }, "loadBalancer.subnetId"],
  ])("is refused without %s, before any write", async ([, changed, field], { expect }) => {
    const { stand, formsSet } = theStand();
    const name = `lacks-${field.toLowerCase().split(".")[1]}`;
    const wanted = JSON.parse(JSON.stringify({ ...WANTED, ...changed })) as object;
    await stand.apply(formsSet(name, manifests, block(name, wanted)));
    const said = await stand.reaches(`manifestset/${name}`, "NotSupportedByCloud");
    expect(said.message).toContain(field);
  });

  it("is made with its Service, and no second one where licences have run out (calls 77, 78, 79, 80, 81, 82)", async ({
    expect,
  }) => {
    const { stand, namespace, formsSet, applied } = theStand();
    await namespace("made");
    await stand.apply(formsSet("made", manifests, block("made", WANTED)));
    await applied(expect, "made", 2);
    const balancers = async (): Promise<readonly object[]> =>
      ((await stand.simulator.state()) as { loadbalancers: readonly object[] }).loadbalancers;
    await expect.poll(balancers, PATIENTLY).toMatchObject([{ name: "front", dedicated: true, subnetId: "sub-1" }]);
    await namespace("second");
    await stand.apply(formsSet("second", manifests, block("second", { ...WANTED, name: "another" })));
    const { message } = await stand.reaches("manifestset/second", "QuotaExceeded");
    expect(message).toContain("no licence for a load balancer is left");
    await stand.remove("manifestset/made");
    await stand.gone("manifestset/made");
  });

  it("is not to be had where Octavia is not installed", async ({ expect }) => {
    const { stand, cluster } = theStand();
    const clusters = [{ name: `${cluster}o`, type: "EKS" as const }];
    const { kubeconfigPath: kubeconfig } = sharedControlPlane();
    const bare = await stand.cloud("bare", { octavia: false, kubeconfig, clusters });
    const member = { accountRef: { name: "bare" }, externalId: `${cluster}o` };
    await stand.apply(clusterManifest("bare", member));
    await stand.reaches("managedcluster/bare", "Available");
    await bare.behindOurBack("POST", "namespaces", { cluster: `${cluster}o`, name: "shop" });
    const easystack = { route: "Forms", ...block("shop", WANTED) };
    await stand.apply(clusterSetManifest("bare", "bare", { targetNamespace: "shop", manifests, easystack }));
    const { message } = await stand.reaches("manifestset/bare", "NotSupportedByCloud");
    expect(message).toContain("Octavia is not installed");
  });
});

itStaysClean(() => theStand().stand);
