// An account whose Secret comes to hold the keys of another tenant, in a cloud that tells no tenant: nothing there is taken for ours or
// for its absence, nothing is called available, and nothing is made, changed, deleted or let go of until the former keys are back.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  accountManifests,
  createStand,
  projectManifest,
  secretManifest,
  type Resource,
  type Stand,
} from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { CREDENTIALS, type Simulator } from "../support/clouds/simulator.ts";
import { startWire } from "../support/clouds/wire.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

const OTHER_KEYS = { accessKey: "other-access-key", secretKey: "other-secret-key" };

/** The stand's settle window, and the second that time stamps may be off. */
const SETTLED_AFTER_MS = 3_000;

/** When the other tenant's project was made: no test is older. */
const LONG_AGO = "2026-01-01T00:00:00Z";

/** Two tenants of a cloud that tells no tenant. */
interface Tenants extends AsyncDisposable {
  readonly registry: Simulator;
  /** Has a project of the same name and id. */
  readonly other: Simulator;
  /**
   * Once the next create has reached the registry, nothing that is signed with the former keys is answered until they are back.
   * Resolves then.
   */
  readonly cutAfterCreate: (fate: "Answered" | "AnswerLost") => Promise<void>;
  readonly takeOther: () => Promise<void>;
  readonly takeBack: () => Promise<void>;
  readonly project: object;
}

describe("an account whose Secret", () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await createStand("keys");
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  /** An account behind one address, where the keys decide in whose registry a request ends. */
  async function ofTwoTenants(name: string): Promise<Tenants> {
    const registry = await stand.anotherSimulator();
    const other = await stand.anotherSimulator(OTHER_KEYS);
    await other.behindOurBack("POST", "projects", { name, createdAt: LONG_AGO });
    let isCut = false;
    const gateway = await startWire((authorization) => {
      if (authorization.includes(OTHER_KEYS.accessKey)) return other.url;
      if (isCut) throw new Error("The connection breaks");
      return registry.url;
    });
    const keys = (present: object) => stand.apply(secretManifest(`${name}-credentials`, present));
    await stand.apply(...accountManifests(gateway, { name }));
    await stand.reaches(`cloudaccount/${name}`, "Verified");
    return {
      registry,
      other,
      cutAfterCreate: (fate) =>
        new Promise((resolve) => {
          const cut = (): Promise<void> => {
            isCut = true;
            resolve();
            return fate === "Answered" ? Promise.resolve() : Promise.reject(new Error("The connection breaks"));
          };
          gateway.beforeAnswer(({ method }) => method === "POST", cut);
        }),
      takeOther: () => keys(OTHER_KEYS),
      takeBack: () => {
        isCut = false;
        return keys(CREDENTIALS);
      },
      project: projectManifest(name, { accountRef: { name }, deletionPolicy: "Delete" }),
      [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
    };
  }

  /** Visits it until a create of unknown outcome may be sent again, or be given up. */
  async function passSettleWindow(name: string): Promise<void> {
    const settledAt = Date.parse(String(stand.seen(name)!.status.operation?.lastSentAt)) + SETTLED_AFTER_MS;
    do await stand.lookAgain(name);
    while (Date.now() < settledAt);
    await stand.lookAgain(name);
  }

  const idOf = (name: string) => stand.seen(`registryproject/${name}`)!.status.externalId;
  const isKnown = ({ status }: Resource): boolean => status["createdAt"] !== undefined;

  it.concurrent("gets another tenant's keys takes nothing there for ours, and goes on with the former ones", async ({
    expect,
  }) => {
    await using tenants = await ofTwoTenants("tenant");
    const { registry, other } = tenants;
    await stand.apply(tenants.project);
    await stand.until("registryproject/tenant", isKnown);
    const before = await registry.effects();
    await tenants.takeOther();
    await stand.reaches("registryproject/tenant", "ExternalIdConflict");
    await stand.until("cloudaccount/tenant", ({ status }) =>
      (status.conditions ?? []).some(
        ({ type, reason }) => type === "ResourcesReachable" && reason === "KeysNotConfirmed",
      ),
    );
    await stand.apply(projectManifest("new", { accountRef: { name: "tenant" } }));
    await stand.reaches("registryproject/new", "KeysNotConfirmed");
    await stand.remove("registryproject/tenant");
    await stand.lookAgain("registryproject/tenant");
    expect(await other.effects()).toEqual([]);
    await tenants.takeBack();
    await stand.gone("registryproject/tenant");
    await stand.reaches("registryproject/new", "Available");
    expect(await other.effects()).toEqual([]);
    expect((await registry.effects()).length).toBeGreaterThan(before.length);
    expect((await registry.projects()).map(({ name }) => name)).toEqual(["new"]);
  });

  it.concurrent("changes before a project was seen for the first time calls nothing there available", async ({
    expect,
  }) => {
    await using tenants = await ofTwoTenants("unseen");
    const { registry, other } = tenants;
    const created = tenants.cutAfterCreate("Answered");
    await stand.apply(tenants.project);
    await created;
    await stand.until("registryproject/unseen", ({ status }) => status.externalId !== undefined);
    await tenants.takeOther();
    await stand.reaches("registryproject/unseen", "KeysNotConfirmed");
    const since = stand.versions("registryproject/unseen").length;
    expect(idOf("unseen")).toBe((await other.projects())[0]!.id);
    await stand.edit("registryproject/unseen", { spec: { visibility: "Public" } });
    await stand.reaches("registryproject/unseen", "KeysNotConfirmed");
    await stand.remove("registryproject/unseen");
    await stand.lookAgain("registryproject/unseen");
    const shown = stand.versions("registryproject/unseen").slice(since);
    expect(shown.flatMap(({ status }) => status.conditions ?? [])).not.toContainEqual(
      expect.objectContaining({ type: "Ready", status: "True" }),
    );
    expect(await other.effects()).toEqual([]);
    await tenants.takeBack();
    await stand.gone("registryproject/unseen");
    expect(await registry.projects()).toEqual([]);
    expect(await other.effects()).toEqual([]);
  });

  it.concurrent("changes in the middle of a create makes no second one, and finds the first with the former keys", async ({
    expect,
  }) => {
    await using tenants = await ofTwoTenants("midway");
    const { registry, other } = tenants;
    const made = tenants.cutAfterCreate("AnswerLost");
    await stand.apply(tenants.project);
    await made;
    await tenants.takeOther();
    await stand.reaches("registryproject/midway", "KeysNotConfirmed");
    expect(idOf("midway")).toBeUndefined();
    await passSettleWindow("registryproject/midway");
    expect(await other.effects()).toEqual([]);
    await tenants.takeBack();
    await stand.reaches("registryproject/midway", "Available");
    expect((await registry.effects()).length).toBe(1);
    expect(idOf("midway")).toBe((await registry.projects())[0]!.id);
    expect(await other.effects()).toEqual([]);
  });

  it.concurrent("changes in the middle of a create lets go of nothing, until the former keys are back", async ({
    expect,
  }) => {
    await using tenants = await ofTwoTenants("undone");
    const { registry, other } = tenants;
    const made = tenants.cutAfterCreate("AnswerLost");
    await stand.apply(tenants.project);
    await made;
    await tenants.takeOther();
    await stand.reaches("registryproject/undone", "KeysNotConfirmed");
    await stand.remove("registryproject/undone");
    await passSettleWindow("registryproject/undone");
    const { message } = await stand.reaches("registryproject/undone", "KeysNotConfirmed");
    expect(message).toContain("force-orphan");
    await tenants.takeBack();
    await stand.gone("registryproject/undone");
    expect(await registry.projects()).toEqual([]);
    expect(await other.effects()).toEqual([]);
  });

  itStaysClean(() => stand);
});
