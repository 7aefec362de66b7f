// A batch deletion that takes effect late, when another process of the same owner has written since: what that wrote stays.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { bcsAccountManifests, createBcsStand, sinkManifest, type BcsStand } from "../support/clouds/bcs/environment.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 180_000 });

const PROJECTS = 100;
const LATE_MS = 20_000;
const AN_HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();
const PATIENCE = { timeout: 60_000, interval: 200 };

let stand: BcsStand;

beforeAll(async () => {
  stand = await createBcsStand("late-batch");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await declare("Private");
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Of an account that is not there: nothing is asked of another cloud. */
async function declare(visibility: string): Promise<void> {
  const spec = { accountRef: { name: "nobody" }, driftIntervalSeconds: 3_600, visibility };
  const all = Array.from({ length: PROJECTS }, (_, at) => projectManifest(`p${at}`, spec));
  for (let at = 0; at < PROJECTS; at += 25) await stand.apply(...all.slice(at, at + 25));
}

/** One that reads the bound in the query, and one that reads it in the body; what the first one ends with, the other one begins with. */
const STORES = [
  { dialect: "Reference", next: "Public" },
  { dialect: "V2026", next: "Private" },
] as const;

it.for(STORES)("spares what was written since it was sent, in dialect $dialect", async ({ dialect, next }) => {
  const name = `late-${dialect.toLowerCase()}`;
  const store = await stand.anotherSimulator({ dialect });
  await stand.apply(...bcsAccountManifests(store, { name }));
  await stand.reaches(`cloudaccount/${name}`, "Verified");
  const reports = async (): Promise<{ id: string; data: unknown }[]> =>
    (await store.store()).records.filter(({ resourceType }) => resourceType === "YunfanRegistryProject");
  const sink = `inventorysink/${name}`;
  await stand.apply(sinkManifest(name, { accountRef: { name }, kinds: ["RegistryProject"] }));
  await stand.reaches(sink, "Reported");
  const before = await reports();
  expect(before).toHaveLength(PROJECTS);
  // So old that a batch takes them.
  for (const { id } of before) await store.behindOurBack("PATCH", `records/${id}`, { updatedAt: AN_HOUR_AGO });
  const path = "/YunfanRegistryProject$";
  await store.setFaults([{ action: "Latency", method: "DELETE", path, ms: LATE_MS }]);
  await stand.edit(sink, { spec: { kinds: ["CloudAccount"] } });
  const sentAt = async (): Promise<string | undefined> =>
    (await store.requests()).find(({ method, fault }) => method === "DELETE" && fault === "Latency")?.time;
  await stand.lookAgain(sink);
  await expect.poll(sentAt, PATIENCE).toBeDefined();
  const landsMs = Date.parse((await sentAt())!) + LATE_MS;
  const former = stand.operators.at(-1)!;
  former.kill("SIGKILL");
  await former.ended;
  await stand.edit(sink, { spec: { kinds: ["RegistryProject"] } });
  await declare(next);
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  const isNewest = ({ data }: { data: unknown }): boolean =>
    (data as { spec: { visibility: string } }).spec.visibility === next;
  const written = async (): Promise<number> => (await reports()).filter(isNewest).length;
  await expect.poll(written, PATIENCE).toBe(PROJECTS);
  await expect.poll(() => Date.now() > landsMs + 1_000, PATIENCE).toBe(true);
  expect(await written()).toBe(PROJECTS);
  await stand.remove(sink);
  await stand.gone(sink);
});

// Those before the last one were killed.
itStaysClean(() => ({ ...stand, operators: stand.operators.slice(-1) }));
