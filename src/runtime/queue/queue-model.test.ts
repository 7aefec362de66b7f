// The work queue against a simple model: a list that is searched from end to end, with ageing computed at each take.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { AGEING_MS_PER_POINT, Priority, WorkQueue } from "./queue.ts";

interface Waiting {
  readyAtMs: number;
  priority: number;
}

interface Real {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
}

const never = new AbortController().signal;

class Model {
  nowMs = 0;
  readonly waiting = new Map<string, Waiting>();
  readonly running = new Map<string, number>();

  merge(key: string, readyAtMs: number, priority: number): void {
    const known = this.waiting.get(key) ?? { readyAtMs, priority };
    this.waiting.set(key, {
      readyAtMs: Math.min(known.readyAtMs, readyAtMs),
      priority: Math.max(known.priority, priority),
    });
  }

  ready(): string[] {
    return [...this.waiting.keys()].filter(
      (key) => !this.running.has(key) && this.#waiting(key).readyAtMs <= this.nowMs,
    );
  }

  /** In milliseconds of ageing, so that it is a whole number. */
  urgency(key: string): number {
    const { readyAtMs, priority } = this.#waiting(key);
    return priority * AGEING_MS_PER_POINT + (this.nowMs - readyAtMs);
  }

  start(key: string): void {
    this.running.set(key, this.#waiting(key).priority);
    this.waiting.delete(key);
  }

  #waiting(key: string): Waiting {
    return this.waiting.get(key)!;
  }
}

type Command = fc.AsyncCommand<Model, Real>;

const command = (name: string, check: Command["check"], run: Command["run"]): Command => ({
  check,
  run,
  toString: () => name,
});

const always = (): boolean => true;

const add = (key: string, priority: number): Command =>
  command(`add(${key}, ${priority})`, always, (model, { queue }) => {
    queue.add(key, { priority });
    model.merge(key, model.nowMs, priority);
    return Promise.resolve();
  });

const addAfter = (key: string, ms: number): Command =>
  command(`addAfter(${key}, ${ms})`, always, (model, { queue }) => {
    queue.addAfter(key, ms);
    model.merge(key, model.nowMs + ms, Math.min(model.running.get(key) ?? Priority.User, Priority.Retry));
    return Promise.resolve();
  });

const advance = (ms: number): Command =>
  command(`advance(${ms})`, always, async (model, { clock }) => {
    await clock.advance(ms);
    model.nowMs += ms;
  });

const take: Command = command("take", always, async (model, { queue }) => {
  const abort = new AbortController();
  const taking = queue.take(abort.signal);
  abort.abort();
  const key = await taking;
  const ready = model.ready();
  assert.equal(key !== undefined, ready.length > 0);
  if (key === undefined) return;
  assert.ok(ready.includes(key));
  assert.equal(model.urgency(key), Math.max(...ready.map((other) => model.urgency(other))));
  model.start(key);
});

const done = (nth: number): Command =>
  command(
    `done(${nth})`,
    (model) => model.running.size > 0,
    (model, { queue }) => {
      const keys = [...model.running.keys()];
      const key = keys[nth % keys.length]!;
      queue.done(key);
      model.running.delete(key);
      return Promise.resolve();
    },
  );

const key = fc.constantFrom("a", "b", "c", "d", "e");
const priority = fc.constantFrom(Priority.User, Priority.Initial, 7);
const delayMs = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1_000_000 }));

const commands = fc.commands(
  [
    fc.tuple(key, priority).map((args) => add(...args)),
    fc.tuple(key, delayMs).map((args) => addAfter(...args)),
    delayMs.map(advance),
    fc.constant(take),
    fc.nat().map(done),
  ],
  { maxCommands: 60 },
);

it("R1, R2, R3: never gives out a key twice at once, gives out the most urgent first, and loses none", async () => {
  const agrees = fc.asyncProperty(commands, async (sequence) => {
    const clock = new FakeClock();
    const real = { clock, queue: new WorkQueue({ clock }) };
    const model = new Model();
    await fc.asyncModelRun(() => ({ model, real }), sequence);
    expect(await takeAllInTheEnd(model, real)).toEqual(new Set(model.waiting.keys()));
  });
  await fc.assert(agrees, { numRuns: 300 });
});

async function takeAllInTheEnd({ waiting, running }: Model, { clock, queue }: Real): Promise<Set<string | undefined>> {
  for (const each of running.keys()) queue.done(each);
  assert.equal(queue.size, waiting.size);
  await clock.advance(1_000_000);
  return new Set(await Promise.all(Array.from(waiting, () => queue.take(never))));
}
