// The reflector against a kube-apiserver of its own: one without WatchList, which restarts and has forgotten its history.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startControlPlane, type ControlPlane } from "../../../test/support/apiserver/controlplane.ts";
import { informerSetup, type InformerSetup } from "../../../test/support/apiserver/informer-setup.ts";

const EVENTUALLY = { timeout: 20_000, interval: 10 };

let plane: ControlPlane;
let setup: InformerSetup;

const stored = (): string[] => setup.informer.store.list().map(({ metadata }) => metadata.name);

beforeAll(async () => {
  plane = await startControlPlane({ apiServerFlags: ["--feature-gates=WatchList=false"] });
});

afterAll(async () => {
  await plane.stop();
});

beforeEach(async () => {
  setup = await informerSetup({}, plane.kubeconfigPath);
  await setup.create("first");
  setup.start();
  await setup.informer.synced;
});

afterEach(async () => {
  await setup[Symbol.asyncDispose]();
});

it("R8: reads pages where the real server has no WatchList", () => {
  expect(stored()).toEqual(["first"]);
  const answers = setup.asked().map(({ what, status }) => `${what} ${status}`);
  expect(answers.slice(0, 2)).toEqual(["WatchList 422", "List 200"]);
});

it("R9, R11: survives the death of the server, lists again when it no longer knows the version, and misses nothing", async () => {
  await setup.proxy.goDown();
  await Promise.all([setup.remove("first"), setup.create("second")]);
  await plane.killApiServer();
  await setup.proxy.comeUp();
  await expect.poll(() => setup.counts["Failed"], EVENTUALLY).toBeGreaterThan(2);
  expect(setup.informer.status[0]).toMatchObject({ hasSynced: true, failure: expect.stringContaining("no answer") });
  await plane.restartApiServer();
  await expect.poll(stored, EVENTUALLY).toEqual(["second"]);
  expect(setup.changes).toEqual(["Added first", "Deleted first", "Added second"]);
  expect(setup.counts).toMatchObject({ Paged: 2, Stale: 1 });
  await setup.create("third");
  await expect.poll(stored, EVENTUALLY).toEqual(["second", "third"]);
});
