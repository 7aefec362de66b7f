// Hybrid applications of EasyStack ECNS: servers beside workloads, in one request. They cost money: what keeps them from being made is told
// before, and none is left unnamed.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterManifest,
  createEasyStackStand,
  hybridOptions,
  serverOptions,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

// Turns in places are one at a time for an account: more at once would but wait for each other.
vi.setConfig({ testTimeout: 240_000, maxConcurrency: 4 });

const CLUSTER = `hy${randomBytes(3).toString("hex")}`;
const BARE = `hb${randomBytes(3).toString("hex")}`;
const PASSWORD = "Servers-password-7";
const USER_DATA = "#!/bin/sh\necho Servers-user-data-7\n";
const { kubectl, kubeconfigPath: kubeconfig } = sharedControlPlane();

let stand: EasyStackStand;
let cloud: EasyStackSimulator;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-hybrid");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  const clusters = [CLUSTER, BARE].map((name) => ({ name, type: "EKS" as const }));
  cloud = await stand.cloud("easystack", { kubeconfig, clusters });
  const bare = (await cloud.list("nodes")).filter(({ id }) => id.startsWith(`${BARE}/`));
  for (const { id } of bare) await cloud.behindOurBack("PATCH", `nodes/${encodeURIComponent(id)}`, { role: "Normal" });
  await stand.apply(clusterManifest(CLUSTER), clusterManifest(BARE), secret("servers"), secret("unlabelled", {}));
  await stand.reaches(`managedcluster/${CLUSTER}`, "Available");
  await stand.reaches(`managedcluster/${BARE}`, "Available");
});
afterAll(() => stand[Symbol.asyncDispose]());

function secret(name: string, labels: object = { "yunfan.dev/manifests": "true" }): object {
  const stringData = { password: PASSWORD, userData: USER_DATA };
  return { apiVersion: "v1", kind: "Secret", metadata: { name, labels }, stringData };
}

const ref = (name: string): string => `managedapplication/${name}`;
const manifest = (name: string, hybrid: object, spec: object = {}): object =>
  applicationManifest(name, { clusterRef: { name: CLUSTER }, easystack: { hybrid }, ...spec });
const there = async (name: string) => (await cloud.list("applications")).find((one) => one.name === name);
const serversOf = async (application: string) =>
  (await cloud.list("servers")).filter((server) => server["application"] === application);
const inNamespace = (kind: string, name: string) =>
  kubectl(["get", kind, name, "--namespace", `${CLUSTER}--default`, "-o", "name"]);
const creates = async (name: string) =>
  (await cloud.effects()).filter(({ method, path }) => method === "POST" && path.endsWith("/applications/")).length >
    0 && (await there(name)) !== undefined;

describe.concurrent("a hybrid application", () => {
  it("is made whole by one request, shows its servers, and leaves nothing behind (calls 123, 125, 128, 129)", async ({
    expect,
  }) => {
    const hybrid = hybridOptions("whole", {
      virtualMachines: [
        serverOptions("whole-db", {
          replicas: 2,
          keyPairName: undefined,
          passwordSecretRef: { name: "servers", key: "password" },
          userDataSecretRef: { name: "servers", key: "userData" },
        }),
      ],
    });
    await stand.apply(manifest("whole", hybrid, { description: "A shop", contentsOnDelete: "All" }));
    await stand.reaches(ref("whole"), "Available");
    expect(await there("whole")).toMatchObject({
      type: "Hybrid",
      description: expect.stringMatching(/^A shop \[yunfan:/),
      virtualMachines: [{ name: "whole-db", replicas: 2, flavor_name: "m1.small" }],
    });
    expect(await serversOf("whole")).toHaveLength(2);
    expect((await inNamespace("deployment", "whole-web")).code).toBe(0);
    expect((await inNamespace("configmap", "whole-conf")).code).toBe(0);
    const { status } = (await stand.read(ref("whole")))!;
    expect(status).toMatchObject({
      origin: "Created",
      workloads: [{ kind: "Deployment", name: "whole-web", desired: 2 }],
      easystack: {
        type: "Hybrid",
        virtualMachines: [
          {
            name: "whole-db",
            state: "Active",
            instances: [{ state: "Active" }, { name: "whole-db-1", state: "Active" }],
          },
        ],
      },
    });
    for (const change of [{ easystack: null }, { easystack: { hybrid: { network: { subnetName: "other" } } } }]) {
      await expect(stand.edit(ref("whole"), { spec: change })).rejects.toThrow(/easystack is immutable/);
    }
    await stand.remove(ref("whole"));
    await stand.gone(ref("whole"));
    expect(await there("whole")).toBeUndefined();
    expect(await serversOf("whole")).toEqual([]);
    expect((await inNamespace("deployment", "whole-web")).code).not.toBe(0);
  });

  it("says within seconds that its workloads have become ready, however long its drift interval is", async ({
    expect,
  }) => {
    const spec = { driftIntervalSeconds: 3_600, contentsOnDelete: "All" };
    await stand.apply(manifest("waking", hybridOptions("waking"), spec));
    await stand.reaches(ref("waking"), "Available");
    const counts = { replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2 };
    const patch = ["patch", "deployment", "waking-web", "--namespace", `${CLUSTER}--default`, "--type=merge"];
    expect((await kubectl([...patch, "--subresource=status", "-p", JSON.stringify({ status: counts })])).code).toBe(0);
    await stand.until(ref("waking"), ({ status }) =>
      Boolean(status.conditions?.some(({ type, status: is }) => type === "WorkloadsReady" && is === "True")),
    );
  });

  it("can't be added to what is none", async ({ expect }) => {
    await stand.apply(applicationManifest("plain", { clusterRef: { name: CLUSTER } }));
    await stand.reaches(ref("plain"), "Available");
    await expect(stand.edit(ref("plain"), { spec: { easystack: { hybrid: hybridOptions("plain") } } })).rejects.toThrow(
      /easystack is immutable/,
    );
  });

  it("is stopped as far as it can be, and says that its servers run on", async ({ expect }) => {
    await stand.apply(manifest("halted", hybridOptions("halted"), { powerState: "Stopped", contentsOnDelete: "All" }));
    expect(await stand.reaches(ref("halted"), "Stopped")).toMatchObject({
      message: expect.stringContaining("no call stops halted-db-0"),
    });
    await stand.until(ref("halted"), ({ status }) =>
      Boolean(status.conditions?.some(({ type, reason }) => type === "UpToDate" && reason === "NotSupportedByCloud")),
    );
    expect((await serversOf("halted")).map(({ state }: Record<string, unknown>) => state)).toEqual(["Active"]);
    const path = "jsonpath={.spec.replicas}";
    const where = ["--namespace", `${CLUSTER}--default`, "-o", path];
    expect(await kubectlOk(kubectl, ["get", "deployment", "halted-web", ...where])).toBe("0");
  });

  it("that was refused half-way is said to lack what it lacks, and goes as a whole", async ({ expect }) => {
    // The API server does not take the container's name: by then application and ConfigMap are made.
    const hybrid = hybridOptions("half");
    hybrid.workloads[0]!.manifest.spec.template.spec.containers[0]!.name = "Not_A_Label";
    await stand.apply(manifest("half", hybrid, { contentsOnDelete: "All" }));
    const { message } = await stand.reaches(ref("half"), "Incomplete");
    expect(message).toContain("virtual machine half-db");
    expect(message).toContain("Deployment half-web");
    await stand.remove(ref("half"));
    await stand.gone(ref("half"));
    expect(await there("half")).toBeUndefined();
  });

  it("shows servers in error as what a person has to see to", async ({ expect }) => {
    await stand.apply(manifest("broken", hybridOptions("broken"), { contentsOnDelete: "All" }));
    await stand.reaches(ref("broken"), "Available");
    const [server] = await serversOf("broken");
    await cloud.behindOurBack("PATCH", `servers/${server!.id}`, { state: "Error" });
    expect(await stand.reaches(ref("broken"), "ServersFailed")).toMatchObject({
      message: expect.stringContaining("broken-db-0"),
    });
  });
});

describe.concurrent("the deletion of a hybrid application", () => {
  it("is held by what is in it, by name; Keep leaves it, and an event names what costs on", async ({ expect }) => {
    await stand.apply(manifest("held", hybridOptions("held")));
    await stand.reaches(ref("held"), "Available");
    await stand.remove(ref("held"));
    const { message } = await stand.reaches(ref("held"), "NotEmpty");
    expect(message).toContain("server held-db-0");
    expect(message).toContain("Deployment/held-web");
    expect(await there("held")).toBeDefined();
    await stand.edit(ref("held"), { spec: { contentsOnDelete: "Keep" } });
    await stand.gone(ref("held"));
    expect(await there("held")).toBeUndefined();
    expect(await serversOf("held")).toHaveLength(1);
    const events = (await stand.events()).filter(({ reason }) => reason === "ResidueLeft");
    expect(JSON.stringify(events)).toContain("server held-db-0");
  });

  it("waits for servers that do not go, names them, and ends when they have gone (call 130)", async ({ expect }) => {
    await stand.apply(manifest("residue", hybridOptions("residue"), { contentsOnDelete: "All" }));
    await stand.reaches(ref("residue"), "Available");
    const [server] = await serversOf("residue");
    // Its deletion is stuck: nobody brings it to an end.
    await cloud.behindOurBack("PATCH", `servers/${server!.id}`, { state: "Deleting" });
    await stand.remove(ref("residue"));
    expect(await stand.reaches(ref("residue"), "ResidueLeft")).toMatchObject({
      message: expect.stringContaining("server residue-db-0"),
    });
    expect(await there("residue")).toBeUndefined();
    await cloud.behindOurBack("DELETE", `servers/${server!.id}`);
    await stand.gone(ref("residue"));
  });
});

describe.concurrent("what keeps a hybrid application from being made is told before", () => {
  it.for<[string, string, (hybrid: ReturnType<typeof hybridOptions>) => void, RegExp]>([
    [
      "zone",
      "Rejected",
      ({ virtualMachines: [one] }) => Object.assign(one!, { zone: "moon" }),
      /no zone moon .* default-az/,
    ],
    [
      "flavor",
      "Rejected",
      ({ virtualMachines: [one] }) => Object.assign(one!, { flavor: "huge" }),
      /no flavor huge .* m1\.small/,
    ],
    ["subnet", "Rejected", ({ network }) => Object.assign(network, { subnetId: "sub-9" }), /no subnet sub-9 .* sub-1/],
    [
      "network",
      "Rejected",
      ({ network }) => Object.assign(network, { networkId: "net-9" }),
      /in network net-1, not in net-9/,
    ],
    [
      "field",
      "NotSupportedByCloud",
      ({ workloads: [one] }) => Object.assign(one!.manifest.spec.template.spec, { hostNetwork: true }),
      /workloads\[0\]\.manifest\.spec\.template\.spec\.hostNetwork is not carried/,
    ],
  ])("%s", async ([what, reason, spoil, message], { expect }) => {
    const name = `bad-${what}`;
    const hybrid = hybridOptions(name);
    spoil(hybrid);
    await stand.apply(manifest(name, hybrid));
    expect(await stand.reaches(ref(name), reason)).toMatchObject({ message: expect.stringMatching(message) });
    expect(await there(name)).toBeUndefined();
    await stand.remove(ref(name));
    await stand.gone(ref(name));
  });

  it("no node with the role", async ({ expect }) => {
    await stand.apply(manifest("bare", hybridOptions("bare"), { clusterRef: { name: BARE } }));
    expect(await stand.reaches(ref("bare"), "Rejected")).toMatchObject({
      message: expect.stringContaining("no node with the role of hybrid orchestration"),
    });
  });

  it("names that are in use: of a server, and of an application of the other sort", async ({ expect }) => {
    await stand.apply(manifest("user-a", hybridOptions("user-a"), { contentsOnDelete: "All" }));
    await stand.reaches(ref("user-a"), "Available");
    const other = hybridOptions("user-b", { virtualMachines: [serverOptions("user-a-db")] });
    await stand.apply(manifest("user-b", other));
    expect(await stand.reaches(ref("user-b"), "Rejected")).toMatchObject({
      message: expect.stringContaining("user-a-db of application user-a"),
    });
    await cloud.behindOurBack("POST", "applications", { cluster: CLUSTER, namespace: "default", name: "user-c" });
    await stand.apply(manifest("user-c", hybridOptions("user-c")));
    await stand.reaches(ref("user-c"), "Rejected");
    expect(await serversOf("user-c")).toEqual([]);
    expect(await creates("user-b")).toBe(false);
  });

  it("a Secret that may not be read", async ({ expect }) => {
    const virtualMachines = [
      serverOptions("label-db", { keyPairName: undefined, passwordSecretRef: { name: "unlabelled", key: "password" } }),
    ];
    await stand.apply(manifest("label", hybridOptions("label", { virtualMachines }), { contentsOnDelete: "All" }));
    expect(await stand.reaches(ref("label"), "SourceNotAllowed")).toMatchObject({
      message: expect.stringContaining("virtualMachines[label-db].passwordSecretRef: Secret"),
    });
    expect(await there("label")).toBeUndefined();
    const absent = [
      serverOptions("absent-db", { keyPairName: undefined, passwordSecretRef: { name: "nowhere", key: "password" } }),
    ];
    await stand.apply(manifest("absent", hybridOptions("absent", { virtualMachines: absent })));
    await stand.reaches(ref("absent"), "SecretNotFound");
    await stand.apply(secret("unlabelled"));
    await stand.reaches(ref("label"), "Available");
  });

  it("at admission: two ways to log in, nothing to start from", async ({ expect }) => {
    const both = serverOptions("both-db", { passwordSecretRef: { name: "servers", key: "password" } });
    await expect(stand.apply(manifest("both", hybridOptions("both", { virtualMachines: [both] })))).rejects.toThrow(
      /exactly one of keyPairName and passwordSecretRef/,
    );
    const none = serverOptions("none-db", { imageName: undefined });
    await expect(stand.apply(manifest("none", hybridOptions("none", { virtualMachines: [none] })))).rejects.toThrow(
      /exactly one of imageName, snapshotName and volumeName/,
    );
  });
});

itStaysClean(() => stand);
