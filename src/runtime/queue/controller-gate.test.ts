// Keys of a namespace that is closed: kept, and worked on when it opens.
import { expect, it } from "vitest";
import { controllerSetup } from "../../../test/support/operator/controller-setup.ts";
import { Priority } from "./queue.ts";

function setUp() {
  const open = new Set(["open"]);
  const waiting: (() => void)[] = [];
  const gate = {
    isOpen: (namespace: string | undefined) => namespace === undefined || open.has(namespace),
    whenOpen: (_: string, callback: () => void) => void waiting.push(callback),
  };
  const worked: string[] = [];
  const { controller, clock, start } = controllerSetup(
    ({ key }) => {
      worked.push(key);
      return Promise.resolve({});
    },
    { gate, concurrency: 1 },
  );
  const openAll = (): void => {
    open.add("closed");
    for (const callback of waiting.splice(0)) callback();
  };
  return { controller, clock, start, worked, openAll };
}

it("R14: Keys of a closed namespace wait until it opens; those of others, and those without one, do not", async () => {
  const { controller, clock, start, worked, openAll } = setUp();
  void start();
  for (const key of ["closed/a", "open/a", "cluster-wide", "closed/b", "closed/a"]) controller.enqueue(key);
  await clock.advance(1_000_000);
  expect(worked).toEqual(["open/a", "cluster-wide"]);
  openAll();
  await clock.advance(0);
  expect(worked.slice(2)).toEqual(["closed/a", "closed/b"]);
  controller.enqueue("closed/a");
  await clock.advance(0);
  expect(worked.slice(4)).toEqual(["closed/a"]);
});

it("R3: What waited for its namespace goes by the highest priority that it was asked for with", async () => {
  const { controller, clock, start, worked, openAll } = setUp();
  controller.enqueue("closed/initial", Priority.Initial);
  controller.enqueue("closed/changed", Priority.Initial);
  controller.enqueue("closed/changed", Priority.User);
  controller.enqueue("closed/changed", Priority.Initial);
  openAll();
  void start();
  await clock.advance(0);
  expect(worked).toEqual(["closed/changed", "closed/initial"]);
});
