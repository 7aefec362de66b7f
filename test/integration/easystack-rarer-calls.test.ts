// Calls of EasyStack ECNS that hardly anything needs, each by what does need it.
import { describe, it, vi } from "vitest";
import {
  easystackAccountManifests,
  clusterSetManifest,
  namespaceManifest,
} from "../support/clouds/easystack/environment.ts";
import { workload } from "../support/clouds/easystack/form-manifests.ts";
import { useEasyStackSets } from "../support/clouds/easystack/sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap, targetShows, type Json } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useEasyStackSets("easystack-rarer");

function storageClass(name: string, isDefault: string): Json {
  const annotations = { "storageclass.kubernetes.io/is-default-class": isDefault };
  const provisioner = "cinder.csi.openstack.org";
  const parameters = { type: "hdd" };
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations },
    provisioner,
    parameters,
  };
}

describe.concurrent("in a cluster of EasyStack", () => {
  it("capabilities, keys of Secrets and a class are asked for and made by the forms (calls 5, 6, 47, 86)", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("asked");
    const data = { password: "of-a-colleague-1" };
    await stand.target.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "login", namespace: real },
      stringData: data,
    });
    const env = [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } }];
    const securityContext = { capabilities: { drop: ["ALL"] } };
    const containers = [{ name: "main", image: "nginx:1.25", env, securityContext }];
    const manifests = [workload("Deployment", "web", { replicas: 0 }, { containers }), storageClass("asked", "false")];
    const spec = { targetNamespace: "asked", manifests, easystack: { route: "Forms" } };
    await stand.apply(clusterSetManifest("asked", stand.cluster, spec));
    // Nobody makes its ReplicaSet here.
    await stand.until(
      "manifestset/asked",
      ({ status }) => (status["objects"] as { applied?: number } | undefined)?.applied === 2,
    );
    const { template } = (await stand.target.get("deployment", "web", real))!.spec as { template: { spec: Json } };
    expect(template.spec).toMatchObject({
      containers: [{ securityContext: { capabilities: { drop: expect.any(Array) } } }],
    });
    expect(await stand.target.get("storageclass", `${stand.cluster}--asked`)).toBeDefined();
  });

  it("a class is made the default, and is it no longer (calls 87, 88)", async ({ expect }) => {
    const stand = theStand();
    await stand.inCluster("default-class");
    const spec = (isDefault: string) => ({
      targetNamespace: "default-class",
      manifests: [storageClass("quick", isDefault)],
    });
    await stand.apply(clusterSetManifest("default-class", stand.cluster, spec("true")));
    await stand.reaches("manifestset/default-class", "Available");
    await stand.edit("manifestset/default-class", { spec: spec("false") });
    const annotations = { "easystack.simulator/is-default-class": "false" };
    await expect
      .poll(() => stand.target.get("storageclass", `${stand.cluster}--quick`), { timeout: 60_000 })
      .toMatchObject({ metadata: { annotations } });
  });

  it("several workloads are stopped and started by one call each (calls 96, 97)", async ({ expect }) => {
    const stand = theStand();
    const real = await stand.inCluster("several");
    const names = ["one", "two"];
    const spec = (powerState: string) => ({
      targetNamespace: "several",
      manifests: [configMap("settings"), ...names.map((name) => workload("Deployment", name, { replicas: 2 }))],
      easystack: { workloads: names.map((name) => ({ kind: "Deployment", namespace: "several", name, powerState })) },
    });
    const are = (replicas: number) =>
      Promise.all(
        names.map((name) =>
          targetShows(stand, ["deployment", name, real], (found) => found.spec?.["replicas"] === replicas),
        ),
      );
    await stand.apply(clusterSetManifest("several", stand.cluster, spec("Running")));
    await are(2);
    await stand.edit("manifestset/several", { spec: spec("Stopped") });
    await are(0);
    await stand.until(
      "manifestset/several",
      ({ status }) => (JSON.stringify(status["easystack"] ?? "").match(/"stopped":true/g) ?? []).length === 2,
    );
    await stand.edit("manifestset/several", { spec: spec("Running") });
    await are(2);
    const switched = (await stand.writesIn("several")).filter((write) => write.startsWith("PUT"));
    expect(switched).toEqual(["PUT /workloads/", "PUT /workloads/"]);
  });

  it("a namespace is deleted by the call for several where the call for one is not served (call 11)", async ({
    expect,
  }) => {
    const stand = theStand();
    await stand.simulator.setFaults([
      { action: "Status", status: 405, method: "DELETE", path: "/ns/one-of-many/", times: 9 },
    ]);
    const { metadata, spec, ...rest } = namespaceManifest("one-of-many") as { metadata: object; spec: object };
    await stand.apply({ ...rest, metadata, spec: { ...spec, clusterRef: { name: stand.cluster } } });
    await stand.reaches("managednamespace/one-of-many", "Available");
    await stand.remove("managednamespace/one-of-many");
    await stand.gone("managednamespace/one-of-many");
    expect((await stand.simulator.list("namespaces")).map(({ name }) => name)).not.toContain("one-of-many");
  });

  it("an account of another's project is told which projects are the user's (call 2)", async ({ expect }) => {
    const stand = theStand();
    const spec = { easystack: { projectName: "nobody-s" } };
    await stand.apply(...easystackAccountManifests(stand.simulator, { name: "other-project", spec }));
    const { message } = await stand.reaches("cloudaccount/other-project", "ProjectNotFound");
    expect(message).toContain("The user's are admin");
  });
});

itStaysClean(theStand);
