import { describe, expect, test } from "vitest";
import { ownBudget } from "../../../test/support/clouds/budgets.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { json, startScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import { openFence, type Fence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import type { AccountSettings, CloudSession, SessionDeps } from "../contract.ts";
import { grantWrite } from "../permit.ts";
import { ctyun } from "./index.ts";

const credentials = { accessKey: "AK", secretKey: "SK" };
const never = new AbortController().signal;

function settings(change: Partial<AccountSettings> = {}): AccountSettings {
  return {
    account: "team/account",
    endpoint: "https://cci.example",
    tls: { mode: "Verify" },
    requestBudget: {},
    providerOptions: {},
    ...change,
  };
}

function deps({ clock = new FakeClock(), ...change }: Partial<SessionDeps> = {}): SessionDeps {
  return {
    clock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: "yunfan/test (me)",
    budget: ownBudget(clock),
    ...change,
  };
}

function open(change: Partial<AccountSettings>, other: Partial<SessionDeps> = {}): CloudSession {
  return ctyun.open(settings({ tls: { mode: "Plaintext" }, ...change }), credentials, deps(other));
}

describe("opening an account", () => {
  test.each([
    ["without keys", {}, {}, "CredentialsMalformed"],
    ["with a login beside the keys", {}, { ...credentials, username: "u" }, "AmbiguousCredentials"],
    ["without an endpoint", { endpoint: undefined }, credentials, "EndpointRequired"],
    ["over plain http by mistake", { endpoint: "http://cci.example" }, credentials, "Rejected"],
    ["with options nobody knows", { providerOptions: { imageDeletePath: "Both" } }, credentials, "Rejected"],
  ])("%s is refused: %j", (_how, change: Partial<AccountSettings>, keys: Record<string, string>, kind) => {
    expect(() => ctyun.open(settings(change), keys, deps())).toThrow(
      expect.objectContaining({ name: "CloudError", kind }),
    );
  });

  test("names the option that is wrong", () => {
    expect(() => open({ endpoint: "http://h", providerOptions: { imageDeletePath: "Both" } })).toThrow(
      /^spec\.ctyun\.imageDeletePath/,
    );
  });

  test("offers the facets that it lists", async () => {
    const session = open({ endpoint: "http://cci.example" });
    for (const facet of ctyun.facets) expect(session[facet]).toBeDefined();
    await session.close();
  });
});

describe("an open account", () => {
  test("is verified by one signed read, below the endpoint's own path, and counted", async () => {
    await using server = await startScriptedServer((_request, response) => json(response, 200, []));
    const counted: unknown[] = [];
    const session = open({ endpoint: `${server.origin}/gate/` }, { onRequest: (request) => counted.push(request) });
    await session.verify(never);
    await session.close();
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({ method: "GET", url: "/gate/registry/api/projects?page=1&page_size=1" });
    expect(server.seen[0]?.headers["user-agent"]).toBe("yunfan/test (me)");
    expect(server.seen[0]?.headers.authorization).toMatch(/^auth-v1\/AK\/\d{10}\/host\/[0-9a-f]{64}$/);
    expect(counted).toEqual([{ operation: "Verify", code: 200 }]);
  });

  test("is not verified by a cloud that refuses, nor by a page that is no API", async () => {
    await using server = await startScriptedServer((_request, response) => json(response, 401, { message: "no" }));
    const session = open({ endpoint: server.origin });
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Unauthenticated" });
    server.answer = (_request, response) => response.end("<html>Sign in</html>");
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Unavailable" });
    server.answer = (_request, response) => json(response, 404, {});
    await expect(session.verify(never)).rejects.toMatchObject({
      kind: "Rejected",
      advice: expect.stringContaining("correct spec.endpoint"),
    });
    await session.close();
  });

  test("keeps to its budget, and slows down when the cloud says that it is too much", async () => {
    const clock = new FakeClock();
    await using server = await startScriptedServer((_request, response) => {
      response.setHeader("retry-after", "40");
      json(response, 429, { message: "slow down" });
    });
    const session = open({ endpoint: server.origin }, { clock });
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Throttled", retryAfterMs: 40_000 });
    server.answer = (_request, response) => json(response, 200, []);
    const next = session.verify(never);
    await clock.advance(39_999);
    expect(server.seen).toHaveLength(1);
    await clock.advance(100);
    await next;
    await session.close();
  });

  test("asks the fence for writes only", async () => {
    const shut: Fence = { remainingMs: () => 0 };
    await using server = await startScriptedServer((_request, response) => json(response, 200, []));
    const session = open({ endpoint: server.origin }, { fence: shut });
    await session.verify(never);
    await expect(session.registry?.setVisibility("1", "Public", grantWrite(never))).rejects.toThrow("no longer writes");
    expect(server.seen).toHaveLength(1);
    await session.close();
  });
});
