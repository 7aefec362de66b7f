// The operator in a network whose only way out is a proxy: clouds behind it, the API server not.
import { expect, it } from "vitest";
import { startForwardProxy } from "../support/clouds/forward-proxy.ts";
import { startScriptedServer } from "../support/clouds/scripted-server.ts";
import { startSimulator } from "../support/clouds/simulator.ts";
import { accountManifests, createStand, projectManifest } from "../support/environment/environment.ts";

it("Reaches a cloud through HTTP_PROXY, and the API server straight", { timeout: 60_000 }, async () => {
  await using proxy = await startForwardProxy();
  await using stand = await createStand("proxy");
  stand.operator({ env: { ...process.env, HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url } });
  // A name that nobody but the proxy knows.
  const url = `http://ctyun.cloud.example:${new URL(stand.simulator.url).port}`;
  await stand.apply(...accountManifests({ url }), projectManifest("shop"));
  await stand.reaches("registryproject/shop", "Available");
  expect(await stand.simulator.projects()).toHaveLength(1);
  expect(proxy.seen).toContainEqual(expect.stringMatching(/^POST http:\/\/ctyun\.cloud\.example/));
  expect(proxy.seen.filter((request) => !request.includes("ctyun.cloud.example"))).toEqual([]);
});

it("Reaches straight what lies in a range of NO_PROXY, tells of what the proxy says otherwise, and of entries without a meaning", async () => {
  await using blocking = await startScriptedServer((_request, response) => {
    response.writeHead(403).end("blocked");
  });
  await using stand = await createStand("ranges", { listen: "127.0.0.2:0" });
  await using behind = await startSimulator({ listen: "127.1.0.1:0" });
  const NO_PROXY = "10.0.0.0/8,127.0.0.0/16,.svc,192.168.*";
  const operator = stand.operator({ env: { ...process.env, HTTP_PROXY: blocking.origin, NO_PROXY } });
  await stand.apply(...accountManifests(stand.simulator), ...accountManifests(behind, { name: "behind" }));
  await stand.reaches("cloudaccount/ctyun", "Verified");
  const { message } = await stand.reaches("cloudaccount/behind", "EndpointUnreachable");
  expect(message).toContain(`answered by the proxy ${blocking.origin}, not by the cloud: 403 blocked`);
  expect(blocking.seen.filter(({ url }) => !url.startsWith(behind.url))).toEqual([]);
  expect(
    await operator.said("NO_PROXY has entries that mean nothing: give domains, addresses or ranges such as 10.0.0.0/8"),
  ).toMatchObject({ level: "warn", entries: ["192.168.*"] });
});

it("Does not start with a proxy that is no URL, and says which variable it is", async () => {
  await using stand = await createStand("bad-proxy");
  const operator = stand.operator({ env: { ...process.env, HTTPS_PROXY: "user:secret-of-proxy@proxy:3128" } });
  expect(await operator.ended).toEqual({ code: 1, signal: null });
  const words = operator.log.map(({ msg }) => msg).join("\n");
  expect(words).toContain("HTTPS_PROXY is no URL of a proxy: give it as http://host:port");
  expect(words).not.toContain("secret-of-proxy");
});
