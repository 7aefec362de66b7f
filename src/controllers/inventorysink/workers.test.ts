// Between two visits of its sink a worker goes on: what it asks of an account that has come to reach another store goes nowhere.
import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { storedCloudAccount } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedInventorySink } from "../../../test/support/environment/resources.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import type { InventoryFacet } from "../../cloud/facets/inventory.ts";
import { inventorySink } from "../../crds/inventorysink/kind.ts";
import type { InventorySink } from "../../crds/inventorysink/schema.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { Store } from "../../runtime/cache/store.ts";
import { inventoryMetrics } from "../../runtime/metrics/metrics-inventory.ts";
import type { Access } from "../cloudaccount/accounts.ts";
import { Coverage } from "../inventory/coverage.ts";
import { keyOfSink } from "./scope.ts";
import { SinkWorkers, type WorkersDeps } from "./workers.ts";

const onHandlerError = (error: unknown): never => {
  throw error;
};
const HOME = "https://home.example";
const SIGNAL = new AbortController().signal;

/** A worker of a sink whose records are at home, and where its account reaches. */
function build() {
  const reach = { location: HOME };
  const registry = new Registry();
  const sink = storedInventorySink({ status: { externalId: "me" } });
  const store = new Store<InventorySink>({ onHandlerError });
  store.absorb(sink);
  const use = (): { access: Access; facet: InventoryFacet } => ({
    access: { account: storedCloudAccount(), session: {} as CloudSession, location: reach.location } as Access,
    facet: { at: reach.location } as unknown as InventoryFacet,
  });
  const deps: WorkersDeps = {
    accounts: { use: use as WorkersDeps["accounts"]["use"] },
    clock: new FakeClock(),
    log: createLogger({ level: "silent" }),
    fence: openFence,
    settleWindowMs: 120_000,
    stop: SIGNAL,
    store,
    views: new Map([[inventorySink.type.kind, { kind: inventorySink, store: new Store({ onHandlerError }) }]]),
    visit: () => undefined,
    watchEvents: () => expect.fail("No Events are reported"),
    inventoryMetrics: inventoryMetrics(registry),
  };
  const coverage = new Coverage(sink, { platformNamespace: "yunfan-system", cluster: () => undefined });
  const scope = { sink, owner: "me", coverage, reported: new Map(), reportable: new Map() };
  const series = async (): Promise<readonly string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line.includes("sink="));
  return { workers: new SinkWorkers(deps), scope: { ...scope, location: HOME }, reach, key: keyOfSink(sink), series };
}

it("A worker reads and writes nothing in another store than its records are in, and goes on when the account is back", async () => {
  const { workers, scope, reach, key } = build();
  const { store } = await workers.retire(scope);
  const sent: unknown[] = [];
  const write = () => store.write("records", SIGNAL, (facet) => Promise.resolve(sent.push(facet)));
  const read = () => store.read((facet) => Promise.resolve(sent.push(facet)));
  await write();
  reach.location = "https://other.example";
  await expect(write()).rejects.toMatchObject({ reason: "AccountMoved" });
  await expect(read()).rejects.toMatchObject({ reason: "AccountMoved" });
  expect(sent).toEqual([{ at: HOME }]);
  reach.location = HOME;
  await read();
  expect(sent).toEqual([{ at: HOME }, { at: HOME }]);
  await workers.drop(key);
});

it("Nothing of a sink that is gone stays in the metrics, though a write was under way then", async () => {
  const { workers, scope, key, series } = build();
  const worker = await workers.retire(scope);
  const answered = Promise.withResolvers<void>();
  const write = worker.store.write("records", SIGNAL, () => answered.promise);
  const stopped = Promise.withResolvers<void>();
  worker.backlog.stop = async () => {
    answered.resolve();
    await write;
    stopped.resolve();
  };
  expect(await series()).not.toEqual([]);
  await workers.drop(key);
  await stopped.promise;
  expect(await series()).toEqual([]);
});
