// The client against the simulator, which was written from the API reference by somebody who never saw the client.
import * as fc from "fast-check";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ownBudget } from "../../../test/support/clouds/budgets.ts";
import { systemClock, type Clock } from "../../lib/clock.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import type { AccountSettings, CloudSession, Credentials } from "../contract.ts";
import { outcomeIsUnknown } from "../errors.ts";
import type { RegistryFacet } from "../facets/registry.ts";
import { grantWrite } from "../permit.ts";
import { ctyun } from "./index.ts";
import { startCtyunSimulator, type CtyunSimulatorOptions } from "./simulator/index.ts";

const KEYS = { accessKey: "ak-1", secretKey: "sk/+=~!*'()" };
const never = new AbortController().signal;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Cloud {
  readonly session: CloudSession;
  readonly registry: RegistryFacet;
  /** A call of the simulator's own paths: what a colleague does, or the plan of faults. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Another session with the same endpoint. */
  readonly open: (credentials: Credentials, settings?: Partial<AccountSettings>) => CloudSession;
}

async function start(options: Partial<CtyunSimulatorOptions> = {}): Promise<Cloud> {
  const simulator = await startCtyunSimulator({ listen: "127.0.0.1:0", ...KEYS, ...options });
  cleanUps.push(() => simulator.close());
  const open: Cloud["open"] = (credentials, settings = {}) => {
    const session = ctyun.open(
      {
        account: "team/account",
        endpoint: simulator.url,
        tls: { mode: "Plaintext" },
        requestBudget: { readsPerMinute: 1_000_000 },
        providerOptions: {},
        ...settings,
      },
      credentials,
      {
        clock: systemClock,
        log: createLogger({ level: "silent" }),
        fence: openFence,
        userAgent: "yunfan/test (me)",
        budget: ownBudget(systemClock),
      },
    );
    cleanUps.push(() => session.close());
    return session;
  };
  const session = open(KEYS);
  if (session.registry === undefined) throw new Error("No registry facet");
  const control: Cloud["control"] = async (method, path, body) => {
    const headers = { "content-type": "application/json" };
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${simulator.url}/_simulator/${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  };
  return { session, registry: session.registry, control, open };
}

function create(registry: RegistryFacet, name: string): Promise<{ id: string | undefined }> {
  return registry.create({ name, visibility: "Private", nonce: "uid-1" }, grantWrite(never));
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("It succeeded"),
    (error: unknown) => error,
  );
}

describe("a project's life", () => {
  test("is created, found by its mark, changed and deleted", async () => {
    const { session, registry } = await start();
    await session.verify(never);
    const attempt = { nonce: "uid-1", startedAtMs: systemClock.now() };
    const { id } = await create(registry, "team-a");
    const { items: projects, clockSkewMs } = await registry.list(never);
    expect(projects).toMatchObject([{ id, name: "team-a", visibility: "Private", mine: true, repositoryCount: 0 }]);
    expect(projects.map((project) => registry.bearsMark(project, attempt, clockSkewMs))).toEqual([true]);
    await registry.setVisibility(id!, "Public", grantWrite(never));
    expect((await registry.list(never)).items).toMatchObject([{ id, visibility: "Public" }]);
    await registry.remove(id!, grantWrite(never));
    expect((await registry.list(never)).items).toEqual([]);
    await expect(registry.remove(id!, grantWrite(never))).rejects.toMatchObject({ kind: "NotFound" });
    await expect(registry.setVisibility(id!, "Public", grantWrite(never))).rejects.toMatchObject({ kind: "NotFound" });
    expect(await registry.listRepositories(id!, never)).toBe("Absent");
  });

  test("does not begin under a name that somebody has, nor under one that the cloud refuses", async () => {
    const { registry, control } = await start();
    await control("POST", "projects", { name: "theirs", public: false, owner: "zhang" });
    await expect(create(registry, "theirs")).rejects.toMatchObject({ kind: "AlreadyExists" });
    await expect(create(registry, "a--b")).rejects.toMatchObject({ kind: "NameRefused" });
    expect((await registry.list(never)).items).toEqual([]);
  });

  test("of somebody else is seen where it is public, is not ours and not to be changed", async () => {
    const { registry, control } = await start();
    const { id } = (await control("POST", "projects", { name: "theirs", public: true, owner: "zhang" })) as {
      id: string;
    };
    const attempt = { nonce: "uid-1", startedAtMs: 0 };
    const { items: projects, clockSkewMs } = await registry.list(never);
    expect(projects).toMatchObject([{ id, mine: false, visibility: "Public" }]);
    expect(registry.bearsMark(projects[0]!, attempt, clockSkewMs)).toBe(false);
    await expect(registry.remove(id, grantWrite(never))).rejects.toMatchObject({ kind: "Forbidden" });
  });

  test.each(["Number", "Boolean", "String"] as const)(
    "is read with flags as %s, over pages that are cut",
    async (style) => {
      const { registry } = await start({ booleanStyle: style, maxPageSize: 3 });
      const names = Array.from({ length: 10 }, (_, index) => `project-${index}`);
      for (const name of names) await create(registry, name);
      const { items: projects } = await registry.list(never);
      expect(projects.map(({ name }) => name).toSorted()).toEqual(names);
      expect(new Set(projects.map(({ visibility }) => visibility))).toEqual(new Set(["Private"]));
    },
  );

  test.each([-3_600_000, 3_600_000])("bears its mark where the cloud's clock is off by %i ms", async (offMs) => {
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + offMs };
    const { registry } = await start({ clock, largestSkewMs: Number.POSITIVE_INFINITY });
    await create(registry, "before");
    const before = await registry.list(never);
    const late = { nonce: "uid-1", startedAtMs: systemClock.now() + 60_000 };
    expect(before.items.map((project) => registry.bearsMark(project, late, before.clockSkewMs))).toEqual([false]);
    const now = { nonce: "uid-1", startedAtMs: systemClock.now() };
    await create(registry, "now");
    const { items: projects, clockSkewMs } = await registry.list(never);
    const own = projects.find(({ name }) => name === "now");
    expect(registry.bearsMark(own!, now, clockSkewMs)).toBe(true);
    expect(Math.abs(clockSkewMs - offMs)).toBeLessThan(2_000);
  });
});

describe("credentials", () => {
  test.each([
    { accessKey: "ak-2", secretKey: KEYS.secretKey },
    { accessKey: KEYS.accessKey, secretKey: "sk-wrong" },
  ])("%j are not accepted, which shows no key", async (credentials) => {
    const { open } = await start();
    const error = (await failureOf(open(credentials).verify(never))) as Error;
    expect(error).toMatchObject({ kind: "Unauthenticated" });
    expect(error.message).not.toContain(credentials.secretKey);
  });

  test("hold for every name that can stand in a path or a query", async () => {
    const { registry } = await start();
    const segment = fc
      .string({ unit: "binary", minLength: 1, maxLength: 12 })
      .filter((name) => !/^\.{1,2}$|[/\0]/.test(name));
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 3 }), async (names) => {
        const error = await failureOf(registry.listTags("project", names.join("/"), never));
        expect(error).toMatchObject({ kind: "NotFound" });
      }),
      { numRuns: 30 },
    );
  });
});

describe("what a project holds", () => {
  test.each(["ProjectName", "ProjectId"])(
    "keeps it from being deleted until it is emptied by %s",
    async (imageDeletePath) => {
      const cloud = await start({ maxPageSize: 1 });
      const registry = cloud.open(KEYS, { providerOptions: { imageDeletePath } }).registry!;
      const { id } = await create(registry, "team-a");
      for (const [repository, tag] of [
        ["team-a/app", "v1"],
        ["team-a/app", "v2"],
        ["team-a/deep/er", "v1"],
      ]) {
        await cloud.control("POST", "images", { repository, tag });
      }
      expect(await registry.listRepositories(id!, never)).toEqual([
        { name: "app", tagCount: 2 },
        { name: "deep/er", tagCount: 1 },
      ]);
      expect((await registry.list(never)).items).toMatchObject([{ repositoryCount: 2 }]);
      expect(await registry.listTags("team-a", "app", never)).toEqual([
        { name: "v1", digest: expect.stringMatching(/^sha256:/) },
        { name: "v2", digest: expect.stringMatching(/^sha256:/) },
      ]);
      await expect(registry.remove(id!, grantWrite(never))).rejects.toMatchObject({ kind: "NotEmpty" });
      for (const repository of ["app", "app", "deep/er"]) {
        await registry.deleteRepository({ id: id!, name: "team-a" }, repository, grantWrite(never));
      }
      expect(await registry.listRepositories(id!, never)).toEqual([]);
      await expect(registry.listTags("team-a", "app", never)).rejects.toMatchObject({ kind: "NotFound" });
      await registry.remove(id!, grantWrite(never));
    },
  );
});

test("pull credentials are those of the namespace, on either path", async () => {
  const { registry, open } = await start();
  const credentials = await registry.pullCredentials({ namespace: "default" }, never);
  expect(credentials.registry).toMatch(/^[^/]+$/);
  expect(credentials.username).not.toBe("");
  const prefixed = open(KEYS, { providerOptions: { namespacePathPrefix: "/api/v1" } }).registry!;
  expect(await prefixed.pullCredentials({ namespace: "default" }, never)).toEqual(credentials);
  await expect(registry.pullCredentials({ namespace: "nowhere" }, never)).rejects.toMatchObject({ kind: "NotFound" });
});

describe("when the cloud misbehaves", () => {
  async function startWith(fault: Record<string, unknown>): Promise<Cloud> {
    const cloud = await start();
    await cloud.control("PUT", "faults", { seed: 1, faults: [fault] });
    return cloud;
  }

  test.each([
    ["DropBefore", 0],
    ["DropAfter", 1],
    ["MalformedJson", 1],
  ])("a create that meets %s has an unknown outcome and is not sent again", async (action, made) => {
    const { registry, control } = await startWith({ method: "POST", action });
    expect(outcomeIsUnknown(await failureOf(create(registry, "team-a")))).toBe(true);
    expect((await registry.list(never)).items).toHaveLength(made);
    const requests = (await control("GET", "requests")) as { method: string }[];
    expect(requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("a list that is no JSON is no list", async () => {
    const { registry } = await startWith({ method: "GET", action: "MalformedJson" });
    await expect(registry.list(never)).rejects.toMatchObject({ kind: "Unavailable" });
    expect((await registry.list(never)).items).toEqual([]);
  });

  test.each([
    [429, "Throttled", 7_000],
    [503, "Unavailable", 7_000],
    [422, "Rejected", 7_000],
    [302, "Unavailable", undefined],
  ])("%i on a create is %s, with the time the cloud asks for", async (status, kind, retryAfterMs) => {
    const { registry } = await startWith({ method: "POST", action: "Status", status, retryAfterSeconds: 7 });
    expect(await failureOf(create(registry, "team-a"))).toMatchObject({ kind, retryAfterMs });
    expect((await registry.list(never)).items).toEqual([]);
  });

  test.each(["Hold", "SlowHeaders"])("a request that meets %s ends when its caller ends", async (action) => {
    const { registry, control } = await startWith({ method: "POST", action, ms: 600_000 });
    onTestFinished(async () => {
      await control("POST", "release").catch(() => undefined);
    });
    const abort = new AbortController();
    const reason = new Error("enough");
    const failure = failureOf(
      registry.create({ name: "team-a", visibility: "Private", nonce: "uid-1" }, grantWrite(abort.signal)),
    );
    await vi.waitFor(async () => expect(await control("GET", "requests")).not.toEqual([]));
    abort.abort(reason);
    expect(await failure).toBe(reason);
  });
});

test("every request says who sent it", async () => {
  const { session, control } = await start();
  await session.verify(never);
  expect(await control("GET", "requests")).toMatchObject([
    { method: "GET", path: "/registry/api/projects", userAgent: "yunfan/test (me)", status: 200 },
  ]);
});
