// What a visit has to pass before it may look at the cloud: the account, the provider, the facet, the claim.
import { describe, expect, it } from "vitest";
import {
  condition,
  openCreate,
  storedCloudAccount,
  type StoredAccount,
} from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import type { CloudDeps, CloudSession, Facets } from "../../cloud/contract.ts";
import type { RegistryFacet } from "../../cloud/facets/registry.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { registryProject, type RegistryProject } from "../../crds/registryproject/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { TerminalError } from "../../lib/errors.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { Store } from "../../runtime/cache/store.ts";
import { AccountDirectory, type CredentialsSecret } from "../cloudaccount/accounts.ts";
import { Visit } from "../lifecycle/visit.ts";
import { accountOf, Accounts, INDEXES, type RegistryProjectDeps } from "./context.ts";

const log = createLogger({ level: "silent" });
const signal = new AbortController().signal;
const onHandlerError = (error: unknown): never => {
  throw error;
};

function account(name: string, declared: StoredAccount = {}): CloudAccount {
  const status = { observedGeneration: 1, secretResourceVersion: "5", conditions: [condition()] };
  const metadata = { name, uid: name, ...declared.metadata };
  return storedCloudAccount({ ...declared, metadata, status });
}

const SECRET: CredentialsSecret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "ctyun-credentials", namespace: "default", uid: "s", resourceVersion: "5", creationTimestamp: "" },
};

/** A project of the account ctyun; `age` in seconds, uid and name alike. */
function project(name: string, { age = 0, ...declared }: Declared = {}): RegistryProject {
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) - age * 1000).toISOString();
  const metadata = { name, uid: name, creationTimestamp, ...declared.metadata };
  return storedRegistryProject({ spec: declared.spec, status: declared.status, metadata });
}

type Declared = NonNullable<Parameters<typeof storedRegistryProject>[0]> & { age?: number };

interface World {
  accounts?: readonly CloudAccount[];
  projects?: readonly RegistryProject[];
  session?: Partial<Facets>;
}

function build({ accounts = [account("ctyun")], projects = [], session = facet([]) }: World) {
  const accountStore = new Store<CloudAccount>({ onHandlerError });
  const secrets = new Store<CredentialsSecret>({ onHandlerError });
  const projectStore = new Store<RegistryProject>({ indexes: INDEXES, onHandlerError });
  for (const one of accounts) accountStore.absorb(one);
  for (const one of projects) projectStore.absorb(one);
  secrets.absorb(SECRET);
  const clock = new FakeClock();
  const open = (): CloudSession => ({
    verify: () => Promise.resolve(),
    reserveWrite: () => Promise.resolve({ [Symbol.dispose]: () => undefined }),
    close: () => Promise.resolve(),
    ...session,
  });
  const clouds = {
    CtyunCCI: { provider: "CtyunCCI", facets: ["registry"], open },
    HuaweiCCE: { provider: "HuaweiCCE", facets: [], open },
  } as const;
  const cloudDeps = (): CloudDeps => ({ clock, log, fence: openFence, userAgent: "" });
  const deps: RegistryProjectDeps = {
    client: {} as KubeClient,
    clock,
    directory: new AccountDirectory({ accounts: accountStore, secrets, clouds, cloudDeps }),
    projects: projectStore,
    published: new Store({ onHandlerError }),
    watchNamespaces: [],
    settleWindowMs: 120_000,
    signal,
    suspect: () => undefined,
  };
  const visitTo = (object: RegistryProject) =>
    new Visit(
      {
        client: deps.client,
        type: registryProject.type,
        clock,
        onNamespaceDeletion: "Hold",
        absorb: () => undefined,
        forget: () => undefined,
      },
      { object, signal, log },
    );
  const gate = new Accounts(deps);
  return { gate, enter: (object: RegistryProject) => gate.enter(visitTo(object)) };
}

/** A registry that lists these ids. */
function facet(ids: readonly string[]): { registry: RegistryFacet } {
  const projects = ids.map((id) => ({
    id,
    name: id,
    visibility: "Private",
    mine: true,
    createdAtMs: 0,
    repositoryCount: 0,
  }));
  const list = () => Promise.resolve({ items: projects, clockSkewMs: 0 });
  return { registry: { list } as Partial<RegistryFacet> as RegistryFacet };
}

function conflict(world: World, object: RegistryProject): TerminalError | undefined {
  const { gate, enter } = build(world);
  try {
    gate.assertClaim(enter(object));
  } catch (error) {
    if (error instanceof TerminalError) return error;
    throw error;
  }
  return undefined;
}

describe("enter", () => {
  it("shares the lists of one account among its resources", () => {
    const { enter } = build({});
    expect(enter(project("one")).catalog).toBe(enter(project("other")).catalog);
  });

  it("is ProviderMismatch where the spec has a block of another provider, and says what to remove", () => {
    const accounts = [account("ctyun", { spec: { provider: "HuaweiCCE" } })];
    const { enter } = build({ accounts });
    const object = project("shop", { spec: { ctyun: {} } });
    expect(() => enter(object)).toThrow(expect.objectContaining({ reason: "ProviderMismatch" }));
    expect(() => enter(object)).toThrow(/spec\.ctyun.*HuaweiCCE.*Remove it/);
  });

  it("is NotSupportedByCloud where the cloud has no registry", () => {
    const { enter } = build({ session: {} });
    expect(() => enter(project("shop"))).toThrow(expect.objectContaining({ reason: "NotSupportedByCloud" }));
  });

  it("is AccountNotReady where there is no such account", () => {
    const { enter } = build({ accounts: [] });
    expect(() => enter(project("shop"))).toThrow(expect.objectContaining({ reason: "AccountNotReady" }));
  });
});

describe("assertClaim", () => {
  const older = project("older", { age: 1, spec: { cloudName: "shop" } });
  const younger = project("younger", { spec: { cloudName: "shop" } });
  const both = [older, younger];

  it("is NameConflict for the younger of two with one name, and names the older", () => {
    const error = conflict({ projects: both }, younger);
    expect(error).toMatchObject({ reason: "NameConflict" });
    expect(error?.message).toContain("default/older");
    expect(conflict({ projects: both }, older)).toBeUndefined();
  });

  it("holds across namespaces, as the name in the cloud does", () => {
    const elsewhere = project("elsewhere", {
      age: 1,
      metadata: { namespace: "team" },
      spec: { cloudName: "shop", accountRef: { name: "ctyun", namespace: "default" } },
    });
    const shared = account("ctyun", { spec: { allowedNamespaces: ["team"] } });
    const projects = [elsewhere, younger];
    expect(conflict({ projects, accounts: [shared] }, younger)?.message).toContain("team/elsewhere");
    // Without the right to the account it is no contender: a name can't be blocked from anywhere.
    expect(conflict({ projects }, younger)).toBeUndefined();
  });

  it("holds between two accounts on one endpoint, and not between two endpoints", () => {
    const spec = { cloudName: "shop", accountRef: { name: "second" } };
    const projects = [project("older", { age: 1, spec }), younger];
    const same = [account("ctyun"), account("second")];
    expect(conflict({ projects, accounts: same }, younger)).toMatchObject({ reason: "NameConflict" });
    const apart = [account("ctyun"), account("second", { spec: { endpoint: "https://other.example" } })];
    expect(conflict({ projects, accounts: apart }, younger)).toBeUndefined();
  });

  it("holds for one id as for one name", () => {
    const adopter = (name: string, age: number) => project(name, { age, spec: { externalId: "7" } });
    const projects = [adopter("older", 1), adopter("younger", 0)];
    expect(conflict({ projects }, projects[1]!)).toMatchObject({ reason: "NameConflict" });
    expect(conflict({ projects }, projects[0]!)).toBeUndefined();
  });

  it("lets who has an open journal go before who is older", () => {
    const holder = project("younger", { spec: { cloudName: "shop" }, status: { operation: openCreate() } });
    expect(conflict({ projects: [older, holder] }, older)).toMatchObject({ reason: "NameConflict" });
    expect(conflict({ projects: [older, holder] }, holder)).toBeUndefined();
  });

  it("holds for who holds something, though its right to the account was revoked", () => {
    const accountRef = { name: "ctyun", namespace: "default" };
    const metadata = { namespace: "team" };
    const holder = project("older", { metadata, spec: { cloudName: "shop", accountRef }, status: { externalId: "7" } });
    expect(conflict({ projects: [holder, younger] }, younger)).toMatchObject({ reason: "NameConflict" });
  });

  it("does not count who only observes", () => {
    const watcher = project("older", { age: 1, spec: { cloudName: "shop", managementPolicy: "Observe" } });
    expect(conflict({ projects: [watcher, younger] }, younger)).toBeUndefined();
  });
});

describe("the ids that an account's list has to show", () => {
  const held = (name: string, declared: Declared = {}) =>
    project(name, { ...declared, status: { externalId: name, ...declared.status } });
  const missingOf = async (...projects: RegistryProject[]): Promise<readonly string[]> => {
    const { enter } = build({ projects, session: facet(["there"]) });
    const { missing } = await enter(project("shop")).catalog.observe(0, signal);
    return missing;
  };

  it("are those that its resources hold", async () => {
    expect(await missingOf(held("lost"), held("there"), project("new"))).toEqual(["lost"]);
  });

  it("are not those of another account", async () => {
    expect(await missingOf(held("lost", { spec: { accountRef: { name: "second" } } }))).toEqual([]);
  });

  it("are not those that are being deleted", async () => {
    const leaving = held("leaving", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
    expect(await missingOf(leaving, held("lost"))).toEqual(["lost"]);
  });
});

describe("accountOf", () => {
  it("is the account beside the resource unless the spec names a namespace", () => {
    expect(accountOf(project("shop"))).toBe("default/ctyun");
    const spec = { accountRef: { name: "ctyun", namespace: "platform" } };
    expect(accountOf(project("shop", { spec }))).toBe("platform/ctyun");
  });
});
