// Turns in places, against the simulator in front of a real API server: whatever sessions hang on, and however they get lost, nothing lands in
// another place.
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { sleep, systemClock } from "../../../lib/clock.ts";
import { CloudError } from "../../errors.ts";
import type { Places } from "./places.ts";
import { ANOTHER_PLACE, type Place, type Turn } from "./turn.ts";
import { start, make, read, never, configMap, shown } from "../../../../test/support/clouds/easystack/turns.ts";

const SESSIONS = ["Cookie", "Token", "User", "Decoy"] as const;

/** Whether a turn there begins while one here is under way: for one that would not, a moment has to do. */
async function runBeside(places: Places, here: Place, there: Place): Promise<boolean> {
  const began = Promise.withResolvers<true>();
  let other: Promise<void> | undefined;
  const isBeside = await places.within(here, never, () => {
    other = places.within(there, never, () => Promise.resolve(began.resolve(true)));
    return Promise.race([began.promise, sleep(systemClock, 500, never).then(() => false)]);
  });
  await other;
  return isBeside;
}

/** An object of one name in each, seen there. */
async function lookAround(places: Places, there: readonly Place[]): Promise<void> {
  for (const place of there) await make(places, "witness", place);
  for (const place of there) await read(places, "witness", place);
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

test("a server that confirms another place has nothing sent to it, and says where it does not stand", async () => {
  const { cloud, places, there } = await start({ enters: "Default" });
  const [byDefault, inTeam] = there as [Place, Place];
  await expect(make(places, "nothing", inTeam)).rejects.toMatchObject({
    kind: "PlaceNotConfirmed",
    codes: [ANOTHER_PLACE],
    message: expect.stringMatching(/team.*the server confirms another one/),
  });
  await make(places, "something", byDefault);
  const made = (await cloud.requests()).filter(({ method, path }) => method === "POST" && path.includes("/_raw/"));
  expect(made).toHaveLength(1);
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

describe("turns in several places", () => {
  test("run beside each other once the lanes are seen to be apart, but for two of one place", async () => {
    const { places, there } = await start({ sessions: "Cookie" });
    const [here, elsewhere] = there as [Place, Place];
    expect(await runBeside(places, here, elsewhere)).toBe(false);
    await lookAround(places, there);
    expect(await runBeside(places, here, elsewhere)).toBe(true);
    expect(await runBeside(places, here, here)).toBe(false);
  });

  test.each(["Token", "User", "Decoy"] as const)("never do with sessions by %s", async (sessions) => {
    const { cloud, places, there } = await start({ sessions });
    await lookAround(places, there);
    expect(await runBeside(places, there[0]!, there[1]!)).toBe(false);
    for (const place of there) {
      expect(await read(places, "witness", place)).toMatchObject({ metadata: { namespace: place.namespace } });
    }
    expect((await cloud.effects()).filter(({ method }) => method === "POST")).toHaveLength(there.length);
  });

  test("never do where the account says so", async () => {
    const { places, there } = await start({ sessions: "Cookie" }, "Exclusive");
    await lookAround(places, there);
    expect(await runBeside(places, there[0]!, there[1]!)).toBe(false);
  });

  test.each<[string, (places: Places, here: Place) => unknown]>([
    ["a session stood elsewhere than it was told to", (places, here) => kindOf(places.within(here, never, astray))],
    ["something was made elsewhere", (places) => places.keepApart()],
  ])("do no longer once %s", async (_, happens) => {
    const { places, there } = await start({ sessions: "Cookie" });
    const [here, elsewhere] = there as [Place, Place];
    await lookAround(places, there);
    expect(await runBeside(places, here, elsewhere)).toBe(true);
    await happens(places, here);
    expect(await runBeside(places, here, elsewhere)).toBe(false);
  });

  test("are all confirmed, each in its place, while many run beside each other", async () => {
    const { cloud, places, there } = await start({ sessions: "Cookie" });
    await lookAround(places, there);
    const names = Array.from({ length: 5 }, (_, index) => `beside-${index}`);
    await Promise.all(names.flatMap((name) => there.map((place) => make(places, name, place))));
    for (const place of there) {
      for (const name of names) {
        expect(await read(places, name, place)).toMatchObject({ data: { at: `${place.cluster}/${place.namespace}` } });
      }
    }
    const writes = (await cloud.effects()).filter(({ method, path }) => method === "POST" && path.includes("beside-"));
    expect(writes).toHaveLength(names.length * there.length);
  });
});

test("turns beside each other read without another confirmation, and write with one", async () => {
  const { cloud, places, there } = await start({ sessions: "Cookie" });
  const [here] = there as [Place];
  await lookAround(places, there);
  const confirmations = async () => (await cloud.requests()).filter(({ path }) => path.includes("/ns/")).length;
  await read(places, "witness", here);
  const before = await confirmations();
  await read(places, "witness", here);
  await read(places, "witness", here);
  expect(await confirmations()).toBe(before);
  await make(places, "written", here);
  expect(await confirmations()).toBe(before + 1);
  const isMissing = async (turn: Turn) =>
    (await turn.find({ operation: "ViewYaml", names: { kind: "ConfigMap", name: "none" } }, shown)) === "Absent";
  expect(await places.isAbsent(here, never, isMissing)).toBe(true);
  expect(await confirmations()).toBe(before + 2);
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

function astray(): never {
  throw new CloudError("PlaceNotConfirmed", { message: "Another object was shown", codes: [ANOTHER_PLACE] });
}

async function kindOf(work: Promise<unknown>): Promise<CloudError["kind"] | undefined> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CloudError ? error.kind : undefined;
}
