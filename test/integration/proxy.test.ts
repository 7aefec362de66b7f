// The operator in a network whose only way out is a proxy: clouds behind it, the API server not.
import { expect, it } from "vitest";
import { startForwardProxy } from "../support/clouds/forward-proxy.ts";
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

it("Does not start with a proxy that is no URL, and says which variable it is", async () => {
  await using stand = await createStand("bad-proxy");
  const operator = stand.operator({ env: { ...process.env, HTTPS_PROXY: "user:secret-of-proxy@proxy:3128" } });
  expect(await operator.ended).toEqual({ code: 1, signal: null });
  const words = operator.log.map(({ msg }) => msg).join("\n");
  expect(words).toContain("HTTPS_PROXY is no URL of a proxy: give it as http://host:port");
  expect(words).not.toContain("secret-of-proxy");
});
