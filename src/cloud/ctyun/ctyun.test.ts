// What CTYUN alone has, its client against its simulator. What every cloud has is asked by test/conformance.
import { grantWrite } from "../permit.ts";
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { ownBudget } from "../../../test/support/clouds/budgets.ts";
import { controlsOf, type SimulatorControls } from "../../../test/support/clouds/simulator.ts";
import { systemClock } from "../../lib/clock.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import type { RegistryFacet } from "../facets/registry.ts";
import { ctyun } from "./index.ts";
import { startCtyunSimulator, type CtyunSimulatorOptions } from "./simulator/index.ts";

const KEYS = { accessKey: "ak-1", secretKey: "sk/+=~!*'()" };
const never = new AbortController().signal;

interface Cloud {
  readonly simulator: SimulatorControls;
  readonly registry: RegistryFacet;
  /** The registry as an account with these options sees it. */
  readonly open: (providerOptions?: Readonly<Record<string, unknown>>) => RegistryFacet;
}

async function start(options: Partial<CtyunSimulatorOptions> = {}): Promise<Cloud> {
  const simulator = controlsOf(await startCtyunSimulator({ listen: "127.0.0.1:0", ...KEYS, ...options }));
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const open: Cloud["open"] = (providerOptions = {}) => {
    const session = ctyun.open(
      {
        account: "team/account",
        endpoint: simulator.url,
        tls: { mode: "Plaintext" },
        requestBudget: { readsPerMinute: 1_000_000 },
        providerOptions,
      },
      KEYS,
      {
        clock: systemClock,
        log: createLogger({ level: "silent" }),
        fence: openFence,
        userAgent: "yunfan/test (me)",
        budget: ownBudget(systemClock),
      },
    );
    onTestFinished(() => session.close());
    if (session.registry === undefined) throw new Error("No registry facet");
    return session.registry;
  };
  return { simulator, registry: open(), open };
}

function create(registry: RegistryFacet, name: string): Promise<{ id: string | undefined }> {
  return registry.create({ name, visibility: "Private", nonce: "uid-1" }, grantWrite(never));
}

test.each(["Number", "Boolean", "String"] as const)(
  "projects are read with flags as %s, over pages that are cut",
  async (style) => {
    const { registry } = await start({ booleanStyle: style, maxPageSize: 3 });
    const names = Array.from({ length: 10 }, (_, index) => `project-${index}`);
    for (const name of names) await create(registry, name);
    const { items: projects } = await registry.list(never);
    expect(projects.map(({ name }) => name).toSorted()).toEqual(names);
    expect(new Set(projects.map(({ visibility }) => visibility))).toEqual(new Set(["Private"]));
  },
);

test("signatures hold for every name that can stand in a path or a query", async () => {
  const { registry } = await start();
  const segment = fc
    .string({ unit: "binary", minLength: 1, maxLength: 12 })
    .filter((name) => !/^\.{1,2}$|[/\0]/.test(name));
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 3 }), async (names) => {
      const tags = registry.listTags("project", names.join("/"), never);
      await expect(tags).rejects.toMatchObject({ kind: "NotFound" });
    }),
    { numRuns: 30 },
  );
});

test.each(["ProjectName", "ProjectId"])(
  "what a project holds keeps it from being deleted until it is emptied by %s",
  async (imageDeletePath) => {
    const cloud = await start({ maxPageSize: 1 });
    const registry = cloud.open({ imageDeletePath });
    const { id } = await create(registry, "team-a");
    for (const [repository, tag] of [
      ["team-a/app", "v1"],
      ["team-a/app", "v2"],
      ["team-a/deep/er", "v1"],
    ]) {
      await cloud.simulator.behindOurBack("POST", "images", { repository, tag });
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

test("pull credentials are those of the namespace, on either path", async () => {
  const { registry, open } = await start();
  const credentials = await registry.pullCredentials({ namespace: "default" }, never);
  expect(credentials.registry).toMatch(/^[^/]+$/);
  expect(credentials.username).not.toBe("");
  const prefixed = open({ namespacePathPrefix: "/api/v1" });
  expect(await prefixed.pullCredentials({ namespace: "default" }, never)).toEqual(credentials);
  await expect(registry.pullCredentials({ namespace: "nowhere" }, never)).rejects.toMatchObject({ kind: "NotFound" });
});
