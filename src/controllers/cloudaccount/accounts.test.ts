// Who may use an account, when it serves, and how long a session lives.
import { describe, expect, it } from "vitest";
import { condition, storedCloudAccount, type StoredAccount } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { RequestBudget } from "../../cloud/budget/budget.ts";
import type { AccountSettings, Cloud, CloudDeps, CloudSession, Credentials } from "../../cloud/contract.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { UnsaidError, WaitingError } from "../../lib/errors.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { keyOf, Store } from "../../runtime/cache/store.ts";
import { accountKey, AccountDirectory, allowsNamespace } from "./accounts.ts";
import { versionOf, type CredentialsSecret } from "./credentials.ts";

const log = createLogger({ level: "silent" });
const onHandlerError = (error: unknown): never => {
  throw error;
};

function secretOf(resourceVersion: string, data: Record<string, string> = {}): CredentialsSecret {
  const metadata = { name: "ctyun-credentials", namespace: "default", uid: "s", resourceVersion };
  return { apiVersion: "v1", kind: "Secret", metadata: { ...metadata, creationTimestamp: "" }, data };
}

/** An account that was found Ready with version 5 of its Secret. */
function readyAccount(declared: StoredAccount = {}): CloudAccount {
  return storedCloudAccount({
    ...declared,
    status: { observedGeneration: 1, secretResourceVersion: "5", conditions: [condition()], ...declared.status },
  });
}

/** What the sessions of a cloud were opened with, and which of them were closed. */
function sessionBook() {
  const opened: { settings: AccountSettings; credentials: Credentials; account: string }[] = [];
  const budgets: RequestBudget[] = [];
  const closed: number[] = [];
  const cloud: Cloud = {
    provider: "CtyunCCI",
    facets: [],
    open(settings, credentials, { userAgent, budget }): CloudSession {
      budgets.push(budget({ readsPerMinute: 60, writesPerMinute: 60 }));
      const number = opened.push({ settings, credentials, account: userAgent }) - 1;
      return {
        verify: () => Promise.resolve(),
        locate: () => Promise.resolve({ endpoint: "https://ctyun.example" }),
        reserveWrite: () => Promise.resolve({ [Symbol.dispose]: () => undefined }),
        close: () => {
          closed.push(number);
          return Promise.resolve();
        },
      };
    },
  };
  return { opened, budgets, closed, cloud };
}

function build(account?: CloudAccount, secret: CredentialsSecret | undefined = secretOf("5")) {
  const accounts = new Store<CloudAccount>({ onHandlerError });
  const secrets = new Store<CredentialsSecret>({ onHandlerError });
  if (account) accounts.absorb(account);
  if (secret) secrets.absorb(secret);
  const { cloud, ...book } = sessionBook();
  const cloudDeps = ({ metadata }: CloudAccount): CloudDeps => {
    return { clock: new FakeClock(), log, fence: openFence, userAgent: keyOf(metadata) };
  };
  const directory = new AccountDirectory({
    accounts,
    secrets,
    clouds: { CtyunCCI: cloud },
    cloudDeps,
    visit: () => undefined,
  });
  return { directory, accounts, secrets, ...book };
}

function refusal(directory: AccountDirectory, fromNamespace = "default"): WaitingError {
  try {
    directory.enter(directory.find({ name: "ctyun", namespace: "default" }, fromNamespace));
  } catch (error) {
    if (error instanceof WaitingError) return error;
    throw error;
  }
  return expect.unreachable("the account was resolved");
}

describe("accountKey", () => {
  it("is in the resource's own namespace unless the reference names another", () => {
    expect(accountKey({ name: "ctyun" }, "team")).toBe("team/ctyun");
    expect(accountKey({ name: "ctyun", namespace: "platform" }, "team")).toBe("platform/ctyun");
  });
});

describe("allowsNamespace", () => {
  const account = (allowedNamespaces?: string[]) => storedCloudAccount({ spec: { allowedNamespaces } });

  it("is true for the account's own namespace, whatever it lists", () => {
    expect(allowsNamespace(account(), "default")).toBe(true);
    expect(allowsNamespace(account(["team"]), "default")).toBe(true);
  });

  it("is true for what it lists, and for all where it lists *", () => {
    expect(allowsNamespace(account(["team"]), "team")).toBe(true);
    expect(allowsNamespace(account(["*"]), "team")).toBe(true);
  });

  it("is false for all others: nothing but the whole name counts", () => {
    expect(allowsNamespace(account(), "team")).toBe(false);
    expect(allowsNamespace(account(["team", "other"]), "team-2")).toBe(false);
  });
});

describe("resolve", () => {
  it("gives the session of an account that is ready", () => {
    const { directory } = build(readyAccount());
    const { account, session, allows } = directory.enter(directory.find({ name: "ctyun" }, "default"));
    expect(account.metadata.name).toBe("ctyun");
    expect(session).toHaveProperty("verify");
    expect([allows("default"), allows("team")]).toEqual([true, false]);
  });

  it("says the same of an account that is missing and of one that does not allow the namespace", () => {
    const missing = refusal(build().directory, "team");
    const forbidden = refusal(build(readyAccount()).directory, "team");
    expect(missing).toMatchObject({ reason: "AccountNotReady", message: forbidden.message });
    expect(forbidden.message).toContain("spec.allowedNamespaces");
  });

  it("serves an allowed namespace, and stops at once when the right is revoked", () => {
    const { directory, accounts } = build(readyAccount({ spec: { allowedNamespaces: ["team"] } }));
    const ref = { name: "ctyun", namespace: "default" };
    expect(directory.find(ref, "team").metadata.name).toBe("ctyun");
    accounts.absorb(readyAccount({ metadata: { resourceVersion: "2", generation: 2 } }));
    expect(refusal(directory, "team").reason).toBe("AccountNotReady");
  });

  it("serves the users of an account whose deletion waits for them", () => {
    const held = condition({ status: "False", reason: "DeletionHeld" });
    const metadata = { generation: 2, deletionTimestamp: "2026-01-01T00:00:00Z" };
    const looked = readyAccount({ metadata, status: { observedGeneration: 2, conditions: [held] } });
    const { directory } = build(looked);
    expect(directory.enter(directory.find({ name: "ctyun" }, "default")).session).toHaveProperty("verify");
    // It may have been pointed elsewhere at the end: where it reaches now has to be known first.
    const { directory: unknown } = build(readyAccount({ metadata, status: { conditions: [held] } }));
    expect(refusal(unknown).message).toContain("is being verified");
  });

  it.each([
    ["its generation was not looked at yet", { status: { observedGeneration: 0 } }],
    ["its Secret was exchanged since", { status: { secretResourceVersion: "4" } }],
    ["nobody has visited it yet", { status: { conditions: [] } }],
  ])("waits while it is being verified because %s", (_, declared) => {
    const error = refusal(build(readyAccount(declared)).directory);
    expect(error).toMatchObject({ reason: "AccountNotReady", message: "CloudAccount default/ctyun is being verified" });
  });

  it("says nothing of an account whose status does not tell where it reaches, until this process has been there", () => {
    const upgraded = readyAccount({ status: { location: undefined } });
    const { directory } = build(upgraded);
    expect(refusal(directory)).toBeInstanceOf(UnsaidError);
    directory.findings.visited(upgraded);
    expect(refusal(directory)).not.toBeInstanceOf(UnsaidError);
    expect(refusal(directory).message).toContain("was not reached since the operator started");
    const paused = readyAccount({
      metadata: { annotations: { "yunfan.dev/paused": "" } },
      status: { location: undefined },
    });
    expect(refusal(build(paused).directory).message).toContain("is paused");
    expect(refusal(build(paused).directory)).not.toBeInstanceOf(UnsaidError);
  });

  it("names the account's own reason where that is not Ready", () => {
    const conditions = [condition({ status: "False", reason: "CredentialsRejected" })];
    expect(refusal(build(readyAccount({ status: { conditions } })).directory).message).toContain("CredentialsRejected");
  });

  it("serves nobody when the Secret is gone, though the account says Ready", () => {
    const { directory, secrets } = build(readyAccount());
    secrets.remove(secretOf("6"));
    expect(refusal(directory).message).toContain("SecretNotFound");
  });
});

describe("open", () => {
  it("hands on what the account declares, the decoded credentials, and whose they are", () => {
    const encoded = { accessKey: Buffer.from("ak").toString("base64") };
    const account = readyAccount({ spec: { requestBudget: { readsPerMinute: 60 }, ctyun: {} } });
    const { directory, opened } = build(account, secretOf("5", encoded));
    directory.enter(directory.find({ name: "ctyun" }, "default"));
    expect(opened).toEqual([
      {
        account: "default/ctyun",
        credentials: { accessKey: "ak" },
        settings: {
          account: "default/ctyun",
          endpoint: "https://ctyun.example",
          region: undefined,
          tls: { mode: "Verify" },
          requestBudget: { readsPerMinute: 60 },
          providerOptions: {},
        },
      },
    ]);
  });

  it("opens a session anew when what it is made of changed, and closes the one before", () => {
    const { directory, opened, closed } = build();
    const other = { ...secretOf("6"), data: { accessKey: "b3RoZXI=" } };
    const moved = { spec: { endpoint: "https://other.example" } };
    const first = directory.open(readyAccount(), secretOf("5"));
    expect(directory.open(readyAccount({ status: { conditions: [] } }), secretOf("5"))).toBe(first);
    directory.open(readyAccount(), other);
    directory.open(readyAccount(moved), other);
    directory.open(readyAccount({ ...moved, metadata: { uid: "recreated" } }), other);
    expect(opened).toHaveLength(4);
    expect(closed).toEqual([0, 1, 2]);
  });

  it("keeps the session, and with it requests in flight, when Secret or account were only touched", () => {
    const { directory } = build();
    const first = directory.open(readyAccount(), secretOf("5"));
    const shared = readyAccount({ metadata: { generation: 2 }, spec: { allowedNamespaces: ["team"] } });
    expect(directory.open(shared, secretOf("6"))).toBe(first);
  });

  it("keeps the sessions of several accounts apart", () => {
    const { directory, closed } = build();
    const one = directory.open(readyAccount(), secretOf("5"));
    const other = directory.open(readyAccount({ metadata: { name: "other" } }), secretOf("5"));
    expect(other).not.toBe(one);
    expect(closed).toEqual([]);
  });

  it("keeps an account's budget over other keys and other settings: its cloud goes on counting", () => {
    const { directory, budgets } = build();
    directory.open(readyAccount(), secretOf("5"));
    directory.open(readyAccount(), { ...secretOf("6"), data: { accessKey: "b3RoZXI=" } });
    directory.open(readyAccount({ spec: { requestBudget: { writesPerMinute: 5 } } }), secretOf("6"));
    expect(budgets).toHaveLength(3);
    expect(new Set(budgets).size).toBe(1);
  });

  it("gives another budget to another account, to another cloud, and to an account that was away", () => {
    const { directory, budgets } = build();
    directory.open(readyAccount(), secretOf("5"));
    directory.open(readyAccount({ metadata: { name: "other" } }), secretOf("5"));
    directory.open(readyAccount({ spec: { endpoint: "https://other.example" } }), secretOf("5"));
    directory.drop("default/ctyun");
    directory.open(readyAccount({ spec: { endpoint: "https://other.example" } }), secretOf("5"));
    expect(new Set(budgets).size).toBe(4);
  });

  it("stalls on a provider that this version does not serve, and names those that it does", () => {
    const account = readyAccount({ spec: { provider: "TencentBCS" } });
    const thrown = (): unknown => build().directory.open(account, secretOf("5"));
    expect(thrown).toThrow(expect.objectContaining({ name: "TerminalError", reason: "NotSupportedByCloud" }));
    expect(thrown).toThrow(/TencentBCS.*CtyunCCI/);
  });
});

describe("drop and close", () => {
  it("end sessions once, however often they are asked for", async () => {
    const { directory, closed } = build();
    directory.open(readyAccount(), secretOf("5"));
    directory.open(readyAccount({ metadata: { name: "other" } }), secretOf("5"));
    directory.drop("default/ctyun");
    directory.drop("default/ctyun");
    expect(closed).toEqual([0]);
    await directory.close();
    await directory.close();
    expect(closed).toEqual([0, 1]);
  });
});

describe("versionOf", () => {
  it("tells a recreated Secret from the one before", () => {
    expect(versionOf(secretOf("5"))).not.toBe(versionOf(secretOf("6")));
  });
});
