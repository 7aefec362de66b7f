// Sets on two channels, by kubeconfig and through CTYUN's wrapped paths, that are made, changed, pruned and deleted while their operator is
// killed at random instants, and the cloud loses answers and shows lists that are empty, old, or none.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { startSimulator, type Simulator } from "../clouds/simulator.ts";
import { accountManifests } from "../environment/environment.ts";
import {
  accountSetManifest,
  configMap,
  createSetStand,
  setManifest,
  standCluster,
  startTarget,
  type SetStand,
} from "../environment/manifest-sets.ts";
import { chanceOf, type Chance } from "./random.ts";

export interface SetKills {
  readonly seed: number;
  /** On each channel. */
  readonly sets: number;
  /** In each set; one more after the change, one less after the prune. */
  readonly objects: number;
  /** In each of three phases. */
  readonly kills: number;
}

const LABEL = "yunfan.dev/manifestset-uid";

/** What goes wrong in the cloud all the time. */
const FAULTS = [
  { action: "DropAfter", method: "POST|PUT|DELETE", path: "/namespaces/", probability: 0.15 },
  { action: "Status", status: 503, method: "GET|POST|PUT|DELETE", path: "/namespaces/", probability: 0.05 },
  { action: "EmptyList", path: "/namespaces/", probability: 0.3 },
  { action: "StaleList", ms: 5_000, path: "/namespaces/", probability: 0.3 },
].map((fault) => Object.assign(fault, { times: 100_000 }));

interface Channel {
  readonly name: "native" | "wrapped";
  readonly namespace: string;
  readonly manifest: typeof setManifest;
}

interface Course {
  readonly stand: SetStand;
  readonly wrapped: Simulator;
  readonly channels: readonly Channel[];
  readonly options: SetKills;
  readonly chance: Chance;
}

/** Fails unless all is as declared in the end, each object made once, and nothing of strangers touched. */
export async function killWhileSetsChange(options: SetKills): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), "set-kills-"));
  const target = await startTarget({ auditLogPath: path.join(directory, "audit.log") });
  const stand = await createSetStand("set-kills", target);
  const wrapped = await startSimulator({ kubeconfig: target.plane.kubeconfigPath });
  try {
    await run({ stand, wrapped, channels: await channelsIn(stand), options, chance: chanceOf(options.seed) });
  } finally {
    await stand[Symbol.asyncDispose]();
    await wrapped[Symbol.asyncDispose]();
    await target.plane.stop();
  }
}

async function channelsIn({ target }: SetStand): Promise<readonly Channel[]> {
  const [native, wrapped] = await Promise.all([target.namespace("native"), target.namespace("wrapped")]);
  return [
    { name: "native", namespace: native, manifest: setManifest },
    { name: "wrapped", namespace: wrapped, manifest: accountSetManifest },
  ];
}

async function run(course: Course): Promise<void> {
  const { stand, wrapped, channels, options } = course;
  const requestBudget = { readsPerMinute: 60_000, writesPerMinute: 60_000 };
  const operator = stand.operator({ flags: ["--no-leader-elect"] });
  await operator.ready;
  await stand.apply(...accountManifests(wrapped, { spec: { requestBudget } }));
  await stand.reaches("cloudaccount/ctyun", "Verified");
  await standCluster(stand);
  await kill(operator);
  const strangers = channels.map(({ namespace }) => configMap("theirs", { theirs: "1" }, { namespace }));
  await stand.target.apply(...strangers);
  const before = await Promise.all(channels.map(({ namespace }) => stand.target.get("configmap", "theirs", namespace)));
  await wrapped.setFaults(FAULTS, options.seed);

  const names = Array.from({ length: options.sets }, (_, index) => `set-${index}`);
  const all = channels.flatMap((channel) => names.map((name) => ({ channel, name })));
  const declare = (revision: 1 | 2): Promise<void> =>
    stand.apply(...all.map(({ channel, name }) => manifestOf(channel, name, { options, revision })));
  await phase(course, () => declare(1), all.map(nameOf));
  expect(await makes(course)).toEqual({
    native: options.sets * options.objects,
    wrapped: options.sets * options.objects,
  });
  const made = await uidsIn(course);

  await phase(course, () => declare(2), all.map(nameOf));
  const more = options.sets * (options.objects + 1);
  expect(await makes(course)).toEqual({ native: more, wrapped: more });
  const changed = await uidsIn(course);
  for (const [ref, uid] of changed) expect([ref, made.get(ref) ?? uid]).toEqual([ref, uid]);
  expect(changed.size).toBe(all.length * options.objects);

  const leaving = all.filter((_, index) => index % 2 === 0).map(nameOf);
  const staying = all.map(nameOf).filter((name) => !leaving.includes(name));
  await phase(course, () => removeAll(stand, leaving), staying, leaving);
  expect((await uidsIn(course)).size).toBe(staying.length * options.objects);
  expect(await makes(course)).toEqual({ native: more, wrapped: more });
  const after = await Promise.all(channels.map(({ namespace }) => stand.target.get("configmap", "theirs", namespace)));
  expect(after).toEqual(before);
}

function nameOf({ channel, name }: { channel: Channel; name: string }): string {
  return `manifestset/${channel.name}-${name}`;
}

/** In its second revision the first object is declared no more, another one is, and all have other contents. */
function manifestOf(
  { name: channel, namespace, manifest }: Channel,
  name: string,
  { options, revision }: { options: SetKills; revision: 1 | 2 },
): object {
  const first = revision - 1;
  const manifests = Array.from({ length: options.objects }, (_, index) =>
    configMap(`${name}-${first + index}`, { revision: String(revision) }),
  );
  return manifest(`${channel}-${name}`, { targetNamespace: namespace, manifests });
}

/** Changes something, has operators killed meanwhile, and lets one bring it to its end. */
async function phase(
  { stand, chance, options }: Course,
  change: () => Promise<void>,
  ready: readonly string[],
  gone: readonly string[] = [],
): Promise<void> {
  await change();
  for (let kills = 0; kills < options.kills; kills++) {
    const operator = stand.operator({ flags: ["--no-leader-elect"] });
    await operator.ready;
    await chance.pause(20, 2_000);
    await kill(operator);
  }
  const last = stand.operator({ flags: ["--no-leader-elect"] });
  await Promise.all([
    ...ready.map((name) =>
      patiently(() => stand.until(name, ({ status, metadata }) => isReady(status, metadata.generation))),
    ),
    ...gone.map((name) => patiently(() => stand.gone(name))),
  ]);
  await kill(last);
}

/** With what goes wrong in the cloud, visits fail as often as not, and the pauses between them double, up to 5 min. */
const MOST_WAITS = 8;

async function patiently<T>(wait: () => Promise<T>): Promise<T> {
  for (let waits = 1; ; waits++) {
    try {
      return await wait();
    } catch (error) {
      if (waits === MOST_WAITS) throw error;
    }
  }
}

function isReady(
  {
    conditions = [],
  }: { readonly conditions?: readonly { type: string; status: string; observedGeneration?: number }[] },
  generation: number,
): boolean {
  return conditions.some(
    ({ type, status, observedGeneration }) =>
      type === "Ready" && status === "True" && observedGeneration === generation,
  );
}

async function kill(operator: ReturnType<SetStand["operator"]>): Promise<void> {
  operator.kill("SIGKILL");
  await operator.ended;
}

async function removeAll(stand: SetStand, names: readonly string[]): Promise<void> {
  for (const name of names) await stand.remove(name);
}

/** How many objects were made, on each channel. */
async function makes({ stand, wrapped, channels }: Course): Promise<Record<string, number>> {
  const [native, other] = channels;
  const requests = await stand.requestsIn(native?.namespace ?? "");
  const posts = (await wrapped.effects()).filter(
    ({ method, path: at }) => method === "POST" && at.includes(other?.namespace ?? "none"),
  );
  return { native: requests.filter(({ code }) => code === 201).length, wrapped: posts.length };
}

/** Of all objects that bear a set's label, by "namespace/name". */
async function uidsIn({ stand, channels }: Course): Promise<ReadonlyMap<string, string>> {
  const lists = await Promise.all(
    channels.map(async ({ namespace }) => {
      const text = await stand.target.kubectl("get", "configmaps", "-n", namespace, "-l", LABEL, "-o", "json");
      return (JSON.parse(text) as { items: { metadata: { name: string; uid: string } }[] }).items.map(
        ({ metadata }) => [`${namespace}/${metadata.name}`, metadata.uid] as const,
      );
    }),
  );
  return new Map(lists.flat());
}
