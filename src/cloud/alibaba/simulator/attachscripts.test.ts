// The script by which a machine joins an edge cluster (2.7): its options, its life, and the three forms of its answer.
import { describe, expect, test } from "vitest";
import type { AckClient } from "../../../../test/support/clouds/alibaba/bed.ts";
import { startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";

const INVALID = [400, "InvalidParameter"];

/** The request of 2.7. */
const OPTIONS = JSON.stringify({
  flannelIface: "eth0",
  enableIptables: true,
  manageRuntime: true,
  nodeNameStrategy: "hostname",
  enabledAddons: ["kube-proxy", "flannel", "coredns"],
});

const edge = (client: AckClient) => client.running("edge", { profile: "Edge", publicAccess: true });
const path = (id: string, name = "attachscript") => `/clusters/${id}/${name}`;

describe("a script", () => {
  test.each([
    ["JsonString", "application/json; charset=utf-8"],
    ["Text", "text/plain; charset=utf-8"],
    ["Result", "application/json; charset=utf-8"],
  ] as const)("is answered as %s where the switch says so", async (scriptAnswer, type) => {
    const { client } = await startReferenceBed({ scriptAnswer });
    const answer = await client.send(path(await edge(client)), { method: "POST", body: { options: OPTIONS } });
    expect([answer.status, answer.headers["content-type"]]).toEqual([202, type]);
    const body = scriptAnswer === "Text" ? answer.text : answer.json();
    const script = scriptAnswer === "Result" ? (body as { result: string }).result : (body as string);
    expect(script).toMatch(
      /^wget http:\/\/aliacs-k8s-cn-hangzhou\.oss-\S+ -O edgeadm; chmod u\+x edgeadm; .\/edgeadm join --openapi-token=[0-9a-f]{48} --node-spec="\{.*\}"$/,
    );
    const spec = JSON.parse(JSON.parse(script.slice(script.indexOf("--node-spec=") + 12)) as string) as object;
    expect(spec).toMatchObject({ ...(JSON.parse(OPTIONS) as object), assumeYes: true });
  });

  test("has a token of its own each time, which is nowhere else", async () => {
    const { client } = await startBed();
    const id = await edge(client);
    const tokens: string[] = [];
    for (const name of ["attachscript", "attachscripts"]) {
      const script = (
        await client.send(path(id, name), { method: "POST", body: { options: OPTIONS, arch: "arm64" } })
      ).json();
      expect(script).toContain("/arm64/edgeadm");
      tokens.push(/--openapi-token=(\w+)/.exec(String(script))?.[1] ?? "");
    }
    expect(new Set(tokens).size).toBe(2);
    const state = JSON.stringify(await client.state());
    for (const token of tokens) expect(state).not.toContain(token);
    expect((await client.state())["attachscripts"]).toMatchObject([
      { clusterId: id },
      { clusterId: id, arch: "arm64" },
    ]);
  });

  test("lives as long as it was asked to, and else as long as a flag says", async () => {
    const { client, clock } = await startBed({ scriptHours: 2 });
    const id = await edge(client);
    const inAnHour = Math.floor(clock.now() / 1000) + 3_600;
    for (const body of [{ options: "{}" }, { options: "{}", expired: inAnHour }]) {
      await client.send(path(id), { method: "POST", body });
    }
    expect((await client.state())["attachscripts"]).toMatchObject([
      { expiresAt: "2026-01-02T05:04:05.678Z" },
      { expiresAt: "2026-01-02T04:04:05.000Z" },
    ]);
    expect(await client.refusal("POST", path(id), { options: "{}", expired: inAnHour - 3_700 })).toEqual(INVALID);
  });

  test("knows today's names of options, and the object itself in place of its JSON", async () => {
    const { client } = await startBed();
    const id = await edge(client);
    const options = { allowedClusterAddons: ["flannel"], nodeNameOverride: "node-1", quiet: true };
    await client.send(path(id, "attachscripts"), { method: "POST", body: { options: JSON.stringify(options) } });
    await client.send(path(id), {
      method: "POST",
      body: { options: { nodeName: "node-2", nodeNameStrategy: "customized" } },
    });
    expect((await client.state())["attachscripts"]).toMatchObject([
      { options: { ...options, enableIptables: true, flannelIface: "eth0", nodeNameStrategy: "hostname" } },
      { options: { nodeName: "node-2", nodeNameStrategy: "customized" } },
    ]);
  });

  test.each([
    ["without options", {}, [400, "MissingParameter"]],
    ["with options that are no JSON", { options: "{" }, INVALID],
    ["with a strategy of which there is none", { options: '{"nodeNameStrategy":"true"}' }, INVALID],
    ["with add-ons that are no list", { options: '{"enabledAddons":"flannel"}' }, INVALID],
    ["for no architecture", { options: "{}", arch: "mips" }, INVALID],
  ])("%s is refused", async (_, body, expected) => {
    const { client } = await startBed();
    expect(await client.refusal("POST", path(await edge(client)), body)).toEqual(expected);
    expect((await client.state())["attachscripts"]).toEqual([]);
  });

  test("is for edge clusters that run, and goes with its cluster", async () => {
    const { client } = await startBed();
    const managed = await client.running();
    expect(await client.refusal("POST", path(managed), { options: "{}" })).toEqual([400, "OperationNotSupported"]);
    const id = await edge(client);
    await client.send(path(id), { method: "POST", body: { options: "{}" } });
    await client.colleague("PATCH", `clusters/${id}`, { state: "stopped" });
    expect(await client.refusal("POST", path(id), { options: "{}" })).toEqual([400, "ErrorClusterState"]);
    await client.colleague("DELETE", `clusters/${id}`);
    expect((await client.state())["attachscripts"]).toEqual([]);
    expect(await client.refusal("POST", path(id), { options: "{}" })).toEqual([404, "ErrorClusterNotFound"]);
  });
});
