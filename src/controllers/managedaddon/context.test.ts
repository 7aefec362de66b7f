// What a visit has to pass before it may look into a cluster, and before an add-on that is there is adopted.
import { describe, expect, it } from "vitest";
import { condition, storedCloudAccount } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { AddonsFacet } from "../../cloud/facets/addons.ts";
import type { CloudDeps, CloudSession, Facets } from "../../cloud/contract.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { managedAddon, type ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { managedCluster, type ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { Store } from "../../runtime/cache/store.ts";
import { AccountDirectory, type CredentialsSecret } from "../cloudaccount/accounts.ts";
import type { Identity } from "../external/identity.ts";
import { Visit } from "../lifecycle/visit.ts";
import { ClusterDirectory } from "../managedcluster/directory.ts";
import type { NamedAddon } from "./addons.ts";
import { Clusters, INDEXES } from "./context.ts";

const log = createLogger({ level: "silent" });
const { signal } = new AbortController();
const onHandlerError = (error: unknown): never => {
  throw error;
};

const SECRET: CredentialsSecret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s", namespace: "default", uid: "s", resourceVersion: "5", creationTimestamp: "" },
};
const ACCOUNT = storedCloudAccount({
  metadata: { name: "huawei" },
  spec: { provider: "HuaweiCCE", credentialsSecretRef: { name: "s" } },
  status: { observedGeneration: 1, secretResourceVersion: "5", conditions: [condition()] },
});

function metadata(name: string, more: Partial<ManagedAddon["metadata"]> = {}): ManagedAddon["metadata"] {
  const creationTimestamp = "2026-01-01T00:00:00Z";
  return { name, namespace: "default", uid: name, resourceVersion: "1", generation: 1, creationTimestamp, ...more };
}

/** Available, and known to the cloud by its name. */
function cluster(name: string, { available = condition(), ...more }: { available?: object; deleting?: true } = {}) {
  const deletion = more.deleting && { deletionTimestamp: "2026-01-02T00:00:00Z" };
  const network = { vpcId: "vpc", subnetId: "subnet" };
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManagedCluster",
    metadata: metadata(name, deletion ?? {}),
    spec: managedCluster.spec.parse({ accountRef: { name: "huawei" }, network }),
    status: managedCluster.status.parse({
      externalId: name,
      conditions: [{ ...condition({ type: "ClusterAvailable" }), ...available, type: "ClusterAvailable" }],
    }),
  } satisfies ManagedCluster;
}

interface Declared {
  spec?: object;
  status?: object;
  createdAt?: string;
}

/** Of template coredns in the cluster prod. */
function addon(name: string, { spec, status, createdAt }: Declared = {}): ManagedAddon {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManagedAddon",
    metadata: metadata(name, createdAt === undefined ? {} : { creationTimestamp: createdAt }),
    spec: managedAddon.spec.parse({ clusterRef: { name: "prod" }, template: "coredns", ...spec }),
    status: managedAddon.status.parse(status ?? {}),
  };
}

interface World {
  clusters?: readonly ManagedCluster[];
  addons?: readonly ManagedAddon[];
  facets?: Partial<Facets>;
}

const FACETS = { clusters: {}, addons: { in: () => ({}) } as unknown as AddonsFacet } as Partial<Facets>;

function build({ clusters = [cluster("prod")], addons = [], facets = FACETS }: World = {}) {
  const accounts = new Store<CloudAccount>({ onHandlerError });
  const secrets = new Store<CredentialsSecret>({ onHandlerError });
  const clusterStore = new Store<ManagedCluster>({ onHandlerError });
  const addonStore = new Store<ManagedAddon>({ indexes: INDEXES, onHandlerError });
  accounts.absorb(ACCOUNT);
  secrets.absorb(SECRET);
  for (const one of clusters) clusterStore.absorb(one);
  for (const one of addons) addonStore.absorb(one);
  const clock = new FakeClock();
  const open = (): CloudSession => ({
    verify: () => Promise.resolve(),
    reserveWrite: () => Promise.resolve({ [Symbol.dispose]: () => undefined }),
    close: () => Promise.resolve(),
    ...facets,
  });
  const clouds = { HuaweiCCE: { provider: "HuaweiCCE", facets: ["clusters", "addons"], open } } as const;
  const cloudDeps = (): CloudDeps => ({ clock, log, fence: openFence, userAgent: "" });
  const directory = new AccountDirectory({ accounts, secrets, clouds, cloudDeps });
  const gate = new Clusters({
    clock,
    directory,
    clusters: new ClusterDirectory({ clusters: clusterStore, accounts: directory }),
    addons: addonStore,
    settleWindowMs: 120_000,
    signal,
    suspect: () => undefined,
  });
  const onNamespaceDeletion = "Hold" as const;
  const deps = {
    client: {} as KubeClient,
    type: managedAddon.type,
    clock,
    onNamespaceDeletion,
    absorb: () => undefined,
    forget: () => undefined,
  };
  return { gate, enter: (object: ManagedAddon) => gate.enter(new Visit(deps, { object, signal, log })) };
}

const reason = (word: string) => expect.objectContaining({ reason: word });

describe("enter", () => {
  it("shares the lists of one cluster among its add-ons, and of no other", () => {
    const { enter } = build({ clusters: [cluster("prod"), cluster("test")] });
    const { catalog } = enter(addon("one"));
    expect(enter(addon("other")).catalog).toBe(catalog);
    expect(enter(addon("elsewhere", { spec: { clusterRef: { name: "test" } } })).catalog).not.toBe(catalog);
  });

  it("is ClusterNotReady without the cluster, and while it can't be worked with", () => {
    const busy = cluster("prod", { available: { status: "False", reason: "ClusterNotAvailable" } });
    for (const clusters of [[], [busy]]) {
      expect(() => build({ clusters }).enter(addon("dns"))).toThrow(reason("ClusterNotReady"));
    }
  });

  it("is ClusterHibernated while the cluster sleeps", () => {
    const asleep = cluster("prod", { available: { status: "False", reason: "Hibernated" } });
    expect(() => build({ clusters: [asleep] }).enter(addon("dns"))).toThrow(reason("ClusterHibernated"));
  });

  it("is NotSupportedByCloud where the cloud has no add-ons", () => {
    const { enter } = build({ facets: { clusters: FACETS.clusters! } });
    expect(() => enter(addon("dns"))).toThrow(reason("NotSupportedByCloud"));
  });

  it("lets nothing new be made in a cluster that is being deleted", () => {
    const work = build({ clusters: [cluster("prod", { deleting: true })] }).enter(addon("dns"));
    expect(() => work.assertMayCreate()).toThrow(reason("ClusterNotReady"));
  });
});

describe("assertClaim", () => {
  const older = addon("older", { createdAt: "2025-01-01T00:00:00Z" });

  it("is NameConflict for the younger of two of one template in one cluster", () => {
    const younger = addon("younger");
    const { gate, enter } = build({ addons: [older, younger] });
    expect(() => gate.assertClaim(enter(younger))).toThrow(reason("NameConflict"));
    expect(() => gate.assertClaim(enter(older))).not.toThrow();
  });

  it("lets the same template be in another cluster", () => {
    const elsewhere = addon("elsewhere", { spec: { clusterRef: { name: "test" } } });
    const { gate, enter } = build({ clusters: [cluster("prod"), cluster("test")], addons: [older, elsewhere] });
    expect(() => gate.assertClaim(enter(elsewhere))).not.toThrow();
  });
});

describe("assertAdoptable", () => {
  function adopting(thing: Partial<NamedAddon> = {}): Identity<NamedAddon> {
    const shown = { id: "a-1", name: "coredns", template: "coredns", version: "1", cloudPhase: "running", message: "" };
    return { do: "Adopt", origin: "Adopted", thing: { ...shown, phase: "Available", values: {}, ...thing } };
  }

  it("lets an add-on of the template be adopted", () => {
    const { gate, enter } = build();
    expect(() => gate.assertAdoptable(enter(addon("dns")), adopting())).not.toThrow();
  });

  it("is ExternalIdConflict for an instance of another template", () => {
    const { gate, enter } = build();
    const work = enter(addon("dns", { spec: { externalId: "a-1" } }));
    expect(() => gate.assertAdoptable(work, adopting({ template: "gpu-beta" }))).toThrow(reason("ExternalIdConflict"));
  });

  it("is NameConflict for one that another resource stands for by its id", () => {
    const holder = addon("holder", { spec: { externalId: "a-1" }, status: { externalId: "a-1", origin: "Adopted" } });
    const dns = addon("dns", { createdAt: "2025-01-01T00:00:00Z" });
    const { gate, enter } = build({ addons: [holder, dns] });
    expect(() => gate.assertAdoptable(enter(dns), adopting())).toThrow(reason("NameConflict"));
  });

  it("waits for a namesake that is on its way out, unless its id was declared", () => {
    const { gate, enter } = build();
    const leaving = adopting({ phase: "Deleting" });
    expect(() => gate.assertAdoptable(enter(addon("dns")), leaving)).toThrow(reason("Deleting"));
    const declared = enter(addon("dns", { spec: { externalId: "a-1" } }));
    expect(() => gate.assertAdoptable(declared, leaving)).not.toThrow();
  });
});
