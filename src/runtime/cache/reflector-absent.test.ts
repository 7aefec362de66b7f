// A collection that the server does not know: empty where that is certain, unknown where it is not (R8).
import { expect, it } from "vitest";
import { informerSetup, type InformerSetup } from "../../../test/support/apiserver/informer-setup.ts";
import { untilTestEnds } from "../../../test/support/apiserver/transports.ts";

const EVENTUALLY = { timeout: 10_000, interval: 10 };
const NO_SUCH = { group: "example.dev", version: "v1", plural: "widgets", kind: "Widget", namespaced: true };
const NOT_FOUND = { action: "Answer", status: 404, times: 0 } as const;

const stored = ({ informer }: InformerSetup): string[] => informer.store.list().map(({ metadata }) => metadata.name);

it("R8: is synced and empty once it is certain that nothing of the kind exists", async () => {
  const setup = untilTestEnds(await informerSetup({ type: NO_SUCH, isAbsent: () => Promise.resolve(true) }));
  setup.start();
  await setup.informer.synced;
  expect(stored(setup)).toEqual([]);
  const asked = setup.asked().length;
  await expect.poll(() => setup.asked().length, EVENTUALLY).toBeGreaterThan(asked + 1);
});

it("R8: that may not be read is asked after too, and says which it is", async () => {
  let isGone = false;
  const setup = untilTestEnds(await informerSetup({ isAbsent: () => Promise.resolve(isGone) }));
  const fault = setup.proxy.inject({ action: "Answer", status: 403, times: 0 });
  setup.start();
  await expect.poll(() => setup.informer.status[0], EVENTUALLY).toMatchObject({ refused: true, absent: false });
  expect(setup.informer.hasSynced).toBe(false);
  isGone = true;
  await setup.informer.synced;
  await expect.poll(() => setup.informer.status[0], EVENTUALLY).toMatchObject({ refused: false, absent: true });
  fault.remove();
  await expect.poll(() => setup.informer.status[0], EVENTUALLY).toMatchObject({ refused: false, absent: false });
});

it("R8: is not synced while nobody can tell, and goes on asking", async () => {
  let asked = 0;
  const isAbsent = (): Promise<boolean> => {
    asked += 1;
    return asked % 2 === 0 ? Promise.resolve(false) : Promise.reject(new Error("no answer"));
  };
  const setup = untilTestEnds(await informerSetup({ type: NO_SUCH, isAbsent }));
  setup.start();
  await expect.poll(() => asked, EVENTUALLY).toBeGreaterThan(3);
  expect(setup.informer.hasSynced).toBe(false);
});

it("R8: that was there loses all it held when it is certain, keeps it when not, and follows when it is back", async () => {
  let isGone = false;
  let asked = 0;
  const isAbsent = (): Promise<boolean> => {
    asked += 1;
    return Promise.resolve(isGone);
  };
  const setup = untilTestEnds(await informerSetup({ isAbsent }));
  await setup.create("kept");
  setup.start();
  await setup.informer.synced;
  expect(asked).toBe(0);
  const fault = setup.proxy.inject({ ...NOT_FOUND, path: /watch=true/ });
  setup.proxy.cutStreams();
  await expect.poll(() => asked, EVENTUALLY).toBeGreaterThan(2);
  expect(stored(setup)).toEqual(["kept"]);
  isGone = true;
  await expect.poll(() => stored(setup), EVENTUALLY).toEqual([]);
  fault.remove();
  await setup.create("new");
  await expect.poll(() => stored(setup), EVENTUALLY).toContain("new");
});
