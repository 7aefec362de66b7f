// Turns in places of EasyStack, against the simulator in front of a real API server.
import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { sharedControlPlane } from "../../apiserver/controlplane.ts";
import { controlsOf } from "../simulator.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { openFence } from "../../../../src/lib/fence.ts";
import { createLogger } from "../../../../src/lib/log.ts";
import { Budgets } from "../../../../src/cloud/budget/budgets.ts";
import { SessionBudget } from "../../../../src/cloud/budget/session-budget.ts";
import { parseEndpoint } from "../../../../src/cloud/http/endpoint.ts";
import { SignIn } from "../../../../src/cloud/keystone/sign-in.ts";
import { TokenAuthenticator } from "../../../../src/cloud/keystone/tokens.ts";
import { serviceAt } from "../../../../src/cloud/kit/requests.ts";
import { errorOf } from "../../../../src/cloud/easystack/errors.ts";
import {
  startEasyStackSimulator,
  type EasyStackSimulatorOptions,
} from "../../../../src/cloud/easystack/simulator/index.ts";
import { clientsBy, Places } from "../../../../src/cloud/easystack/places/places.ts";
import { type Place } from "../../../../src/cloud/easystack/places/turn.ts";

const USER = { username: "operator", password: "Right-password-1" };
export const never = new AbortController().signal;
const log = createLogger({ level: "silent" });

/** Two clusters that no other test has, each with a namespace beside its default. */
export async function start(options: Partial<EasyStackSimulatorOptions> = {}, declared: "Auto" | "Exclusive" = "Auto") {
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
    sessions: declared,
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

export const shown = z.object({ yaml: z.string() });
const object = z.object({
  metadata: z.object({ namespace: z.string(), uid: z.string() }),
  data: z.record(z.string(), z.string()),
});

export const configMap = (name: string, { cluster, namespace }: Place): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data: { at: `${cluster}/${namespace}` },
});

export async function make(places: Places, name: string, place: Place): Promise<void> {
  await places.within(place, never, async (turn) => {
    const names = { kind: "ConfigMap", name };
    await turn.write({ operation: "CreateYaml", names, body: { yaml: stringify(configMap(name, place)) } });
  });
}

export async function read(places: Places, name: string, place: Place) {
  const names = { kind: "ConfigMap", name };
  return places.within(place, never, async (turn) => {
    const found = await turn.find({ operation: "ViewYaml", names }, shown);
    if (found === "Absent") return found;
    const seen = object.parse(parse(found.yaml));
    turn.saw({ kind: "ConfigMap", name, uid: seen.metadata.uid });
    return seen;
  });
}
