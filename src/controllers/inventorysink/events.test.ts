// Events that the API server forgets before the store could be told: kept up to a limit, and counted beyond it.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedInventorySink } from "../../../test/support/environment/resources.ts";
import { createLogger } from "../../lib/log.ts";
import { openFence } from "../../lib/fence.ts";
import { kinds } from "../../crds/kinds.ts";
import { Coverage } from "../inventory/coverage.ts";
import type { KubeEvent } from "../inventory/kube-events.ts";
import { Events } from "./events.ts";
import type { SinkScope } from "./scope.ts";
import { Store } from "./sender.ts";

function event(at: number): KubeEvent {
  const name = `e${at}`;
  const metadata = {
    name,
    namespace: "default",
    uid: `uid-${at}`,
    resourceVersion: String(at),
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  const involvedObject = { kind: "NodePool", namespace: "default", name: "pool" };
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata,
    involvedObject,
    type: "Normal",
    reason: "Available",
    message: "",
  };
}

it("Of 12,000 that are forgotten during an outage 10,000 wait, and exactly 2,000, the oldest, are lost", () => {
  const sink = storedInventorySink();
  const kind = kinds.find(({ type }) => type.kind === "NodePool")!;
  const store = { get: () => undefined, list: () => [], onChange: () => undefined };
  const scope: SinkScope = {
    sink,
    owner: "me",
    location: "store",
    coverage: new Coverage(sink, { platformNamespace: "yunfan-system", cluster: () => undefined }),
    reported: new Map([["NodePool", { kind, store }]]),
    reportable: new Map(),
  };
  const waiting = new Set<string>();
  let lost = 0;
  const events = new Events({
    clock: new FakeClock(),
    log: createLogger({ level: "silent" }),
    settleWindowMs: 120_000,
    stop: new AbortController().signal,
    store: new Store({
      requester: "InventorySink/default/fleet",
      fence: openFence,
      facet: () => expect.fail("Nothing is to be sent"),
      onWrite: () => undefined,
    }),
    backlog: { add: (key) => void waiting.add(key) },
    scope: () => scope,
    event: () => undefined,
    onLost: () => (lost += 1),
    clusterIds: () => [],
    isCompared: () => true,
  });
  for (let at = 0; at < 12_000; at += 1) events.changed({ type: "Added", new: event(at), initial: false });
  for (let at = 0; at < 12_000; at += 1) events.changed({ type: "Deleted", old: event(at), initial: false });
  expect(waiting.size).toBe(12_000);
  expect(lost).toBe(2_000);
});
