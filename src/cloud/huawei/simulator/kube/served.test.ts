// Nodes and claims of the simulated CCE on a real API server (`--kubeconfig`), where cluster and kubelets are played.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../../../../../test/support/apiserver/controlplane.ts";
import { readKubeconfig } from "../../../simulation/kubeconfig.ts";
import { startHuaweiSimulator } from "../index.ts";
import { Nodes, resetBody } from "../test-nodes.ts";
import { CceClient, KEYS, PROJECT } from "../test-support.ts";

const SECONDS = 15_000;

interface KubeObject {
  metadata: {
    uid: string;
    labels: Record<string, string>;
    deletionTimestamp?: string;
    finalizers?: string[];
  };
  spec: { taints?: { key: string; effect: string }[]; volumeName?: string; [member: string]: unknown };
  status: { phase?: string; conditions: { status: string }[]; addresses: { type: string; address: string }[] };
}

const kubectl = (...args: string[]) => kubectlOk(sharedControlPlane().kubectl, args);

/** Undefined where it is not there. */
async function found(...args: string[]): Promise<KubeObject | undefined> {
  const text = await kubectl("get", ...args, "--ignore-not-found", "-o", "json");
  return text === "" ? undefined : (JSON.parse(text) as KubeObject);
}

/** A simulator in front of the shared API server, with a cluster: a minute of the cloud takes a fifth of a second. */
async function startServed() {
  const kubeconfig = await readKubeconfig(sharedControlPlane().kubeconfigPath);
  const simulator = await startHuaweiSimulator({
    listen: "127.0.0.1:0",
    ...KEYS,
    projectId: PROJECT,
    speed: 300,
    kubeconfig,
  });
  const client = new CceClient(simulator.url);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  const clusterId = await client.available();
  return { client, clusterId, nodes: new Nodes(client, clusterId) };
}

const TAINTS = [{ key: "dedicated", value: "a", effect: "NoSchedule" }];

async function startNode() {
  const bed = await startServed();
  const { metadata } = await bed.nodes.create("node-1", { k8sTags: { mine: "1" }, taints: TAINTS });
  await vi.waitFor(async () => expect(await bed.nodes.phases()).toEqual(["Active"]), SECONDS);
  const { status } = await bed.nodes.read(metadata.uid);
  const name = String(status["privateIP"]);
  const object = await vi.waitFor(async () => {
    const node = await found("node", name);
    expect(node?.spec.taints).toEqual(TAINTS);
    return node as KubeObject;
  }, SECONDS);
  return { ...bed, id: metadata.uid, name, object };
}

const taintKeys = (node: KubeObject | undefined) => (node?.spec.taints ?? []).map(({ key }) => key).sort();

describe("a node", () => {
  test("is a Node once it is Active, until it has gone", async () => {
    const { nodes, id, name, object } = await startNode();
    expect(object).toMatchObject({
      metadata: { labels: { mine: "1", "kubernetes.io/hostname": name } },
      status: { addresses: expect.arrayContaining([{ type: "InternalIP", address: name }]) },
    });
    expect(object.status.conditions).toMatchObject([{ type: "Ready", status: "True" }]);
    await nodes.send("DELETE", id);
    await vi.waitFor(async () => expect(await found("node", name)).toBeUndefined(), SECONDS);
  });

  test("keeps what others write on it; the cluster's own taints come and go with its health", async () => {
    const { client, id, name } = await startNode();
    await kubectl("label", "node", name, "theirs=1", "mine=2", "--overwrite");
    await kubectl("taint", "node", name, "colleague=1:NoSchedule");
    await client.colleague("PATCH", `nodes/${id}`, { phase: "Abnormal" });
    const unreachable = "node.kubernetes.io/unreachable";
    await vi.waitFor(async () => {
      const node = await found("node", name);
      expect(taintKeys(node)).toEqual(["colleague", "dedicated", unreachable, unreachable]);
      expect(node?.status.conditions).toMatchObject([{ type: "Ready", status: "Unknown" }]);
    }, SECONDS);
    await client.colleague("PATCH", `nodes/${id}`, { phase: "Active" });
    await vi.waitFor(
      async () => expect(taintKeys(await found("node", name))).toEqual(["colleague", "dedicated"]),
      SECONDS,
    );
    expect((await found("node", name))?.metadata.labels).toMatchObject({ theirs: "1", mine: "2" });
  });

  test("that is reset is another one, without labels and taints that were not asked for again", async () => {
    const { nodes, id, name, object } = await startNode();
    await nodes.send("POST", "reset", resetBody(id, { k8sOptions: { labels: { again: "1" } } }));
    await vi.waitFor(async () => {
      const node = await found("node", name);
      expect(node?.metadata.labels).toMatchObject({ again: "1" });
      expect(node?.metadata.uid).not.toBe(object.metadata.uid);
      expect([node?.metadata.labels["mine"], taintKeys(node)]).toEqual([undefined, []]);
    }, SECONDS);
  });
});

const MODES = { accessModes: ["ReadWriteOnce"] };

async function startClaim() {
  const { client, clusterId } = await startServed();
  const namespace = await uniqueNamespace(sharedControlPlane().kubectl, "claims");
  const volume = await client.colleague("POST", "volumes", { name: "disk", storageType: "bs", sizeGiB: 10 });
  const path = `/api/v1/namespaces/${namespace}/cloudpersistentvolumeclaims`;
  const send = (method: string, where: string, body?: unknown) =>
    client.send(where, { method, body, headers: { "x-cluster-id": clusterId } });
  const body = {
    kind: "PersistentVolumeClaim",
    apiVersion: "v1",
    metadata: { name: "data", namespace, labels: { a: "b" } },
    spec: { volumeID: volume.id, storageType: "bs", ...MODES },
  };
  const created = await send("POST", path, body);
  expect(created.status).toBe(201);
  const claim = () => found("pvc", "data", "-n", namespace);
  await vi.waitFor(async () => expect((await claim())?.status.phase).toBe("Bound"), SECONDS);
  return { client, clusterId, namespace, volumeId: volume.id, path, send, body, created, claim };
}

describe("a claim", () => {
  test("may be missing from a list of the gateway by a fault, and shows by its name all the same", async () => {
    const { client, clusterId, namespace } = await startClaim();
    const all = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    const get = async (path: string) =>
      (await client.send(path, { headers: { "x-cluster-id": clusterId } })).json() as {
        kind: string;
        items?: unknown[];
      };
    await client.faults({ action: "EmptyList" }, { action: "StaleList", ms: 600_000 });
    expect(await get(`${all}/data`)).toMatchObject({ kind: "PersistentVolumeClaim" });
    expect(await get("/api/v1")).toMatchObject({ kind: "APIResourceList" });
    for (const fault of ["EmptyList", "StaleList"]) {
      expect(await get(all)).toMatchObject({ kind: "PersistentVolumeClaimList", apiVersion: "v1", items: [] });
      expect(await client.log()).toContainEqual(expect.objectContaining({ path: all, fault }));
    }
    expect((await get(all)).items).toHaveLength(1);
  });

  test("is a PersistentVolumeClaim that gets bound to a volume of that storage", async () => {
    const { client, volumeId, created, claim } = await startClaim();
    const object = await claim();
    expect(created.json()).toMatchObject({
      kind: "PersistentVolumeClaim",
      metadata: { uid: object?.metadata.uid, labels: { a: "b" } },
      status: { phase: "Pending" },
    });
    expect(object).toMatchObject({
      metadata: { labels: { a: "b" }, finalizers: ["kubernetes.io/pvc-protection"] },
      spec: { resources: { requests: { storage: "10Gi" } } },
      status: { ...MODES, capacity: { storage: "10Gi" } },
    });
    const volume = await found("pv", object?.spec.volumeName ?? "");
    expect(volume).toMatchObject({
      spec: { claimRef: { uid: object?.metadata.uid }, flexVolume: { options: { volumeID: volumeId } } },
      status: { phase: "Bound" },
    });
    expect(await client.state()).toMatchObject({
      claims: [{ id: object?.metadata.uid, phase: "Bound", volumeId }],
      volumes: [{ claimId: object?.metadata.uid }],
    });
  });

  test("that a pod uses stays until it does not, and leaves the storage", async () => {
    const { client, namespace, volumeId, path, send, claim } = await startClaim();
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "user", namespace },
      spec: {
        automountServiceAccountToken: false,
        containers: [{ name: "main", image: "busybox" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
    };
    const { kubectl: run } = sharedControlPlane();
    await kubectlOk(run, ["create", "-f", "-"], JSON.stringify(defaultAccount(namespace)));
    await kubectlOk(run, ["create", "-f", "-"], JSON.stringify(pod));
    const volumeName = (await claim())?.spec.volumeName ?? "";
    expect((await send("DELETE", `${path}/data`)).status).toBe(200);
    // Looked at for longer than a claim takes that nobody uses.
    const other = await send("POST", path, { ...bodyNamed("other"), spec: { ...MODES, volumeName: "none" } });
    expect(other.status).toBe(201);
    await send("DELETE", `${path}/other`);
    await vi.waitFor(async () => expect(await found("pvc", "other", "-n", namespace)).toBeUndefined(), SECONDS);
    expect((await claim())?.metadata.deletionTimestamp).toEqual(expect.any(String));
    await kubectl("delete", "pod", "user", "-n", namespace, "--grace-period=0", "--force");
    await vi.waitFor(async () => expect(await claim()).toBeUndefined(), SECONDS);
    await vi.waitFor(async () => expect(await found("pv", volumeName)).toBeUndefined(), SECONDS);
    await vi.waitFor(
      async () => expect(await client.state()).toMatchObject({ claims: [], volumes: [{ id: volumeId, claimId: "" }] }),
      SECONDS,
    );
  });

  test("takes its storage with it where that is asked for, and is missed when kubectl has deleted it", async () => {
    const { client, namespace, path, send, body, claim } = await startClaim();
    await kubectl("delete", "pvc", "data", "-n", namespace, "--wait=false");
    await vi.waitFor(
      async () => expect(await client.state()).toMatchObject({ claims: [], volumes: [{ claimId: "" }] }),
      SECONDS,
    );
    expect((await send("POST", path, body)).status).toBe(201);
    await vi.waitFor(async () => expect((await claim())?.status.phase).toBe("Bound"), SECONDS);
    expect((await send("DELETE", `${path}/data?deleteVolume=true&storageType=bs`)).status).toBe(200);
    await vi.waitFor(async () => expect(await client.state()).toMatchObject({ claims: [], volumes: [] }), SECONDS);
  });

  test("is refused in the API server's words, and lost where its volume is", async () => {
    const { client, path, send, body, claim } = await startClaim();
    expect((await send("POST", path, body)).json()).toMatchObject({
      kind: "Status",
      reason: "AlreadyExists",
      code: 409,
    });
    const nowhere = await send("POST", path.replace(/namespaces\/[^/]+/, "namespaces/nowhere"), body);
    expect(nowhere.json()).toMatchObject({ reason: "NotFound", details: { name: "nowhere", kind: "namespaces" } });
    expect((await send("DELETE", `${path}/none`)).json()).toMatchObject({
      reason: "NotFound",
      details: { name: "none", kind: "persistentvolumeclaims" },
    });
    const volumeName = (await claim())?.spec.volumeName ?? "";
    await kubectl("delete", "pv", volumeName, "--wait=false");
    await kubectl("patch", "pv", volumeName, "--type=merge", "-p", '{"metadata":{"finalizers":null}}');
    await vi.waitFor(async () => expect((await claim())?.status.phase).toBe("Lost"), SECONDS);
    expect(await client.state()).toMatchObject({ claims: [{ phase: "Lost" }] });
  });
});

function bodyNamed(name: string): object {
  return { kind: "PersistentVolumeClaim", apiVersion: "v1", metadata: { name } };
}

/** No controller makes it here. */
function defaultAccount(namespace: string): object {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
}
