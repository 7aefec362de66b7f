// Many writes at once in several places: each lands where its session stood, told apart by cookies, and in no other place.
import { expect, test } from "vitest";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed } from "./test-support.ts";

const NAMES = ["a1", "b1", "c1"];

test("sessions that are told apart by cookies do not touch each other; one session for all mixes the places up", async () => {
  const { kubeconfigPath, kubectl } = sharedControlPlane();
  const { client, cluster } = await startClusterBed(kubeconfigPath);
  const second = `${cluster}b`;
  await client.colleague("POST", "clusters", { name: second });
  for (const name of [cluster, second]) await client.colleague("POST", "namespaces", { cluster: name, name: "team" });
  const places = [cluster, second].flatMap((name) => ["default", "team"].map((namespace) => ({ name, namespace })));

  const lane = async ({ name, namespace }: (typeof places)[number]): Promise<EcnsClient> => {
    const own = await client.other();
    await own.enter(name, namespace);
    return own;
  };
  const lanes = await Promise.all(places.map(lane));
  const create = (own: EcnsClient, name: string, at: number) =>
    own.ok("POST", `eks/kubernetes/configmap/${name}/`, { configmap: { name, config: { at: String(at) } } });
  await Promise.all(NAMES.flatMap((name) => lanes.map((own, at) => create(own, name, at))));

  for (const [at, { name, namespace }] of places.entries()) {
    const { stdout } = await kubectl(["get", "configmaps", "-n", `${name}--${namespace}`, "-o", "json"]);
    const { items } = JSON.parse(stdout) as { items: { metadata: { name: string }; data: { at: string } }[] };
    expect(items.map(({ metadata, data }) => `${metadata.name}=${data.at}`)).toEqual(
      NAMES.map((one) => `${one}=${at}`),
    );
  }
  const writes = (await client.log()).filter(({ path }) => path.includes("/configmap/")) as unknown as {
    place: string;
  }[];
  const counts = Map.groupBy(writes, ({ place }) => place);
  expect([...counts].map(([place, some]) => `${place}: ${some.length}`).sort()).toEqual(
    places.map(({ name, namespace }) => `${name}/${namespace}: 3`).sort(),
  );

  // The same session in two hands: who switches last decides for both.
  const shared = await client.other();
  shared.cookie = lanes[0]?.cookie;
  shared.keepsCookie = false;
  await shared.enter(second, "team");
  await create(lanes[0]!, "astray", 0);
  const { stdout } = await kubectl(["get", "configmap", "astray", "-n", `${second}--team`, "-o", "name"]);
  expect(stdout.trim()).toBe("configmap/astray");
});
