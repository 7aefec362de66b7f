// Turns in places, against the simulator in front of a real API server: whatever sessions hang on, and however they get lost, nothing lands in
// another place.
import { randomBytes } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import { controlsOf } from "../../../../test/support/clouds/simulator.ts";
import { systemClock } from "../../../lib/clock.ts";
import { openFence } from "../../../lib/fence.ts";
import { createLogger } from "../../../lib/log.ts";
import { Budgets } from "../../budget/budgets.ts";
import { SessionBudget } from "../../budget/session-budget.ts";
import { CloudError } from "../../errors.ts";
import { parseEndpoint } from "../../http/endpoint.ts";
import { SignIn } from "../../keystone/sign-in.ts";
import { TokenAuthenticator } from "../../keystone/tokens.ts";
import { serviceAt } from "../../kit/requests.ts";
import { errorOf } from "../errors.ts";
import { startEasyStackSimulator, type EasyStackSimulatorOptions } from "../simulator/index.ts";
import { clientsBy, Places } from "./places.ts";
import type { Place } from "./turn.ts";

const USER = { username: "operator", password: "Right-password-1" };
const never = new AbortController().signal;
const log = createLogger({ level: "silent" });
const SESSIONS = ["Cookie", "Token", "User", "Decoy"] as const;

/** Two clusters that no other test has, each with a namespace beside its default. */
async function start(options: Partial<EasyStackSimulatorOptions> = {}) {
  const clusters = ["a", "b"].map((end) => ({
    name: `t${randomBytes(3).toString("hex")}${end}`,
    type: "EKS" as const,
  }));
  const { kubeconfigPath: kubeconfig } = sharedControlPlane();
  const cloud = controlsOf(
    await startEasyStackSimulator({ listen: "127.0.0.1:0", ...USER, kubeconfig, speed: 20, clusters, ...options }),
  );
  const deps = { clock: systemClock, fence: openFence, log, userAgent: "yunfan/test" };
  const service = serviceAt(parseEndpoint(cloud.url, { mode: "Plaintext" }), deps);
  const login = { user: { name: USER.username, domainName: "Default" }, password: USER.password };
  const signIn = new SignIn({
    login,
    project: { name: "admin", domainName: "Default" },
    keystone: service,
    errorOf,
    clock: systemClock,
    closed: never,
    logins: undefined,
    provesUserFirst: undefined,
  });
  const tokens = new TokenAuthenticator(signIn);
  const limits = { readsPerMinute: 60_000, writesPerMinute: 60_000 };
  const budgets = new Budgets();
  const budget = budgets.of("places", {
    account: "places",
    clock: systemClock,
    metrics: undefined,
    onLate: () => {},
    limits,
  });
  const places = new Places({
    authenticator: tokens,
    projectId: async (signal) => (await tokens.grant(signal)).projectId,
    clientOf: clientsBy(new SessionBudget(budget, never), service),
    clock: systemClock,
  });
  onTestFinished(async () => {
    budgets.close();
    await service.http.close();
    await cloud[Symbol.asyncDispose]();
  });
  const there: Place[] = [];
  for (const { name: cluster } of clusters) {
    await cloud.behindOurBack("POST", "namespaces", { cluster, name: "team" });
    for (const namespace of ["default", "team"]) there.push({ cluster, namespace, product: "eks" });
  }
  return { cloud, places, there, tokens };
}

const shown = z.object({ yaml: z.string() });
const object = z.object({ metadata: z.object({ namespace: z.string() }), data: z.record(z.string(), z.string()) });

const configMap = (name: string, { cluster, namespace }: Place): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data: { at: `${cluster}/${namespace}` },
});

async function make(places: Places, name: string, place: Place): Promise<void> {
  await places.within(place, never, async (turn) => {
    const names = { kind: "ConfigMap", name };
    await turn.write({ operation: "CreateYaml", names, body: { yaml: stringify(configMap(name, place)) } });
  });
}

async function read(places: Places, name: string, place: Place) {
  const names = { kind: "ConfigMap", name };
  const found = await places.within(place, never, (turn) => turn.find({ operation: "ViewYaml", names }, shown));
  return found === "Absent" ? found : object.parse(parse(found.yaml));
}

describe.each(SESSIONS)("with sessions by %s", (sessions) => {
  test("what is made at once in many places under the same names is in each, and says so", async () => {
    const { cloud, places, there } = await start({ sessions });
    const names = ["one", "two", "three"];
    await Promise.all(names.flatMap((name) => there.map((place) => make(places, name, place))));
    for (const place of there) {
      for (const name of names) {
        expect(await read(places, name, place)).toMatchObject({
          metadata: { namespace: place.namespace },
          data: { at: `${place.cluster}/${place.namespace}` },
        });
      }
    }
    const writes = (await cloud.effects()).filter(({ method, path }) => method === "POST" && path.includes("/_raw/"));
    expect(writes).toHaveLength(names.length * there.length);
  });

  test("a session that was moved behind our back is confirmed anew before a write", async () => {
    const { cloud, places, there } = await start({ sessions });
    const [here, , elsewhere] = there as [Place, Place, Place];
    await places.within(here, never, async (turn) => {
      const { sessions: open } = (await cloud.state()) as { sessions: readonly { id: string }[] };
      const { cluster, namespace } = elsewhere;
      for (const { id } of open) await cloud.behindOurBack("PATCH", `sessions/${id}`, { cluster, namespace });
      const names = { kind: "ConfigMap", name: "moved" };
      await turn.write({ operation: "CreateYaml", names, body: { yaml: stringify(configMap("moved", here)) } });
    });
    expect(await read(places, "moved", here)).toMatchObject({ data: { at: `${here.cluster}/${here.namespace}` } });
    expect(await read(places, "moved", elsewhere)).toBe("Absent");
  });
});

test("a session that is lost within a turn answers for nothing", async () => {
  const { cloud, places, there } = await start({ sessions: "Cookie" });
  const [, here] = there as [Place, Place];
  const names = { kind: "ConfigMap", name: "kube-root-ca.crt" };
  const work = places.within(here, never, async (turn) => {
    const { sessions: open } = (await cloud.state()) as { sessions: readonly { id: string }[] };
    for (const { id } of open) await cloud.behindOurBack("DELETE", `sessions/${id}`);
    return turn.find({ operation: "ViewYaml", names }, shown);
  });
  expect(await kindOf(work)).toBe("Unavailable");
});

test("a place that can't be confirmed has nothing sent to it", async () => {
  const { cloud, places, there } = await start();
  const [here] = there as [Place];
  expect(await kindOf(make(places, "nothing", { ...here, namespace: "nowhere" }))).toBe("PlaceNotConfirmed");
  await cloud.setFaults([{ method: "GET", path: "/ns/", action: "Status", status: 503, times: 0 }]);
  expect(await kindOf(make(places, "nothing", here))).toBe("PlaceNotConfirmed");
  expect((await cloud.requests()).filter(({ method, path }) => method === "POST" && path.includes("/_raw/"))).toEqual(
    [],
  );
});

test("a token that is refused in the middle of a turn is replaced, and the place is confirmed with the new one", async () => {
  const { places, there, tokens } = await start({ sessions: "Token", tokenTtl: 2, speed: 1 });
  const [, here] = there as [Place, Place];
  const first = await tokens.prove(undefined, never);
  await places.within(here, never, async (turn) => {
    await turn.read(
      { operation: "CheckNameHere", names: { type: "Configmap", name: "x" } },
      z.object({ existence: z.boolean() }),
    );
    await expect
      .poll(async () => (await tokens.prove(undefined, never)).headers, { timeout: 10_000 })
      .not.toEqual(first.headers);
    const names = { kind: "ConfigMap", name: "renewed" };
    await turn.write({ operation: "CreateYaml", names, body: { yaml: stringify(configMap("renewed", here)) } });
  });
  expect(await read(places, "renewed", here)).toMatchObject({ metadata: { namespace: here.namespace } });
});

test("an absence takes two turns", async () => {
  const { cloud, places, there } = await start();
  const [here] = there as [Place];
  const look = (name: string) =>
    places.isAbsent(here, never, async (turn) => {
      const names = { type: "Configmap", name };
      return !(await turn.read({ operation: "CheckNameHere", names }, z.object({ existence: z.boolean() }))).existence;
    });
  expect(await look("none")).toBe(true);
  const confirmations = (await cloud.requests()).filter(({ path }) => path.includes("/ns/"));
  expect(confirmations).toHaveLength(2);
  await make(places, "some", here);
  expect(await look("some")).toBe(false);
});

async function kindOf(work: Promise<unknown>): Promise<CloudError["kind"] | undefined> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CloudError ? error.kind : undefined;
}
