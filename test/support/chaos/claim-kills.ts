// Claims of storage on CCE that are made and deleted while their operator is killed, at the instants at which the cloud has done what it was
// asked and has not answered yet, and at random ones, and the cloud loses answers.
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { createClaimsStand, type ClaimsHome, type ClaimsStand } from "../environment/volume-claims.ts";
import { chanceOf, type Chance } from "./random.ts";

export interface ClaimKills {
  readonly seed: number;
  readonly claims: number;
  /** In each of two phases; every other one at a write. */
  readonly kills: number;
}

const WRITES = "/cloudpersistentvolumeclaims";

/** What goes wrong in the cloud all the time. */
const FAULTS = [
  { action: "DropAfter", method: "POST|DELETE", path: WRITES, probability: 0.2 },
  { action: "DropBefore", method: "POST|DELETE", path: WRITES, probability: 0.1 },
  { action: "Status", status: 503, method: "GET|POST|DELETE", path: "persistentvolumeclaims", probability: 0.1 },
].map((fault) => Object.assign(fault, { times: 100_000 }));

interface Course {
  readonly stand: ClaimsStand;
  readonly home: ClaimsHome;
  readonly chance: Chance;
  readonly options: ClaimKills;
}

/** Fails unless each claim is made once, those that leave go with the storage that was named and no other, and a colleague's stays. */
export async function killWhileClaimsChange(options: ClaimKills): Promise<void> {
  const stand = await createClaimsStand("claim-kills");
  try {
    const first = stand.operator({ flags: ["--no-leader-elect"] });
    await first.ready;
    const home = await stand.claimsHome("kills", { spec: { manifests: { route: "Gateway" } } });
    await kill(first);
    await run({ stand, home, chance: chanceOf(options.seed), options });
  } finally {
    await stand[Symbol.asyncDispose]();
  }
}

async function run(course: Course): Promise<void> {
  const { stand, home, options } = course;
  const names = Array.from({ length: options.claims }, (_, index) => `claim-${index}`);
  await home.theirs("theirs");
  const storage = new Map<string, string>();
  for (const name of names) storage.set(name, await home.storage(name));
  const fate = (name: string): "Retain" | "Delete" => (names.indexOf(name) % 4 === 0 ? "Delete" : "Retain");
  const manifests = names.map((name) => home.manifest(storage.get(name), { contentsOnDelete: fate(name) }, { name }));
  await phase(course, "POST", () => stand.apply(...manifests), { ready: names, gone: [] });

  const made = await home.claims();
  expect(made.map(({ metadata }) => metadata.name).toSorted()).toEqual([...names, "theirs"].toSorted());
  for (const name of names) {
    const { status } = (await stand.read(ref(name)))!;
    expect([name, status.externalId]).toEqual([name, uidOf(made, name)]);
  }
  expect((await home.writes()).filter((method) => method === "POST")).toHaveLength(names.length);

  const leaving = names.filter((_, index) => index % 2 === 0);
  const staying = names.filter((_, index) => index % 2 === 1);
  const leave = async (): Promise<void> => {
    for (const name of leaving) {
      await stand.annotate(ref(name), { "yunfan.dev/erase": storage.get(name) ?? "" });
      await stand.remove(ref(name));
    }
  };
  await phase(course, "DELETE", leave, { ready: staying, gone: leaving });
  const left = await home.claims();
  expect(left.map(({ metadata }) => metadata.name).toSorted()).toEqual([...staying, "theirs"].toSorted());
  for (const name of [...staying, "theirs"]) expect(uidOf(left, name)).toBe(uidOf(made, name));
  const kept = names.filter((name) => staying.includes(name) || fate(name) === "Retain");
  await expect
    .poll(async () => (await home.volumes()).map(({ name }) => name).toSorted(), { timeout: 60_000 })
    .toEqual(kept.toSorted());
}

function ref(name: string): string {
  return `cloudvolumeclaim/${name}`;
}

function uidOf(claims: Awaited<ReturnType<ClaimsHome["claims"]>>, name: string): string | undefined {
  return claims.find(({ metadata }) => metadata.name === name)?.metadata.uid;
}

interface End {
  readonly ready: readonly string[];
  readonly gone: readonly string[];
}

/** Changes something, has operators killed meanwhile, and lets one bring it to its end. */
async function phase(course: Course, method: string, change: () => Promise<void>, { ready, gone }: End): Promise<void> {
  const { stand, home, chance, options } = course;
  await change();
  for (let kills = 0; kills < options.kills; kills++) {
    const isAtWrite = kills % 2 === 0;
    const hold = { action: "Hold", method, path: WRITES, skip: Math.floor(chance.draw() * 3) };
    await home.cloud.setFaults(isAtWrite ? [hold] : FAULTS, options.seed + kills);
    const before = (await home.writes()).length;
    const operator = stand.operator({ flags: ["--no-leader-elect"] });
    await operator.ready;
    if (isAtWrite) await untilWritten(home, before + hold.skip);
    else await chance.pause(20, 2_000);
    await kill(operator);
    await home.cloud.release();
  }
  await home.cloud.setFaults(FAULTS, options.seed);
  const last = stand.operator({ flags: ["--no-leader-elect"] });
  await Promise.all([
    ...ready.map((name) => stand.until(ref(name), ({ status }) => status["phase"] === "Ready")),
    ...gone.map((name) => stand.gone(ref(name))),
  ]);
  await home.cloud.setFaults([]);
  await kill(last);
}

/** More writes than that; where no more are to come, some seconds have to do. */
async function untilWritten(home: ClaimsHome, writes: number): Promise<void> {
  const endsAt = Date.now() + 8_000;
  while (Date.now() < endsAt && (await home.writes()).length <= writes) await pause(50);
}

async function kill(operator: ReturnType<ClaimsStand["operator"]>): Promise<void> {
  operator.kill("SIGKILL");
  await operator.ended;
}
