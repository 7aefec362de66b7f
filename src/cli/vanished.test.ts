// What is told of a resource that went without having been let go of, for every kind.
import { describe, expect, it } from "vitest";
import { openCreate } from "../../test/support/environment/builders.ts";
import { cachedKinds, partsOf, storedOf, verifiedAccount } from "../../test/support/operator/kinds.ts";
import { createControllers } from "./controllers.ts";
import type { KubeObject } from "../kube/types.ts";
import type { Fence } from "../lib/fence.ts";
import { openFence } from "../lib/fence.ts";
import { Metrics } from "../runtime/metrics/metrics.ts";
import type { EventDescription } from "../runtime/events.ts";
import type { Managed } from "../controllers/lifecycle/resource.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import { OWNER_LABEL } from "../controllers/publishing/secrets.ts";

/** Kinds that stand for an item of a cloud. */
const CHILDREN = controlledKinds.filter(({ cloudName }) => cloudName !== undefined).map(({ kind }) => kind.type.kind);

const account = verifiedAccount({ metadata: { name: "main", uid: "main" } });
const cluster = storedOf("ManagedCluster", {
  metadata: { name: "prod", uid: "prod" },
  spec: { accountRef: { name: "main" } },
});

function child(kind: string, status: object, spec: object = {}): Managed {
  const isMember = "clusterRef" in storedOf(kind).spec;
  const parent = isMember ? { clusterRef: { name: "prod" } } : { accountRef: { name: "main" } };
  return storedOf(kind, { metadata: { name: "a", uid: `${kind}/a` }, spec: { ...parent, ...spec }, status });
}

const CREATED = { externalId: "7", origin: "Created", cloudName: "shop" } as const;

type Told = EventDescription & { readonly about: string };

/** Lines of a scrape that name the resource, before and after it goes out of the caches without having been finalized. */
async function seriesOf(gone: Managed, use: (metrics: Metrics) => void): Promise<[before: number, after: number]> {
  const cached = cachedKinds({ objects: [account, gone] });
  const metrics = new Metrics();
  createControllers({ ...partsOf(cached), metrics, events: { event: () => undefined } as never });
  use(metrics);
  const count = async (): Promise<number> => {
    const { text } = await metrics.scrape();
    return text
      .split("\n")
      .filter((line) => /^yunfan_(?:inventory|workload)_/.test(line) && line.includes(gone.metadata.name)).length;
  };
  const before = await count();
  cached.informers.kinds.get(gone.kind)!.store.remove(gone);
  return [before, await count()];
}

/** What is told when `gone` goes out of caches that hold these objects too. */
function toldOf(gone: Managed, { objects = [account, cluster], secrets = [], fence = openFence }: World = {}) {
  const cached = cachedKinds({ objects: [...objects, gone] });
  for (const secret of secrets) cached.informers.published.store.absorb(secret);
  const events: Told[] = [];
  const event = ({ kind, metadata }: KubeObject, description: EventDescription): void =>
    void events.push({ ...description, about: `${kind} ${metadata.name}` });
  createControllers({ ...partsOf(cached), events: { event } as never, fence });
  cached.informers.kinds.get(gone.kind)!.store.remove(gone);
  return events;
}

interface World {
  readonly objects?: readonly Managed[];
  readonly secrets?: readonly KubeObject[];
  readonly fence?: Fence;
}

describe.each(CHILDREN)("a %s that vanished", (kind) => {
  it("is told by its id, on the account and on itself", () => {
    const told = toldOf(child(kind, CREATED));
    const note =
      `${kind} default/a was deleted without Yunfan, its finalizer taken off. 7 (shop) stays in the cloud. ` +
      `A resource with spec.externalId: "7" takes it over again; or delete it there`;
    const event = { type: "Warning", reason: "OrphanedByHand", action: "Delete", note };
    expect(told).toEqual([
      { ...event, about: "CloudAccount main" },
      { ...event, about: `${kind} a` },
    ]);
  });

  it("with an open create is told by its nonce", () => {
    const [{ note } = { note: "" }] = toldOf(child(kind, { operation: openCreate() }));
    expect(note).toContain(`What create ${openCreate().nonce} may have made stays in the cloud`);
  });

  it.each([
    ["held nothing", {}, {}],
    ["would have stayed by policy", CREATED, { deletionPolicy: "Orphan" }],
    ["was adopted", { ...CREATED, origin: "Adopted" }, {}],
    ["was observed", CREATED, { managementPolicy: "Observe" }],
  ])("is not told where it %s", (_what, status, spec) => {
    expect(toldOf(child(kind, status, spec))).toEqual([]);
  });

  it("is told by the leader alone", () => {
    expect(toldOf(child(kind, CREATED), { fence: { remainingMs: () => 0 } })).toEqual([]);
  });

  it("is told on itself where account and cluster went before", () => {
    expect(toldOf(child(kind, CREATED), { objects: [] }).map(({ about }) => about)).toEqual([`${kind} a`]);
  });
});

describe("what stands for no item", () => {
  const accountRef = { name: "main" };
  const metadata = { name: "a", uid: "a" };

  it("a set that vanished is told with the objects that stay, and where", () => {
    const set = storedOf("ManifestSet", { metadata, spec: { accountRef, clusterRef: undefined } });
    const inventory = [{ ref: "_ConfigMap_shop_settings", uid: "1", origin: "Created" }];
    const status = { ...set.status, inventory, targetId: "cluster default/prod" };
    const [{ note } = { note: "" }, ...others] = toldOf({ ...set, status });
    expect(note).toMatch(/taken off\. 1 objects stay in cluster default\/prod: _ConfigMap_shop_settings\./);
    expect(others).toHaveLength(1);
    expect(toldOf(set)).toEqual([]);
  });

  it("a sink that vanished is told by the owner that its records bear", () => {
    const status = { externalId: "uid-of-the-sink", location: "TencentBCS,https://store.example" };
    const [{ note } = { note: "" }] = toldOf(storedOf("InventorySink", { metadata, spec: { accountRef }, status }));
    expect(note).toContain("uid-of-the-sink stays in the cloud");
    const spec = { accountRef, deletionPolicy: "Orphan" };
    expect(toldOf(storedOf("InventorySink", { metadata, spec, status }))).toEqual([]);
    expect(toldOf(storedOf("InventorySink", { metadata, spec: { accountRef } }))).toEqual([]);
  });
});

describe("the series of one that vanished", () => {
  const metadata = { name: "gone", uid: "gone" };
  const spec = { accountRef: { name: "main" } };

  it("are gone too, of a sink", async () => {
    const [before, after] = await seriesOf(storedOf("InventorySink", { metadata, spec }), ({ inventory }) => {
      inventory.wrote({ sink: "default/gone", class: "records", result: "ok" });
      inventory.lost({ sink: "default/gone", class: "events" });
    });
    expect([before > 0, after]).toEqual([true, 0]);
  });

  it("are gone too, of a set", async () => {
    const set = storedOf("ManifestSet", { metadata, spec: { ...spec, clusterRef: undefined } });
    const [before, after] = await seriesOf(set, ({ workload }) => {
      workload.used("default/gone", [{ targetNamespace: "shop", kind: "Deployment", workload: "web", cpuCores: 1 }]);
    });
    expect([before > 0, after]).toEqual([true, 0]);
  });
});

it("Secrets that a vanished resource published are named, also where nothing stays in the cloud", () => {
  const gone = child("RegistryProject", CREATED, { deletionPolicy: "Orphan" });
  const metadata = { name: "pull", namespace: "apps", uid: "s", resourceVersion: "1", creationTimestamp: "" };
  const labels = { [OWNER_LABEL]: gone.metadata.uid };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { ...metadata, labels } };
  const [{ note } = { note: "" }] = toldOf(gone, { secrets: [secret] });
  expect(note).toMatch(/taken off\. Secrets that it published stay, with credentials in them: apps\/pull$/);
});

describe("a parent that vanished", () => {
  it("is told with those who need it to delete what they hold", () => {
    const objects = [cluster, child("RegistryProject", CREATED)];
    const [event, ...others] = toldOf(account, { objects });
    expect(event).toMatchObject({
      about: "CloudAccount main",
      reason: "OrphanedByHand",
      note: expect.stringContaining("nothing in the cloud is deleted for RegistryProject default/a: create it again"),
    });
    expect(others).toEqual([]);
  });

  it("is not told where nobody needs it", () => {
    expect(toldOf(account, { objects: [] })).toEqual([]);
  });
});
