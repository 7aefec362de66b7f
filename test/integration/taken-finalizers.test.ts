// A finalizer that somebody takes off by hand, such as where a deletion hangs: what stays in the cloud is told by its id, in the log, by
// events on the account and on the resource, and in a metric. What the operator lets go of itself is not.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  conditionOf,
  createMembersStand,
  poolManifest,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { scrape } from "../support/operator/scrape.ts";

vi.setConfig({ testTimeout: 60_000 });

let stand: MembersStand;
let port: number;

beforeAll(async () => {
  stand = await createMembersStand("taken");
  const operator = stand.operator({ flags: ["--no-leader-elect", "--metrics-bind-address", "127.0.0.1:0"] });
  port = (await operator.ready).metricsPort!;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** As somebody does it whose deletion hangs. */
async function takeFinalizer(resource: string): Promise<void> {
  await stand.remove(resource);
  await kubectlOk(stand.kubectl, ["patch", resource, "--type=merge", "-p", '{"metadata":{"finalizers":null}}']);
  await stand.gone(resource);
}

const logged = () => stand.operators[0]!.log.filter(({ msg }) => msg.startsWith("Vanished without"));

async function notes(about: string): Promise<readonly string[]> {
  return (await stand.events(about)).filter(({ reason }) => reason === "OrphanedByHand").map(({ message }) => message);
}

const counted = async (kind: string): Promise<number | undefined> =>
  (await scrape(port)).find(({ name, labels }) => name === "yunfan_vanished_total" && labels["kind"] === kind)?.value;

it("What the operator lets go of itself is nothing to tell", async () => {
  const home = await stand.home("ordinary");
  await stand.apply(poolManifest(home, { replicas: 1 }));
  await stand.reaches("nodepool/ordinary", "Available");
  for (const resource of ["nodepool/ordinary", "managedcluster/ordinary", "cloudaccount/ordinary"]) {
    await stand.remove(resource);
    await stand.gone(resource);
  }
  expect(logged()).toEqual([]);
  expect(await Promise.all(["NodePool", "ManagedCluster", "CloudAccount"].map(counted))).toEqual([0, 0, 0]);
});

it("A pool and its cluster are told by their ids, the cluster with the kubeconfig that stays, the account with who needs it", async () => {
  const home = await stand.home("stuck", { spec: { deletionPolicy: "Delete" } });
  await stand.apply(poolManifest(home, { replicas: 1 }));
  await stand.reaches("nodepool/stuck", "Available");
  const poolId = stand.seen("nodepool/stuck")!.status.externalId!;
  await home.cloud.setFaults([{ method: "DELETE", path: ".*", action: "Status", status: 500, times: 0 }]);

  await takeFinalizer("nodepool/stuck");
  for (const about of ["cloudaccount/stuck", "nodepool/stuck"]) {
    await expect
      .poll(() => notes(about), { timeout: 20_000 })
      .toEqual([expect.stringContaining(`${poolId} (stuck) stays in the cloud`)]);
  }
  expect(logged()).toMatchObject([{ kind: "NodePool", name: "stuck", externalId: poolId }]);
  expect(await counted("NodePool")).toBe(1);

  await takeFinalizer("cloudaccount/stuck");
  await expect.poll(() => notes("cloudaccount/stuck"), { timeout: 20_000 }).toHaveLength(2);
  const held = `nothing in the cloud is deleted for ManagedCluster ${stand.namespace}/stuck`;
  // In no order: events of one second.
  expect(await notes("cloudaccount/stuck")).toContainEqual(expect.stringContaining(held));

  await takeFinalizer("managedcluster/stuck");
  await expect.poll(() => notes("managedcluster/stuck"), { timeout: 20_000 }).toHaveLength(1);
  const [note] = await notes("managedcluster/stuck");
  expect(note).toContain(`${home.clusterId} (stuck) stays in the cloud`);
  expect(note).toContain(
    `Secrets that it published stay, with credentials in them: ${stand.namespace}/stuck-kubeconfig`,
  );
  expect((await home.cloud.pools()).map(({ id }) => id)).toEqual([poolId]);
});

it("A resource that was paused, lost its finalizer and was deleted then is told too", async () => {
  const home = await stand.home("paused", { spec: { deletionPolicy: "Delete" } });
  const resource = "managedcluster/paused";
  await stand.edit(resource, { metadata: { annotations: { "yunfan.dev/paused": "true" } } });
  await stand.until(resource, (seen) => conditionOf(seen, "Paused")?.status === "True");
  await kubectlOk(stand.kubectl, ["patch", resource, "--type=merge", "-p", '{"metadata":{"finalizers":null}}']);
  await stand.until(resource, ({ metadata }) => !metadata.finalizers?.length);
  await stand.remove(resource);
  await stand.gone(resource);
  await expect.poll(() => notes("cloudaccount/paused"), { timeout: 20_000 }).toHaveLength(1);
  expect((await notes("cloudaccount/paused"))[0]).toContain(`${home.clusterId} (paused) stays in the cloud`);
});

itStaysClean(() => stand);
