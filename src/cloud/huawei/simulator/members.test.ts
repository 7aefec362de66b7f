// Every call over HTTP, compared with the members that the response tables of the CCE API reference promise (members/).
import { expect, test } from "vitest";
import { MembersCheck } from "../../../../test/support/clouds/members.ts";
import type { Received, Sent } from "../../simulation/test-support.ts";
import { cceCalls } from "./members/index.ts";
import { acceptBody, detachBody, moveBody, nodeBody, resetBody, subJobsOf } from "./test-nodes.ts";
import type { Bed, Wire } from "./test-support.ts";
import {
  ADDONS,
  CLUSTERS,
  clusterBody,
  installBody,
  MINUTE,
  poolBody,
  PROJECT,
  SALTED,
  startTestBed,
  upgradeBody,
  USER,
} from "./test-support.ts";

/** Of a cluster whose users come through a proxy. */
const CA = Buffer.from("certificate").toString("base64");

interface Driven extends Bed {
  readonly calls: readonly string[];
  readonly check: MembersCheck;
  /** Sends, compares the answer, and returns it. */
  readonly ask: (method: string, path: string, sent?: Omit<Sent, "method">) => Promise<Received>;
}

async function startDriven(): Promise<Driven> {
  const bed = await startTestBed();
  // What else is in clusters is answered by Kubernetes.
  const isOwn = (call: string): boolean =>
    !/ \/api\/v1| \/apis/.test(call) || /\/cloudpersistentvolumeclaims/.test(call);
  const calls = ((await bed.client.send("/_simulator/calls")).json() as string[]).filter(isOwn);
  const check = new MembersCheck(cceCalls, calls);
  const ask: Driven["ask"] = async (method, path, sent = {}) => {
    const received = await bed.client.send(path, { ...sent, method });
    check.check({ method, path, ...received });
    return received;
  };
  return { ...bed, calls, check, ask };
}

const idOf = (received: Received): string => (received.json() as Wire).metadata.uid;

async function driveIam({ ask }: Driven): Promise<void> {
  const login = (scope: object) => {
    const user = { name: USER.username, password: USER.password, domain: { name: USER.domain } };
    return { auth: { identity: { methods: ["password"], password: { user } }, scope } };
  };
  await ask("POST", "/v3/auth/tokens", { body: login({ project: { id: PROJECT } }) });
  await ask("POST", "/v3/auth/tokens", { body: login({ domain: { name: USER.domain } }) });
  for (const path of ["/v3/auth/projects?name=region-1", "/v3/projects"]) await ask("GET", path);
}

/** From the create to the delete; the cluster in between has an EIP and fails once. */
async function driveClusters({ ask, client, clock }: Driven): Promise<void> {
  const body = clusterBody("through-a-proxy", {
    version: "v1.15",
    ipv6enable: true,
    extendParam: { clusterExternalIP: "203.0.113.7" },
    authentication: { mode: "authenticating_proxy", authenticatingProxy: { ca: CA } },
  });
  const labelled = { ...body, metadata: { name: "through-a-proxy", labels: { a: "b" }, annotations: { c: "d" } } };
  const created = await ask("POST", CLUSTERS, { body: labelled });
  const path = `${CLUSTERS}/${idOf(created)}`;
  await ask("GET", path);
  await ask("GET", `/api/v3/projects/${PROJECT}/jobs/${(created.json() as Wire).status.jobID}`);
  clock.advance(10 * MINUTE);
  await ask("GET", `${path}?detail=true`);
  await ask("GET", `${path}/clustercert`);
  await ask("PUT", path, { body: { spec: { description: "another" } } });
  await ask("POST", `${path}/operation/hibernate`);
  clock.advance(5 * MINUTE);
  await ask("POST", `${path}/operation/awake`);
  clock.advance(5 * MINUTE);
  await client.colleague("PATCH", path.replace(CLUSTERS, "clusters"), {
    phase: "Unavailable",
    reason: "InstallMaster",
    message: "no healthy host was found",
  });
  await ask("GET", path);
  await ask("GET", CLUSTERS);
  await ask("GET", `/api/v3/projects/${PROJECT}/quotas`);
  await ask("DELETE", path);
}

async function drivePools({ ask, client, clock }: Driven): Promise<void> {
  const clusterId = await client.available("with-pools");
  const path = `${CLUSTERS}/${clusterId}/nodepools`;
  const plain = await ask("POST", path, { body: poolBody("plain") });
  const autoscaling = { enable: true, minNodeCount: 1, maxNodeCount: 5, scaleDownCooldownTime: 10, priority: 1 };
  const nodeManagement = { serverGroupReference: "group-1" };
  const rich = poolBody(
    "rich",
    { initialNodeCount: 2, autoscaling, nodeManagement, faultDomain: "domain-1" },
    {
      login: { userPassword: { username: "root", password: SALTED } },
      publicIP: { count: 1, eip: { iptype: "5_bgp", bandwidth: { size: 10, sharetype: "PER" } } },
    },
  );
  const made = `${path}/${idOf(await ask("POST", path, { body: rich }))}`;
  await client.colleague("POST", "nodes", { clusterId });
  await ask("GET", path.replace("nodepools", "nodes"));
  clock.advance(5 * MINUTE);
  const nodes = await ask("GET", path.replace("nodepools", "nodes"));
  for (const { metadata } of (nodes.json() as { items: Wire[] }).items) {
    await ask("GET", `${path.replace("nodepools", "nodes")}/${metadata.uid}`);
  }
  for (const one of [made, `${path}/${idOf(plain)}`]) await ask("GET", one);
  await ask("GET", `${path}?showDefaultNodePool=true`);
  await ask("PUT", made, { body: { spec: { initialNodeCount: 1, nodeTemplate: { k8sTags: { a: "b" } } } } });
  await ask("DELETE", made);
}

/** One node from its create to its delete, and a server that is accepted, reset, moved and detached. */
async function driveNodes({ ask, client, clock }: Driven): Promise<void> {
  const path = `${CLUSTERS}/${await client.available("with-nodes")}/nodes`;
  const otherId = await client.available("with-more-nodes");
  const login = { userPassword: { username: "root", password: SALTED } };
  const eip = { iptype: "5_bgp", bandwidth: { size: 10, sharetype: "PER" } };
  const body = nodeBody("node-1", { login, publicIP: { count: 1, eip }, taints: [{ key: "a", effect: "NoExecute" }] });
  const created = await ask("POST", path, { body });
  const one = `${path}/${idOf(created)}`;
  await ask("PUT", one, { body: { metadata: { name: "n" } } });
  clock.advance(5 * MINUTE);
  await ask("GET", one);
  const job = `/api/v3/projects/${PROJECT}/jobs/${(created.json() as Wire).status.jobID}`;
  for (const { metadata } of subJobsOf((await ask("GET", job)).json() as Wire)) {
    await ask("GET", `/api/v3/projects/${PROJECT}/jobs/${metadata.uid}`);
  }
  await ask("PUT", one, { body: { metadata: { name: "node" } } });
  await ask("DELETE", one);
  await ask("POST", path, { body: nodeBody("node-2") });
  const server = await client.colleague("POST", "servers", { name: "server" });
  await ask("POST", `${path}/add`, { body: acceptBody(server.id) });
  clock.advance(5 * MINUTE);
  const { items } = (await ask("GET", path)).json() as { items: Wire[] };
  const [first = "", second = ""] = items.map(({ metadata }) => metadata.uid);
  await ask("POST", `${path}/reset`, { body: resetBody(first) });
  clock.advance(5 * MINUTE);
  const migrate = `${path}/operation/migrateto/${otherId}`;
  await ask("PUT", migrate, { body: moveBody(first) });
  await ask("PUT", migrate, { body: { spec: { ...moveBody(second).spec, login, extendParam: { maxPods: 20 } } } });
  clock.advance(5 * MINUTE);
  const away = `${CLUSTERS}/${otherId}/nodes/operation/remove`;
  await ask("PUT", away, { body: detachBody(first) });
  await ask("PUT", away, { body: { spec: { ...detachBody(second).spec, login } } });
}

async function driveAddons({ ask, client, clock }: Driven): Promise<void> {
  const clusterId = await client.available("with-addons");
  const path = `${ADDONS}/${idOf(await ask("POST", ADDONS, { body: installBody(clusterId) }))}`;
  clock.advance(MINUTE);
  await ask("GET", `${path}?cluster_id=${clusterId}`);
  await ask("GET", `${ADDONS}?cluster_id=${clusterId}`);
  await ask("GET", "/api/v3/addontemplates");
  await ask("PUT", path, { body: upgradeBody(clusterId) });
  await ask("DELETE", `${path}?cluster_id=${clusterId}`);
}

async function driveStorage({ ask, client, clock }: Driven): Promise<void> {
  const headers = { "x-cluster-id": await client.available("with-claims") };
  const path = "/api/v1/namespaces/default/cloudpersistentvolumeclaims";
  const { id } = await client.colleague("POST", "volumes", { name: "disk", storageType: "bs", sizeGiB: 10 });
  const body = {
    kind: "PersistentVolumeClaim",
    apiVersion: "v1",
    metadata: { name: "data", labels: { a: "b" } },
    spec: { volumeID: id, storageType: "bs", accessModes: ["ReadWriteOnce"] },
  };
  await ask("POST", path, { headers, body });
  clock.advance(MINUTE);
  await ask("POST", path, { headers, body: {} });
  await ask("DELETE", `${path}/data`, { headers });
  await ask("DELETE", `${path}/none`, { headers });
}

/** What each call says to nobody, and of a thing that there is not. */
async function driveRefusals({ ask, calls }: Driven): Promise<void> {
  for (const call of calls) {
    const [method = "", pattern = ""] = call.split(" ");
    const path = pattern.replace(":project", PROJECT).replaceAll(/:\w+/g, "none");
    const body = method === "POST" || method === "PUT" ? { body: {} } : {};
    await ask(method, path, body);
    await ask(method, path, { ...body, headers: { "x-auth-token": "none" } });
  }
}

test("every answer has the members that the reference promises, and every call has a list of them", async () => {
  const driven = await startDriven();
  const drives = [driveIam, driveClusters, drivePools, driveNodes, driveStorage, driveAddons, driveRefusals];
  for (const drive of drives) await drive(driven);
  expect(driven.check.problems()).toEqual([]);
});
