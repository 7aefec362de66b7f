// Informers on the real kube-apiserver: what they keep, what they say about themselves, and what they enqueue.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kubectlOk, sharedControlPlane } from "../../../test/support/apiserver/controlplane.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import {
  CONFIG_MAP,
  informerSetup,
  newNamespace,
  SECRET,
  type Content,
  type InformerSetup,
} from "../../../test/support/apiserver/informer-setup.ts";
import type { KubeObject } from "../../kube/types.ts";
import { enqueueOnChange, exceptOwnUpdates, type InformerOptions } from "./informer.ts";
import { Priority } from "../queue/queue.ts";
import type { Change } from "./store.ts";

const EVENTUALLY = { timeout: 10_000, interval: 10 };

let setup: InformerSetup;

/** Makes another set-up, in the same place. */
async function rebuild(overrides: Partial<InformerOptions<Content>>): Promise<void> {
  await setup[Symbol.asyncDispose]();
  setup = await informerSetup(overrides);
}

async function synced(): Promise<void> {
  setup.start();
  await setup.informer.synced;
}

const stored = (): string[] => setup.informer.store.list().map(({ metadata }) => metadata.name);

beforeEach(async () => {
  setup = await informerSetup();
});

afterEach(async () => {
  await setup[Symbol.asyncDispose]();
});

describe("Informer: what it keeps", () => {
  it("R12: frozen objects without managedFields", async () => {
    const { kubectl } = sharedControlPlane();
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: setup.namespace },
      data: {},
    };
    await kubectlOk(kubectl, ["apply", "--server-side", "-f", "-"], JSON.stringify(manifest));
    const applied = await setup.client.get<Content>(CONFIG_MAP, manifest.metadata);
    expect(applied.metadata).toHaveProperty("managedFields");
    await synced();
    const [object] = setup.informer.store.list();
    expect(Object.isFrozen(object?.metadata)).toBe(true);
    expect(object).toEqual({ ...applied, metadata: { ...applied.metadata, managedFields: undefined } });
    expect(object?.metadata).not.toHaveProperty("managedFields");
  });

  it("R12: Secrets of the watched type only; others never leave the server", async () => {
    const fieldSelector = "type=yunfan.dev/credentials";
    await rebuild({ type: SECRET, fieldSelector });
    const secret = (name: string, type: string): Promise<Content> =>
      setup.client.create<Content>(SECRET, { metadata: { name, namespace: setup.namespace }, type });
    await secret("other", "Opaque");
    await secret("ours", "yunfan.dev/credentials");
    await synced();
    await secret("another", "Opaque");
    await secret("ours-too", "yunfan.dev/credentials");
    await expect.poll(stored, EVENTUALLY).toEqual(["ours", "ours-too"]);
    setup.proxy.inject({ path: /resourceVersion=\d/, action: "Answer", status: 410 });
    setup.proxy.inject({ path: /sendInitialEvents/, action: "Answer", status: 422 });
    setup.proxy.cutStreams();
    await expect.poll(() => setup.counts["Paged"], EVENTUALLY).toBe(1);
    expect(stored()).toEqual(["ours", "ours-too"]);
    const selectors = setup.asked().map(({ query }) => query.get("fieldSelector"));
    expect(new Set(selectors)).toEqual(new Set([fieldSelector]));
  });

  it.each(["Streamed", "Paged"])(
    "R12: metadata alone where that is enough, from a %s list and afterwards",
    async (how) => {
      await rebuild({ metadataOnly: true, labelSelector: "mine=yes" });
      if (how === "Paged") setup.proxy.inject({ path: /sendInitialEvents/, action: "Answer", status: 422 });
      const create = (name: string, labels = { mine: "yes" }): Promise<Content> =>
        setup.client.create<Content>(CONFIG_MAP, {
          metadata: { name, namespace: setup.namespace, labels },
          data: { a: "b" },
        });
      await create("a");
      await create("not-mine", { mine: "no" });
      await synced();
      await create("b");
      await expect.poll(stored, EVENTUALLY).toEqual(["a", "b"]);
      expect(setup.informer.store.list().filter((object) => object.data)).toEqual([]);
      expect(setup.counts[how]).toBe(1);
    },
  );

  it("R15: our own write is seen before its watch event comes, which then brings nothing new", async () => {
    await synced();
    await setup.proxy.goDown();
    setup.informer.store.absorb(await setup.create("a"));
    expect(stored()).toEqual(["a"]);
    await setup.proxy.comeUp();
    await setup.create("b");
    await expect.poll(stored, EVENTUALLY).toEqual(["a", "b"]);
    expect(setup.changes).toEqual(["Added a", "Added b"]);
  });

  it("watches several namespaces, each for itself, and no other", async () => {
    const namespaces = [setup.namespace, await newNamespace(setup.client)];
    const elsewhere = await newNamespace(setup.client);
    const create = (namespace: string): Promise<Content> =>
      setup.client.create<Content>(CONFIG_MAP, { metadata: { name: "a", namespace } });
    await Promise.all([...namespaces, elsewhere].map(create));
    await rebuild({ namespaces });
    await synced();
    expect(setup.informer.store.keys().sort()).toEqual(namespaces.map((namespace) => `${namespace}/a`).sort());
    setup.proxy.inject({ path: /resourceVersion=\d/, action: "Answer", status: 410, times: 2 });
    setup.proxy.cutStreams();
    await expect.poll(() => setup.counts["Streamed"], EVENTUALLY).toBe(4);
    expect(setup.changes.filter((change) => change.startsWith("Deleted"))).toEqual([]);
  });
});

describe("Informer: its state", () => {
  it("R14: is not synced while the server refuses, and says which kind and why", async () => {
    const refusal = setup.proxy.inject({ path: /./, action: "Answer", status: 403, times: 0 });
    setup.start();
    await refusal.reached(3);
    expect(setup.informer.hasSynced).toBe(false);
    const [status] = setup.informer.status;
    expect(status).toMatchObject({ kind: "ConfigMap", namespace: setup.namespace, hasSynced: false, ageMs: undefined });
    expect(status?.failure).toContain("403");
    expect(status?.unsyncedMs).toBeGreaterThan(0);
    refusal.remove();
    await setup.informer.synced;
    expect(setup.informer.status[0]).toMatchObject({
      state: "Watching",
      hasSynced: true,
      unsyncedMs: 0,
      ageMs: expect.any(Number),
      failure: undefined,
    });
  });

  it("R23: shows that it is alive with each thing that the server says", async () => {
    const clock = new FakeClock();
    await rebuild({ clock });
    await clock.advance(1000);
    expect(setup.informer.status[0]).toMatchObject({ idleMs: 0, ageMs: undefined, unsyncedMs: 0 });
    await synced();
    await clock.advance(1000);
    expect(setup.informer.status[0]).toMatchObject({ idleMs: 1000, ageMs: 1000 });
    await setup.create("a");
    await expect.poll(() => setup.informer.status[0], EVENTUALLY).toMatchObject({ idleMs: 0, ageMs: 0 });
  });

  it("R5: ends when it is told to, and leaves no connection behind", async () => {
    await synced();
    expect(setup.proxy.openStreams).toBe(1);
    await setup.stop();
    await expect.poll(() => setup.proxy.openStreams, EVENTUALLY).toBe(0);
    await setup.create("late");
    expect(stored()).toEqual([]);
  });

  it("R6: a handler that throws is counted, and stops neither the watch nor another handler", async () => {
    setup.informer.store.onChange(() => {
      throw new Error("no");
    });
    const told: string[] = [];
    setup.informer.store.onChange(({ type }) => told.push(type));
    await setup.create("a");
    await synced();
    await setup.create("b");
    await expect.poll(() => told, EVENTUALLY).toEqual(["Added", "Added"]);
    expect(setup.counts).toEqual({ Watched: 1, Streamed: 1, HandlerFailed: 2 });
  });
});

describe("enqueueOnChange", () => {
  function enqueued(options: Partial<Parameters<typeof enqueueOnChange<Content>>[1]> = {}): [string, number][] {
    const queue: [string, number][] = [];
    enqueueOnChange(setup.informer, { target: { enqueue: (...args) => queue.push(args) }, ...options });
    return queue;
  }

  it("R3: enqueues what is on the first list, or repeated by a later one, at low priority", async () => {
    const queue = enqueued();
    await setup.create("old");
    await synced();
    await setup.create("new");
    await expect.poll(stored, EVENTUALLY).toContain("new");
    const key = (name: string): string => `${setup.namespace}/${name}`;
    expect(queue.splice(0)).toEqual([
      [key("old"), Priority.Initial],
      [key("new"), Priority.User],
    ]);
    setup.proxy.inject({ path: /resourceVersion=\d/, action: "Answer", status: 410 });
    setup.proxy.cutStreams();
    await expect.poll(() => setup.counts["Streamed"], EVENTUALLY).toBe(2);
    expect(new Map(queue)).toEqual(
      new Map([
        [key("new"), Priority.Initial],
        [key("old"), Priority.Initial],
      ]),
    );
  });

  it("R13: enqueues for the old and for the new object, each key once", async () => {
    const queue = enqueued({ keysOf: ({ data = {} }) => [data["at"] ?? "none", "both"] });
    await synced();
    await setup.create("a");
    const { data } = await setup.update("a");
    const at = data?.["at"];
    await expect.poll(() => queue.map(([key]) => key), EVENTUALLY).toEqual(["none", "both", "none", "both", at]);
    await setup.remove("a");
    await expect.poll(() => queue.slice(5).map(([key]) => key), EVENTUALLY).toEqual([at, "both"]);
  });

  it("leaves out what does not matter", async () => {
    const queue = enqueued({ when: ({ type }) => type === "Deleted" });
    await synced();
    await setup.create("a");
    await setup.remove("a");
    await expect.poll(() => queue, EVENTUALLY).toEqual([[`${setup.namespace}/a`, Priority.User]]);
  });
});

describe("exceptOwnUpdates", () => {
  const before: KubeObject = {
    apiVersion: "example.dev/v1",
    kind: "Widget",
    metadata: { name: "a", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z", generation: 1 },
  };
  const updated = (metadata: Partial<KubeObject["metadata"]>): Change<KubeObject> => ({
    type: "Updated",
    old: before,
    new: { ...before, metadata: { ...before.metadata, resourceVersion: "2", ...metadata } },
    initial: false,
  });

  it("lets additions and deletions through, and not an update of the status alone", () => {
    expect(exceptOwnUpdates({ type: "Added", new: before, initial: true })).toBe(true);
    expect(exceptOwnUpdates({ type: "Deleted", old: before, initial: false })).toBe(true);
    expect(exceptOwnUpdates(updated({}))).toBe(false);
    expect(exceptOwnUpdates(updated({ annotations: {}, labels: {} }))).toBe(false);
    expect(exceptOwnUpdates(updated({ finalizers: ["yunfan.dev/finalizer"] }))).toBe(false);
  });

  it.each([
    { generation: 2 },
    { annotations: { "yunfan.dev/reconcile-at": "now" } },
    { labels: { a: "b" } },
    { deletionTimestamp: "2026-01-01T00:00:00Z" },
  ])("lets an update of %o through", (metadata) => {
    expect(exceptOwnUpdates(updated(metadata))).toBe(true);
  });
});
