// What is left of an account that is gone: nothing in the metrics, whichever way it went; and what a cloud's answer leaves in the log.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { json, startScriptedServer } from "../support/clouds/scripted-server.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import { scrape } from "../support/operator/scrape.ts";

vi.setConfig({ testTimeout: 60_000 });

const REQUEST = "request-of-the-service-";

let stand: Stand;
let port: number;

beforeAll(async () => {
  stand = await createStand("forgotten");
  const operator = stand.operator({ flags: ["--no-leader-elect", "--metrics-bind-address", "127.0.0.1:0"] });
  port = (await operator.ready).metricsPort!;
}, 60_000);
afterAll(() => stand[Symbol.asyncDispose]());

/** Names of the series of an account. */
async function seriesOf(account: string): Promise<string[]> {
  const samples = await scrape(port);
  return samples.filter(({ labels }) => labels["account"] === `${stand.namespace}/${account}`).map(({ name }) => name);
}

async function used(account: string): Promise<void> {
  const project = projectManifest(`of-${account}`, { accountRef: { name: account } });
  await stand.apply(...accountManifests(stand.simulator, { name: account }), project);
  await stand.reaches(`registryproject/of-${account}`, "Available");
  const names = new Set(await seriesOf(account));
  for (const name of [
    "yunfan_cloud_requests_total",
    "yunfan_cloud_budget_limit",
    "yunfan_cloud_budget_wait_seconds_sum",
  ]) {
    expect(names).toContain(name);
  }
  await stand.remove(`registryproject/of-${account}`);
  await stand.gone(`registryproject/of-${account}`);
}

it("Nothing of a deleted account stays, all of the others does, and one that comes back has its series again", async () => {
  await used("kept");
  await used("deleted");
  await stand.remove("cloudaccount/deleted");
  await stand.gone("cloudaccount/deleted");
  await expect.poll(() => seriesOf("deleted")).toEqual([]);
  expect(await seriesOf("kept")).not.toEqual([]);
  await used("deleted");
});

it("Nor does anything of one that lost its finalizer to somebody's hand", async () => {
  await used("by-hand");
  await stand.edit("cloudaccount/by-hand", { metadata: { annotations: { "yunfan.dev/paused": "true" } } });
  await stand.remove("cloudaccount/by-hand");
  await stand.kubectl(["patch", "cloudaccount/by-hand", "--type=merge", "-p", '{"metadata":{"finalizers":null}}']);
  await stand.gone("cloudaccount/by-hand");
  await expect.poll(() => seriesOf("by-hand")).toEqual([]);
});

it("Nor does what was under way then count itself afterwards", async () => {
  const cloud = await stand.cloud("held");
  await cloud.setFaults([{ method: "POST", action: "Hold" }]);
  await stand.apply(projectManifest("of-held", { accountRef: { name: "held" } }));
  await expect.poll(async () => (await cloud.effects()).length).toBe(1);
  await stand.edit("cloudaccount/held", { metadata: { annotations: { "yunfan.dev/paused": "true" } } });
  await stand.remove("cloudaccount/held");
  await stand.edit("cloudaccount/held", { metadata: { finalizers: null } });
  await stand.gone("cloudaccount/held");
  // What ends its request has been told of the end.
  await stand.reaches("registryproject/of-held", "AccountNotReady");
  expect(await seriesOf("held")).toEqual([]);
});

it("The id of a refused request stands in the log, and not in the condition, which stays the same", async () => {
  let count = 0;
  await using cloud = await startScriptedServer((_request, response) => {
    response.setHeader("x-request-id", `${REQUEST}${(count += 1)}`);
    json(response, 403, { code: 403, message: "no right" });
  });
  await stand.apply(...accountManifests({ url: cloud.origin }, { name: "refused" }));
  const { message } = await stand.reaches("cloudaccount/refused", "Forbidden");
  expect(message).not.toContain(REQUEST);
  await stand.visited("cloudaccount/refused", 2);
  const told = stand.operators[0]!.log.filter(({ name, requestId }) => name === "refused" && requestId !== undefined);
  expect(told.map(({ msg }) => msg)).toEqual(expect.arrayContaining(["Changed state", "Reconcile failed"]));
  const failures = told.filter(({ msg }) => msg === "Reconcile failed");
  expect(new Set(failures.map(({ requestId }) => requestId)).size).toBe(failures.length);
  expect(stand.versions("cloudaccount/refused").filter(({ status }) => status.conditions?.length).length).toBe(1);
});
