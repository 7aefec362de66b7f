// The server-side session: what it hangs on, where it begins, and how it ends.
import { describe, expect, test } from "vitest";
import type { EcnsClient } from "./test-support.ts";
import { PROJECT, startTestBed } from "./test-support.ts";

const CLUSTERS = [
  { name: "eks-1", type: "EKS" as const },
  { name: "eos-1", type: "EOS" as const },
];

/** Which cluster the session of a client stands in, by the nodes that it shows. */
async function clusterOf(client: EcnsClient): Promise<string> {
  const [node] = await client.list("eks/cluster/nodes/", "nodes_status");
  return String(node?.["name"]).replace(/-node-1$/, "");
}

describe("a session", () => {
  test("begins in the first cluster's default, and the switch says where it goes", async () => {
    const { client } = await startTestBed({ clusters: CLUSTERS });
    expect(await clusterOf(client)).toBe("eks-1");
    expect(await client.enter("eos-1")).toEqual({
      ecns_cluster_addr: "https://10.10.2.11:6443",
      ecns_cluster_type: "EOS",
      ecns_project_id: PROJECT,
      ecns_current_ns: ["default"],
      ecns_cluster_name: "eos-1",
    });
    expect(await clusterOf(client)).toBe("eos-1");
    expect((await client.state())["sessions"]).toMatchObject([{ cluster: "eos-1", namespace: "default" }]);
  });

  test("is told by a cookie with its end, once", async () => {
    const { client } = await startTestBed({ clusters: CLUSTERS, sessionTtl: 60 });
    const first = await client.call("GET", "eks/cluster/nodes/");
    expect(String(first.headers["set-cookie"])).toMatch(/^sessionid=\w+; Max-Age=60; Path=\//);
    expect((await client.call("GET", "eks/cluster/nodes/")).headers["set-cookie"]).toBeUndefined();
  });

  test("is not begun by what acts in no place", async () => {
    const { client } = await startTestBed();
    expect((await client.call("GET", "eks/organization/")).headers["set-cookie"]).toBeUndefined();
    expect((await client.state())["sessions"]).toEqual([]);
  });

  test("ends by the clock from its beginning, and a new one begins without a word", async () => {
    const { client, clock } = await startTestBed({ clusters: CLUSTERS, sessionTtl: 60, speed: 1000 });
    await client.enter("eos-1");
    const { cookie } = client;
    clock.advance(59_999);
    expect(await clusterOf(client)).toBe("eos-1");
    clock.advance(1);
    expect(await clusterOf(client)).toBe("eks-1");
    expect(client.cookie).not.toBe(cookie);
    expect((await client.state())["sessions"]).toHaveLength(1);
  });

  test("is lost, and moved, by a colleague", async () => {
    const { client } = await startTestBed({ clusters: CLUSTERS });
    await client.enter("eos-1");
    const [session] = (await client.state())["sessions"] ?? [];
    await client.colleague("PATCH", `sessions/${session?.id}`, { cluster: "eks-1", namespace: "default" });
    expect(await clusterOf(client)).toBe("eks-1");
    await client.enter("eos-1");
    await client.colleague("DELETE", `sessions/${session?.id}`);
    expect(await clusterOf(client)).toBe("eks-1");
  });

  test.each([
    // [what it hangs on, whether another cookie is another place, whether another token is, whether another user is]
    ["Cookie", true, false, true],
    ["Token", false, true, true],
    ["User", false, false, true],
    ["Decoy", false, false, true],
  ] as const)("with --sessions %s is told apart by that alone", async (sessions, byCookie, byToken, byUser) => {
    const { client } = await startTestBed({ clusters: CLUSTERS, sessions });
    await client.colleague("POST", "users", { name: "second", password: "Two-1234" });
    await client.enter("eos-1");
    const { cookie, token } = client;

    client.cookie = undefined;
    expect(await clusterOf(client)).toBe(byCookie ? "eks-1" : "eos-1");

    client.cookie = cookie;
    await client.signIn();
    expect(await clusterOf(client)).toBe(byToken ? "eks-1" : "eos-1");

    const second = await client.other({ name: "second", password: "Two-1234" });
    second.cookie = cookie;
    expect(await clusterOf(second)).toBe(byUser ? "eks-1" : "eos-1");

    client.token = token;
    client.cookie = cookie;
    expect(await clusterOf(client)).toBe("eos-1");
  });

  test("with --sessions Decoy gives a cookie to whoever brings none, and that means nothing", async () => {
    const { client } = await startTestBed({ clusters: CLUSTERS, sessions: "Decoy" });
    const other = await client.other();
    await client.enter("eos-1");
    await other.enter("eks-1");
    expect(client.cookie).toBeDefined();
    expect(other.cookie).not.toBe(client.cookie);
    expect(await clusterOf(client)).toBe("eks-1");
  });

  test.each(["Token", "User"] as const)("with --sessions %s sets no cookie", async (sessions) => {
    const { client } = await startTestBed({ sessions });
    await client.enter("eks-1");
    expect(client.cookie).toBeUndefined();
  });
});

describe("a switch", () => {
  test("is refused to another project, to what is not there, and to what is another project's", async () => {
    const { client } = await startTestBed({ clusters: CLUSTERS });
    await client.colleague("POST", "clusters", { name: "theirs", projectId: "p-2" });
    await client.colleague("POST", "namespaces", { cluster: "eos-1", name: "foreign", projectId: "p-2" });
    const statusOf = async (project: string, cluster: string, namespace: string) =>
      (await client.refusal("GET", `eks/namespace/${project}/cluster/${cluster}/ns/${namespace}/`))[0];
    expect(await statusOf("p-2", "eks-1", "default")).toBe(403);
    expect(await statusOf(PROJECT, "none", "default")).toBe(404);
    expect(await statusOf(PROJECT, "theirs", "default")).toBe(403);
    expect(await statusOf(PROJECT, "eos-1", "none")).toBe(404);
    expect(await statusOf(PROJECT, "eos-1", "foreign")).toBe(403);
    expect(await clusterOf(client)).toBe("eks-1");
  });
});

test("the log has the place of what acted in a session, the call's number, and no effect for a switch", async () => {
  const { client } = await startTestBed({ clusters: CLUSTERS });
  await client.enter("eos-1");
  await client.call("GET", "eks/cluster/nodes");
  await client.call("GET", "eks/organization");
  expect((await client.log()).slice(1)).toMatchObject([
    { call: 17, place: "eos-1/default", effect: false },
    { call: 19, place: "eos-1/default", effect: false },
    { call: 3, effect: false },
  ]);
  expect((await client.log()).at(-1)).not.toHaveProperty("place");
});
