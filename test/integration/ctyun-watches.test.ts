// How CTYUN tells of changes (API reference 3.1.7, 3.3.7, 3.6.9, 3.8.10): WebSockets and streams of the real API server behind.
import { once } from "node:events";
import http from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { ctyun } from "../../src/cloud/ctyun/index.ts";
import { startCtyunSimulator } from "../../src/cloud/ctyun/simulator/index.ts";
import type { ChangeHint } from "../../src/cloud/facets/manifests.ts";
import { systemClock as clock } from "../../src/lib/clock.ts";
import { openFence } from "../../src/lib/fence.ts";
import { createLogger } from "../../src/lib/log.ts";
import { authorization } from "../../src/cloud/ctyun/signer.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { ownBudget } from "../support/clouds/budgets.ts";
import { needed } from "../conformance/suite.ts";

const KEY = { accessKey: "test-access-key", secretKey: "test-secret-key" };
const { kubectl, kubeconfigPath } = sharedControlPlane();
const SET = "5f0c4a52-1111-4c4c-8888-0123456789ab";

async function opened() {
  const running = await startCtyunSimulator({ listen: "127.0.0.1:0", ...KEY, kubeconfig: kubeconfigPath });
  const account = { account: "team/account", endpoint: running.url, tls: { mode: "Plaintext" }, region: "" } as const;
  const requestBudget = { readsPerMinute: 60_000, writesPerMinute: 60_000 };
  const session = ctyun.open({ ...account, requestBudget, providerOptions: {} }, KEY, {
    clock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: "yunfan/test (watches)",
    budget: ownBudget(clock),
  });
  onTestFinished(async () => {
    await session.close();
    await running.close();
  });
  const channel = needed(session.manifests, "the facet manifests").open({ clusterId: undefined, options: {} });
  return { running, session, channel, namespace: await uniqueNamespace(kubectl, "watches") };
}

const METADATA = { labels: { "yunfan.dev/manifestset-uid": SET } };
const OBJECTS = {
  Deployment: {
    apiVersion: "apps/v1",
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    },
  },
  Pod: { apiVersion: "v1", spec: { containers: [{ name: "web", image: "nginx" }] } },
  Service: { apiVersion: "v1", spec: { ports: [{ port: 80 }] } },
  ConfigMap: { apiVersion: "v1", data: { level: "帆\u2028" } },
} as const;

it.each(Object.entries(OBJECTS))(
  "tells of a %s of ours that is there, changes and goes, until it is left",
  async (kind, object) => {
    const { channel, namespace } = await opened();
    const ability = needed(
      await channel.kindOf(
        { group: object.apiVersion.includes("/") ? "apps" : "", version: undefined, kind },
        new AbortController().signal,
      ),
      kind,
    );
    const make = (name: string, metadata: object): Promise<string> =>
      kubectlOk(
        kubectl,
        ["apply", "-f", "-"],
        JSON.stringify({ ...object, kind, metadata: { name, namespace, ...metadata } }),
      );
    await make("ours", METADATA);
    await make("theirs", {});
    const told: ChangeHint[] = [];
    const leaving = new AbortController();
    const ended = needed(channel.changes, "changes")(ability, namespace, {
      on: (hint) => void told.push(hint),
      signal: leaving.signal,
    }).catch((error: unknown) => error);
    const versions = (): number => new Set(told.map(({ resourceVersion }) => resourceVersion)).size;
    await expect.poll(versions, { timeout: 30_000 }).toBe(1);
    await kubectlOk(kubectl, ["label", kind, "ours", "-n", namespace, "changed=yes"]);
    await expect.poll(versions, { timeout: 30_000 }).toBe(2);
    await kubectlOk(kubectl, ["delete", kind, "ours", "-n", namespace, "--wait=false", "--grace-period=0", "--force"]);
    await expect.poll(versions, { timeout: 30_000 }).toBeGreaterThan(2);
    expect(told.every(({ set, name }) => set === SET && name === "ours")).toBe(true);
    leaving.abort(new Error("left"));
    expect(await ended).toMatchObject({ message: "left" });
  },
);

it("tells of no Secret, and says of nothing that it goes on when it does not", async () => {
  const { channel, namespace, running } = await opened();
  const { signal } = new AbortController();
  const changes = needed(channel.changes, "changes");
  const listener = { on: () => undefined, signal };
  const secret = needed(await channel.kindOf({ group: "", version: "v1", kind: "Secret" }, signal), "Secret");
  await expect(changes(secret, namespace, listener)).rejects.toMatchObject({ kind: "NotServed" });
  const faults = [{ method: "GET", path: "/watch/", action: "Status", status: 403, times: 0 }];
  await fetch(`${running.url}/_simulator/faults`, { method: "PUT", body: JSON.stringify({ faults }) });
  for (const [group, kind] of [
    ["apps", "Deployment"],
    ["", "Service"],
  ] as const) {
    const ability = needed(await channel.kindOf({ group, version: "v1", kind }, signal), kind);
    await expect(changes(ability, namespace, listener)).rejects.toMatchObject({ name: "CloudError" });
  }
});

it("ends what goes on when the account's session is closed", async () => {
  const { channel, namespace, session } = await opened();
  const { signal } = new AbortController();
  const ends: Promise<unknown>[] = [];
  const follow = async (kind: "Deployment" | "Service"): Promise<void> => {
    const group = kind === "Deployment" ? "apps" : "";
    const ability = needed(await channel.kindOf({ group, version: "v1", kind }, signal), kind);
    const object = { ...OBJECTS[kind], kind, metadata: { name: "web", namespace, ...METADATA } };
    await kubectlOk(kubectl, ["apply", "-f", "-"], JSON.stringify(object));
    const told = Promise.withResolvers<void>();
    const following = needed(channel.changes, "changes")(ability, namespace, { on: () => told.resolve(), signal });
    ends.push(following.then(String, (error: unknown) => (error as { kind?: string }).kind));
    await told.promise;
  };
  await follow("Deployment");
  await follow("Service");
  await session.close();
  expect(await Promise.all(ends)).toEqual(["Unavailable", "Unavailable"]);
});

it("takes a WebSocket that names its origin, and refuses one that does not, as Kubernetes does", async () => {
  const { running, namespace } = await opened();
  const path = `/watch/namespaces/${namespace}/deployments`;
  const upgraded = async (headers: Record<string, string>): Promise<number> => {
    const { host } = new URL(running.url);
    const request = { method: "GET", path, query: [], headers: { host } };
    const proof = authorization(request, {
      key: KEY,
      signedHeaders: ["host"],
      timestampSeconds: Math.floor(Date.now() / 1000),
    });
    const handshake = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };
    const asked = http.get(new URL(path, running.url), {
      agent: false,
      headers: { connection: "Upgrade", upgrade: "websocket", authorization: proof, ...handshake, ...headers },
    });
    const [answer] = (await Promise.race([once(asked, "upgrade"), once(asked, "response")])) as [http.IncomingMessage];
    answer.socket.destroy();
    return answer.statusCode ?? 0;
  };
  expect(await upgraded({})).toBe(403);
  expect(await upgraded({ origin: running.url })).toBe(101);
});
