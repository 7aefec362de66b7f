// Sets in a cluster of EasyStack ECNS, by YAML and by forms, that are made, changed, pruned and deleted while their operator is killed at one write after
// the other, at the instant at which the cloud has done it and has not answered yet, and at random instants, while the cloud loses answers and
// shows lists that are empty or old.
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { sharedControlPlane } from "../apiserver/controlplane.ts";
import {
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackOptions,
  type EasyStackStand,
} from "../clouds/easystack/environment.ts";
import { ingress, job, ports, service, sourceSecret, workload } from "../clouds/easystack/form-manifests.ts";
import { configMap, targetOn, type Json, type ReachedTarget, type TargetObject } from "../environment/manifest-sets.ts";
import type { Resource } from "../environment/status-watch.ts";
import { chanceOf, type Chance } from "./random.ts";

export interface EasyStackKills {
  readonly seed: number;
  /** On each of the two routes, in a namespace of its own. */
  readonly sets: number;
  /** In each of four phases; every other one at a write. */
  readonly kills: number;
  readonly simulator?: EasyStackOptions;
}

const CALLS = "/api/ecns/eks/";
const WRITES = "POST|PUT|PATCH|DELETE";
/** Not those of the installation: a cluster that is in no list is gone, and the sets in it with it. */
const LISTS = `${CALLS}(?!namespace)`;

/** What goes wrong in the cloud all the time. */
const LASTING = [
  { action: "DropAfter", method: WRITES, path: CALLS, probability: 0.15 },
  { action: "EmptyList", path: LISTS, probability: 0.2 },
  { action: "StaleList", ms: 5_000, path: LISTS, probability: 0.2 },
].map((fault) => Object.assign(fault, { times: 100_000 }));
/** And while operators are killed: a visit makes dozens of requests and ends with the first of these, so that none would come to its end. */
const FAULTS = [
  { action: "Status", status: 503, method: `GET|${WRITES}`, path: CALLS, probability: 0.03, times: 100_000 },
  ...LASTING,
];

const KINDS = ["configmap", "secret", "deployment", "service", "ingress", "cronjob"] as const;
const MARK = "yunfan.dev/manifestset-uid";

interface Place {
  readonly route: "Yaml" | "Forms";
  /** Of the set, and of the namespace in the cluster that it is alone in. */
  readonly name: string;
}

interface Course {
  readonly stand: EasyStackStand;
  readonly target: ReachedTarget;
  readonly cluster: string;
  readonly places: readonly Place[];
  readonly chance: Chance;
  readonly options: EasyStackKills;
}

/** Fails unless all is as declared in the end, each object made once and in its place, and nothing of strangers touched. */
export async function killWhileEasyStackSetsChange(options: EasyStackKills): Promise<void> {
  const plane = sharedControlPlane();
  const kubeconfig = plane.kubeconfigPath;
  const cluster = `k${randomBytes(4).toString("hex")}`;
  const clusters = [{ name: cluster, type: "EKS" as const }];
  const stand = await createEasyStackStand("easystack-kills", { kubeconfig, clusters, ...options.simulator });
  const indices = Array.from({ length: options.sets }, (_, index) => index);
  const places = (["Yaml", "Forms"] as const).flatMap((route) =>
    indices.map((index) => ({ route, name: `${route.toLowerCase()}-${index}` })),
  );
  try {
    await run({ stand, target: targetOn(plane), cluster, places, chance: chanceOf(options.seed), options });
  } finally {
    await stand[Symbol.asyncDispose]();
  }
}

async function run(course: Course): Promise<void> {
  const { stand, target, cluster, places } = course;
  const first = stand.operator({ flags: ["--no-leader-elect"] });
  await first.ready;
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(cluster));
  await stand.reaches(`managedcluster/${cluster}`, "Available");
  await kill(first);
  for (const { name } of places) await stand.simulator.behindOurBack("POST", "namespaces", { cluster, name });
  const strangers = ["default", ...places.map(({ name }) => name)].map((name) => `${cluster}--${name}`);
  const theirs = strangers.flatMap((namespace) => [
    configMap("theirs", { theirs: "1" }, { namespace }),
    // In a namespace that no set is in, under the names of the sets' own.
    ...(namespace === strangers[0] ? [configMap("settings", { theirs: "1" }, { namespace })] : []),
  ]);
  await target.apply(...theirs);
  const seenOfTheirs = (): Promise<unknown> =>
    Promise.all([
      target.get("configmap", "settings", strangers[0]),
      ...strangers.map((namespace) => target.get("configmap", "theirs", namespace)),
    ]);
  const before = await seenOfTheirs();

  const declare = (revision: Revision) => async (): Promise<void> => {
    await stand.apply(
      sourceSecret("copied", "Opaque", { word: `word-of-revision-${revision}` }),
      ...places.map((place) => setOf(course, place, revision)),
    );
  };
  await phase(course, declare(1), "Applied");
  const made = await uidsIn(course);
  await expectAsDeclared(course, 1);
  await phase(course, declare(2), "Applied");
  expect(await uidsIn(course)).toEqual(made);
  await expectAsDeclared(course, 2);
  await phase(course, declare(3), "Applied");
  const left = [...made].filter(([ref]) => !/ (?:service|ingress|cronjob)\//.test(ref));
  expect([...(await uidsIn(course))]).toEqual(left);
  const leave = async (): Promise<void> => {
    for (const { name } of places) await stand.remove(`manifestset/${name}`);
  };
  await phase(course, leave, "Gone");
  expect([...(await uidsIn(course))]).toEqual([]);
  expect(await seenOfTheirs()).toEqual(before);
  expect(await makes(course)).toEqual(places.map(({ name }) => [name, KINDS.length]));
}

type Revision = 1 | 2 | 3;

function imageOf(revision: Revision): string {
  return `nginx:1.${revision === 1 ? 25 : 27}`;
}

/** In its second revision much of it is otherwise; in its third there are Service, Ingress and CronJob no more. */
function setOf({ cluster }: Course, { route, name }: Place, revision: Revision): object {
  const isFirst = revision === 1;
  const manifests: Json[] = [
    configMap("settings", { revision: isFirst ? "1" : "2" }),
    workload("Deployment", "web", { replicas: 0 }, { containers: [{ name: "main", image: imageOf(revision) }] }),
    service("inside", { ports: isFirst ? ports : [{ port: 81, targetPort: 8080 }], selector: { app: "web" } }),
    ingress("route", isFirst ? 80 : 81),
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "nightly" },
      spec: { schedule: "10 6 * * *", suspend: true, jobTemplate: { spec: job } },
    },
  ];
  const workloadOf = { kind: "Deployment", name: "web" };
  const services = route === "Forms" ? { services: [{ namespace: name, name: "inside", workload: workloadOf }] } : {};
  return clusterSetManifest(name, cluster, {
    targetNamespace: name,
    manifests: revision === 3 ? manifests.slice(0, 2) : manifests,
    copies: [{ kind: "Secret", name: "copied" }],
    easystack: { route, ...services },
  });
}

async function expectAsDeclared({ target, cluster, places }: Course, revision: 1 | 2): Promise<void> {
  for (const { name } of places) {
    const namespace = `${cluster}--${name}`;
    const at = async (kind: string, object: string): Promise<TargetObject> =>
      (await target.get(kind, object, namespace))!;
    expect((await at("configmap", "settings")).data).toEqual({ revision: String(revision) });
    const word = Buffer.from(`word-of-revision-${revision}`).toString("base64");
    expect((await at("secret", "copied")).data).toEqual({ word });
    const template = { spec: { containers: [{ image: imageOf(revision) }] } };
    expect((await at("deployment", "web")).spec).toMatchObject({ replicas: 0, template });
    expect((await at("service", "inside")).spec).toMatchObject({ ports: [{ port: revision === 1 ? 80 : 81 }] });
    expect((await at("cronjob", "nightly")).spec).toMatchObject({ suspend: true });
  }
}

/** Changes something, has operators killed meanwhile, and lets one bring it to its end. */
async function phase(course: Course, change: () => Promise<void>, end: "Applied" | "Gone"): Promise<void> {
  const { stand, places, chance, options } = course;
  const { simulator } = stand;
  await change();
  for (let kills = 0; kills < options.kills; kills++) {
    const isAtWrite = kills % 2 === 0;
    const hold = { action: "Hold", method: WRITES, path: CALLS };
    await simulator.setFaults(isAtWrite ? [hold] : FAULTS, options.seed + kills);
    const since = (await simulator.requests()).at(-1)?.seq ?? 0;
    const operator = stand.operator({ flags: ["--no-leader-elect"] });
    await operator.ready;
    if (isAtWrite) await untilHeld(course, since);
    else await chance.pause(20, 3_000);
    await kill(operator);
    await simulator.release();
  }
  await simulator.setFaults(LASTING, options.seed);
  const last = stand.operator({ flags: ["--no-leader-elect"] });
  await last.ready;
  await Promise.all(
    places.map(({ name }) =>
      end === "Gone" ? stand.gone(`manifestset/${name}`) : stand.until(`manifestset/${name}`, isAsDeclared),
    ),
  );
  await simulator.setFaults([]);
  await kill(last);
}

/** Without a controller manager no Deployment is healthy. */
function isAsDeclared({ status: { conditions = [] }, metadata }: Resource): boolean {
  return ["Applied", "UpToDate"].every((wanted) =>
    conditions.some(
      ({ type, status, observedGeneration }) =>
        type === wanted && status === "True" && observedGeneration === metadata.generation,
    ),
  );
}

/** A write has been done and is not answered; where none is to come any more, some seconds have to do. */
async function untilHeld({ stand }: Course, since: number): Promise<void> {
  const endsAt = Date.now() + 6_000;
  const isHeld = async (): Promise<boolean> => {
    const requests = (await stand.simulator.requests()).filter(({ seq }) => seq > since);
    return requests.some(({ fault, status, effect }) => fault === "Hold" && status === 0 && effect);
  };
  while (Date.now() < endsAt && !(await isHeld())) await pause(50);
}

async function kill(operator: ReturnType<EasyStackStand["operator"]>): Promise<void> {
  operator.kill("SIGKILL");
  await operator.ended;
}

/** How many objects were made, in each place. */
async function makes({ stand, cluster, places }: Course): Promise<readonly (readonly [string, number])[]> {
  const effects = (await stand.simulator.effects()) as readonly { method: string; place?: string }[];
  const posts = effects.filter(({ method }) => method === "POST");
  return places.map(({ name }) => [name, posts.filter(({ place }) => place === `${cluster}/${name}`).length]);
}

/** Of all objects that bear a set's label, by "namespace kind/name"; fails where one of a kind is there and bears none. */
async function uidsIn({ target, cluster, places }: Course): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name } of places) {
    const text = await target.kubectl("get", KINDS.join(","), "-n", `${cluster}--${name}`, "-o", "json");
    const { items } = JSON.parse(text) as { items: readonly TargetObject[] };
    for (const { kind, metadata } of items) {
      const ref = `${name} ${kind.toLowerCase()}/${metadata.name}`;
      const isOthers = ["theirs", "kube-root-ca.crt"].includes(metadata.name);
      if (!isOthers) expect([ref, metadata.labels?.[MARK]]).toEqual([ref, expect.any(String)]);
      if (!isOthers) found.set(ref, metadata.uid);
    }
  }
  return found;
}
