// Two tenants behind one endpoint, told apart by their keys: each sees its own project, and nothing of the other's.
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../simulation/test-support.ts";
import type { Wire } from "./test-support.ts";
import { authorizationOf, CceClient, CLUSTERS, clusterBody, PROJECT, startTestBed } from "./test-support.ts";

const OTHER_PROJECT = PROJECT.replaceAll("0", "f");
const OTHER_KEYS = { accessKey: "other-access-key", secretKey: "other-secret-key" };

/** A client of the second tenant. */
class OtherClient extends CceClient {
  protected override authorization(toSign: Parameters<typeof authorizationOf>[0]): string {
    return authorizationOf({ ...toSign, ...OTHER_KEYS });
  }
}

/** Passes requests on by the access key that signed them; resolves with its URL. */
async function startGateway(byKey: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer((incoming, response) => {
    const key = /Access=([^,]+),/.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
    const target = new URL(incoming.url ?? "", byKey[key]);
    const { method = "GET", headers } = incoming;
    const outgoing = forward(target, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("two tenants behind one endpoint have projects of one name, clusters of one name, and see their own", async () => {
  const ours = await startTestBed({ domain: undefined });
  const theirs = await startTestBed({ domain: undefined, ...OTHER_KEYS, projectId: OTHER_PROJECT });
  const url = await startGateway({
    "test-access-key": ours.client.url,
    [OTHER_KEYS.accessKey]: theirs.client.url,
  });
  const clock = new ManualClock();
  const [us, them] = [new CceClient(url, clock), new OtherClient(url, clock)];
  onTestFinished(async () => void (await Promise.all([us.close(), them.close()])));

  const projects = async (client: CceClient) =>
    ((await client.send("/v3/auth/projects?name=region-1")).json() as { projects: Record<string, unknown>[] }).projects;
  const [[our], [their]] = [await projects(us), await projects(them)];
  expect([our, their]).toMatchObject([
    { id: PROJECT, name: "region-1", links: { self: `${url}/v3/projects/${PROJECT}` } },
    { id: OTHER_PROJECT, name: "region-1", links: { self: `${url}/v3/projects/${OTHER_PROJECT}` } },
  ]);
  expect(our?.["domain_id"]).not.toBe(their?.["domain_id"]);

  const theirClusters = CLUSTERS.replace(PROJECT, OTHER_PROJECT);
  const body = clusterBody("prod");
  const { metadata } = await us.expectStatus(201, CLUSTERS, { method: "POST", body });
  const other = await them.expectStatus(201, theirClusters, { method: "POST", body });
  const listed = (await them.send(theirClusters)).json() as { items: Wire[] };
  expect(listed.items.map((one) => one.metadata.uid)).toEqual([other.metadata.uid]);
  // With the other's keys an id is not found in their project, and its own project is closed to them.
  expect(await them.refusal(`${theirClusters}/${metadata.uid}`)).toEqual([404, "CCE.01404001"]);
  expect(await them.refusal(`${CLUSTERS}/${metadata.uid}`)).toEqual([403, "CCE.01403001"]);
});
