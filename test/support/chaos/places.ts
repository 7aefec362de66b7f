// Sets in many places of EasyStack whose objects have the same names in each, while the server-side sessions that most calls act in expire
// after two seconds and get lost at random: whatever they hang on, each object is in its place and nowhere else.
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { sharedControlPlane } from "../apiserver/controlplane.ts";
import { workClock, type WorkClock } from "../clock/work-clock.ts";
import {
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../clouds/easystack/environment.ts";
import { configMap, targetOn, type ReachedTarget, type TargetObject } from "../environment/manifest-sets.ts";
import { chanceOf, type Chance } from "./random.ts";

export interface PlacesStorm {
  readonly seed: number;
  /** Of the ten names, those that sets declare, each in a set of its own; a bystander has the others, and all ten in a namespace of his own. */
  readonly declared: number;
  /** How often all of them change, after they were made and before half of them are deleted. */
  readonly changes: number;
  /** Within which each of that has to be done. */
  readonly convergesWithinMs: number;
}

interface Place {
  readonly cluster: string;
  readonly namespace: string;
  /** In the API server behind. */
  readonly real: string;
}

/** An account whose sessions hang on one thing, with two clusters of three namespaces each. */
interface Course {
  readonly account: string;
  readonly simulator: EasyStackSimulator;
  readonly clock: WorkClock;
  readonly places: readonly Place[];
  /** A bystander's alone, one in each cluster. */
  readonly others: readonly Place[];
}

interface Ground {
  readonly stand: EasyStackStand;
  readonly target: ReachedTarget;
  readonly options: PlacesStorm;
}

interface Logged {
  readonly call?: number;
  readonly place?: string;
}

/** Of the reference. */
const [DELETE_CONFIG_MAPS, EDIT, CREATE] = [45, 56, 57];

const SESSIONS = ["Cookie", "Token", "User", "Decoy"] as const;
const NAMES = Array.from({ length: 10 }, (_, index) => `object-${index}`);
const NAMESPACES = ["blue", "green", "red"];
const LABEL = "yunfan.dev/manifestset-uid";
/** Some five looks for each request: two seconds are about a hundred of them. */
const MS_PER_LOOK = 4;

/** Fails unless all is as declared in the end, each object made and deleted once in its place, and nothing of a bystander touched. */
export async function changeInManyPlaces(options: PlacesStorm): Promise<void> {
  const plane = sharedControlPlane();
  const stand = await createEasyStackStand("places");
  const ground = { stand, target: targetOn(plane), options };
  try {
    await stand.operator({ flags: ["--no-leader-elect", "--concurrency", "ManifestSet=16"] }).ready;
    const chance = chanceOf(options.seed);
    const courses = await Promise.all(SESSIONS.map((sessions) => courseWith(ground, sessions, plane.kubeconfigPath)));
    await Promise.all(courses.map((course) => run(ground, course, chance.branch())));
  } finally {
    await stand[Symbol.asyncDispose]();
  }
}

async function courseWith({ stand }: Ground, sessions: (typeof SESSIONS)[number], kubeconfig: string): Promise<Course> {
  const account = sessions.toLowerCase();
  const tag = `p${randomBytes(3).toString("hex")}`;
  // A session that begins without a word stands in the first one's `default`: nobody has anything there.
  const [, ...clusters] = ["z", "a", "b"].map((end) => `${tag}${end}`);
  const clock = workClock(MS_PER_LOOK);
  const simulator = await stand.cloud(
    account,
    {
      kubeconfig,
      clock,
      sessions,
      sessionTtl: 2,
      clusters: [`${tag}z`, ...clusters].map((name) => ({ name, type: "EKS" as const })),
    },
    ...clusters.map((name) => clusterManifest(name, { accountRef: { name: account } })),
  );
  await Promise.all(clusters.map((name) => stand.reaches(`managedcluster/${name}`, "Available")));
  const inEach = (namespaces: readonly string[]): readonly Place[] =>
    clusters.flatMap((cluster) =>
      namespaces.map((namespace) => ({ cluster, namespace, real: `${cluster}--${namespace}` })),
    );
  const [places, others] = [inEach(NAMESPACES), inEach(["theirs"])];
  for (const { cluster, namespace: name } of [...places, ...others]) {
    await simulator.behindOurBack("POST", "namespaces", { cluster, name });
  }
  return { account, simulator, clock, places, others };
}

async function run(ground: Ground, course: Course, chance: Chance): Promise<void> {
  const { stand, target, options } = ground;
  const { simulator, places, others, clock } = course;
  const [ours, theirs] = [NAMES.slice(0, options.declared), NAMES.slice(options.declared)];
  const held = (names: readonly string[]) => (place: Place) =>
    names.map((name) => configMap(name, { of: "a bystander" }, { namespace: place.real }));
  await target.apply(...places.flatMap(held(theirs)), ...others.flatMap(held(NAMES)));
  const before = await bystanders(ground, course);
  const losing = loseSessions(simulator, clock, chance);
  try {
    const all = places.flatMap((place, at) =>
      ours.map((name, index) => ({ place, name, leaves: (at + index) % 2 === 1 })),
    );
    for (let revision = 0; revision <= options.changes; revision++) {
      await stand.apply(...all.map(({ place, name }) => setOf(place, name, revision)));
      await until(
        ground,
        all.map(({ place, name }) => isReady(stand, setRef(place, name))),
      );
    }
    const leaving = all.filter(({ leaves }) => leaves);
    const staying = all.filter(({ leaves }) => !leaves);
    await stand.kubectl(["delete", "--wait=false", ...leaving.map(({ place, name }) => setRef(place, name))]);
    await until(
      ground,
      leaving.map(
        ({ place, name }) =>
          () =>
            stand.seen(setRef(place, name)) === undefined,
      ),
    );
    await until(
      ground,
      staying.map(({ place, name }) => isReady(stand, setRef(place, name))),
    );
    await losing.end();

    for (const place of places) {
      const found = (await objectsIn(ground, place)).filter(({ metadata }) => metadata.labels?.[LABEL] !== undefined);
      expect(found.map(({ metadata, data }) => [metadata.name, data])).toEqual(
        staying.filter((each) => each.place === place).map(({ name }) => [name, dataOf(place, options.changes)]),
      );
    }
    expect(await bystanders(ground, course)).toEqual(before);
    const wanted = places.map((place) => {
      const deleted = leaving.filter((each) => each.place === place).length;
      const writes = { [CREATE]: ours.length, [EDIT]: ours.length * options.changes, [DELETE_CONFIG_MAPS]: deleted };
      return [`${place.cluster}/${place.namespace}`, withoutZeros(writes)] as const;
    });
    expect(await writesByPlace(simulator)).toEqual(Object.fromEntries(wanted));
    expect(losing.count).toBeGreaterThan(0);
  } finally {
    await losing.end();
  }
}

function setName({ cluster, namespace }: Place, object: string): string {
  return `${cluster}-${namespace}-${object}`;
}

function setRef(place: Place, object: string): string {
  return `manifestset/${setName(place, object)}`;
}

function setOf(place: Place, object: string, revision: number): object {
  return clusterSetManifest(setName(place, object), place.cluster, {
    targetNamespace: place.namespace,
    manifests: [configMap(object, dataOf(place, revision))],
  });
}

function dataOf({ cluster, namespace }: Place, revision: number): Readonly<Record<string, string>> {
  return { at: `${cluster}/${namespace}`, revision: String(revision) };
}

/** In its newest generation, whatever kubectl has made of that. */
function isReady(stand: EasyStackStand, set: string): () => boolean {
  return () => {
    const { status, metadata } = stand.seen(set) ?? {};
    return (status?.conditions ?? []).some(
      ({ type, status: is, observedGeneration }) =>
        type === "Ready" && is === "True" && observedGeneration === metadata?.generation,
    );
  };
}

async function until({ options }: Ground, checks: readonly (() => boolean)[]): Promise<void> {
  const open = (): number => checks.filter((check) => !check()).length;
  await expect.poll(open, { timeout: options.convergesWithinMs, interval: 100 }).toBe(0);
}

/** One at a time, each after some work. */
function loseSessions(
  simulator: EasyStackSimulator,
  clock: WorkClock,
  chance: Chance,
): { end(): Promise<void>; readonly count: number } {
  const over = new AbortController();
  let count = 0;
  const losing = (async () => {
    for (let next = 0; !over.signal.aborted;) {
      await chance.pause(20, 60);
      if (clock.looks < next) continue;
      next = clock.looks + 100 + 200 * chance.draw();
      const sessions = await simulator.list("sessions");
      if (sessions.length === 0) continue;
      // It may have expired meanwhile.
      await simulator.behindOurBack("DELETE", `sessions/${chance.oneOf(sessions).id}`).then(
        () => (count += 1),
        () => undefined,
      );
    }
  })();
  return {
    get count() {
      return count;
    },
    async end() {
      over.abort();
      await losing;
    },
  };
}

async function objectsIn({ target }: Ground, { real }: Place): Promise<readonly TargetObject[]> {
  const text = await target.kubectl("get", "configmaps", "-n", real, "-o", "json");
  const { items } = JSON.parse(text) as { items: readonly TargetObject[] };
  return items.filter(({ metadata }) => NAMES.includes(metadata.name));
}

/** What is in any place and no set's. */
async function bystanders(ground: Ground, { places, others }: Course): Promise<unknown> {
  const found = await Promise.all([...places, ...others].map((place) => objectsIn(ground, place)));
  return found.flat().filter(({ metadata }) => metadata.labels?.[LABEL] === undefined);
}

/** How many writes took effect, by where the session stood and by call. */
async function writesByPlace(simulator: EasyStackSimulator): Promise<Record<string, Record<number, number>>> {
  const counts: Record<string, Record<number, number>> = {};
  for (const { call, place } of (await simulator.effects()) as unknown as readonly Logged[]) {
    // Signing in acts in no place.
    if (call === undefined || place === undefined) continue;
    const here = (counts[place] ??= {});
    here[call] = (here[call] ?? 0) + 1;
  }
  return counts;
}

function withoutZeros(counts: Readonly<Record<number, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
