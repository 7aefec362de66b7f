// What it costs to keep track of what waits for a store: CPU time of a sink's backlog alone, for ever more keys. Ten times the keys are
// to take hardly more than ten times as long.
import { setImmediate } from "node:timers/promises";
import { Backlog } from "../src/controllers/inventorysink/backlog.ts";
import { FakeClock } from "../test/support/clock/fake-clock.ts";

export interface BacklogFigures {
  readonly keys: number;
  /** To take all in while the store is away. */
  readonly addCpuMs: number;
  /** To hear of each once more. */
  readonly againCpuMs: number;
  /** To work all off, behind as many that wait for later. */
  readonly drainCpuMs: number;
}

const LATER_MS = 3_600_000;
/** Longer than the store is left alone while it is away. */
const PAUSE_MS = 31_000;

export async function measureBacklogs(counts: readonly number[]): Promise<readonly BacklogFigures[]> {
  const figures: BacklogFigures[] = [];
  for (const keys of counts) figures.push(await measureBacklog(keys));
  return figures;
}

async function measureBacklog(count: number): Promise<BacklogFigures> {
  const clock = new FakeClock();
  let isAway = true;
  const backlog = new Backlog({
    clock,
    onFailure: () => undefined,
    async work() {
      await setImmediate();
      if (isAway) throw new Error("The store is away");
      return "Done";
    },
  });
  const keys = Array.from({ length: count }, (_, at) => `event/fleet/project-${at}.1862a7/00000000-${at}`);
  for (const key of keys) backlog.add(`${key}/later`, LATER_MS);
  for (const key of keys.slice(0, 100)) backlog.add(key);
  for (let turn = 0; turn < 50; turn += 1) await clock.advance(0);
  const addCpuMs = await cpuMsOf(() => addAll(backlog, keys));
  const againCpuMs = await cpuMsOf(() => addAll(backlog, keys));
  isAway = false;
  const drainCpuMs = await cpuMsOf(async () => {
    await clock.advance(PAUSE_MS);
    while (backlog.size > count) await setImmediate();
  });
  await backlog.stop();
  return { keys: count, addCpuMs, againCpuMs, drainCpuMs };
}

function addAll(backlog: Backlog, keys: readonly string[]): Promise<void> {
  for (const key of keys) backlog.add(key);
  return Promise.resolve();
}

async function cpuMsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
