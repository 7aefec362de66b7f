// When the cloud is not to be trusted: lists with gaps or from the past, answers that never come, errors in the middle of a
// create. Whatever it shows, each project is there once, and none is deleted.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import type { Fault, LoggedRequest, Simulator } from "../support/clouds/simulator.ts";
import { createStand, projectManifest, type Resource, type Stand } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("trust");
  await stand.operator({ flags: ["--no-leader-elect", "--settle-window", String(SETTLE_SECONDS)] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Longer than lists lag here, and than a busy machine takes from the journal to the request. */
const SETTLE_SECONDS = 4;

const PROJECTS = "^/registry/api/projects$";

/** What `POST /registry/api/projects` came to. */
async function creates(cloud: Simulator): Promise<LoggedRequest[]> {
  return (await cloud.requests()).filter(({ method }) => method === "POST");
}

async function deletions(cloud: Simulator): Promise<LoggedRequest[]> {
  return (await cloud.requests()).filter(({ method }) => method === "DELETE");
}

/** A project on the account of that name. */
function on(account: string, name = account): object {
  return projectManifest(name, { accountRef: { name: account } });
}

function reasonsOf(versions: readonly Resource[]): Set<string | undefined> {
  return new Set(versions.map(({ status }) => status.conditions?.find(({ type }) => type === "Ready")?.reason));
}

/** Waits until the cloud has misread that many of the lists asked for. */
async function struck(cloud: Simulator, action: Fault["action"], times: number): Promise<boolean> {
  const requests = await cloud.requests();
  return requests.filter(({ fault }) => fault === action).length >= times;
}

describe.concurrent("lists that show less than there is", () => {
  it.for([
    { title: "empty ones", account: "empty", fault: { action: "EmptyList", path: PROJECTS, times: 0 } },
    {
      title: "from before anything was made",
      account: "stale",
      fault: { action: "StaleList", path: PROJECTS, times: 0, ms: 600_000 },
    },
  ])(
    "make nothing be created twice or deleted, and a newcomer wait: $title",
    async ({ account, fault }, { expect }) => {
      const [known, newcomer] = [`${account}-known`, `${account}-new`];
      const cloud = await stand.cloud(account, {}, on(account, known));
      await stand.reaches(`registryproject/${known}`, "Available");
      const made = await cloud.projects();
      await cloud.setFaults([fault]);
      await stand.lookAgain(`registryproject/${known}`);
      const { message } = await stand.reaches(`registryproject/${known}`, "ObservationNotTrusted");
      expect(message).toContain(made[0]!.id);
      await stand.apply(on(account, newcomer));
      await stand.reaches(`registryproject/${newcomer}`, "ObservationNotTrusted");
      await stand.lookAgain(`registryproject/${newcomer}`);
      await stand.reaches(`registryproject/${newcomer}`, "ObservationNotTrusted");
      expect(await cloud.projects()).toEqual(made);

      await cloud.setFaults([]);
      await stand.lookAgain(`registryproject/${known}`);
      await stand.reaches(`registryproject/${known}`, "Available");
      await stand.lookAgain(`registryproject/${newcomer}`);
      await stand.reaches(`registryproject/${newcomer}`, "Available");
      expect(await creates(cloud)).toHaveLength(2);
      expect(await deletions(cloud)).toEqual([]);
    },
  );

  it("are no proof for a deletion: the project goes when a list shows it again", async ({ expect }) => {
    const cloud = await stand.cloud("hiding", {}, on("hiding", "hidden"));
    await stand.reaches("registryproject/hidden", "Available");
    await cloud.setFaults([{ action: "EmptyList", path: PROJECTS, times: 0 }]);
    await stand.remove("registryproject/hidden");
    await stand.reaches("registryproject/hidden", "ObservationNotTrusted");
    expect(await cloud.projects()).toHaveLength(1);
    await cloud.setFaults([]);
    await stand.gone("registryproject/hidden");
    expect(await cloud.projects()).toEqual([]);
  });

  it("once, in the middle of a list of several pages, make nothing happen", async ({ expect }) => {
    const names = ["page-a", "page-b", "page-c", "page-d", "page-e"];
    const cloud = await stand.cloud("pages", { maxPageSize: 2 }, ...names.map((name) => on("pages", name)));
    await Promise.all(names.map((name) => stand.reaches(`registryproject/${name}`, "Available")));
    const made = await cloud.projects();
    await cloud.setFaults([{ action: "EmptyList", path: PROJECTS, skip: 1, times: 1 }]);
    await expect.poll(() => struck(cloud, "EmptyList", 1), { timeout: 20_000 }).toBe(true);
    await Promise.all(names.map((name) => stand.visited(`registryproject/${name}`)));
    await Promise.all(names.map((name) => stand.reaches(`registryproject/${name}`, "Available")));
    expect(await cloud.projects()).toEqual(made);
    expect(await creates(cloud)).toHaveLength(names.length);
  });
});

describe.concurrent.for(["Refuse", "Allow"] as const)(
  "a create without an answer, duplicate names: %s",
  (duplicateNames) => {
    const suffix = duplicateNames.toLowerCase();

    it.for([
      { title: "it took effect: adopted by its mark", name: "after", action: "DropAfter" as const, sends: 1 },
      {
        title: "it took no effect: sent again after the settle window",
        name: "before",
        action: "DropBefore" as const,
        sends: 2,
      },
    ])("leads to exactly one project, $title", async ({ name, action, sends }, { expect }) => {
      const account = `${name}-${suffix}`;
      const faults = { faults: [{ action, method: "POST", path: PROJECTS }] };
      const cloud = await stand.cloud(account, { duplicateNames, faults }, on(account));
      await stand.reaches(`registryproject/${account}`, "Available");
      const [project, ...others] = await cloud.projects();
      expect(others).toEqual([]);
      const { status } = stand.seen(`registryproject/${account}`)!;
      expect(status).toMatchObject({ externalId: project!.id, origin: "Created" });
      expect(status.operation).toBeUndefined();
      expect(await creates(cloud)).toHaveLength(sends);
      const nonces = stand.versions(`registryproject/${account}`).map((version) => version.status.operation?.nonce);
      expect(new Set(nonces.filter((nonce) => nonce !== undefined)).size).toBe(1);
    });

    it("whose 503 came before it did anything is sent again after the settle window", async ({ expect }) => {
      const account = `status-${suffix}`;
      const faults = { faults: [{ action: "Status" as const, status: 503, method: "POST", path: PROJECTS }] };
      const cloud = await stand.cloud(account, { duplicateNames, faults }, on(account));
      await stand.reaches(`registryproject/${account}`, "Available");
      const [first, second, ...others] = await creates(cloud);
      expect([first, second]).toMatchObject([{ status: 503 }, { status: 201 }]);
      expect(others).toEqual([]);
      // The window counts from the journal, which is written some time before the request arrives.
      expect(Date.parse(second!.time) - Date.parse(first!.time)).toBeGreaterThan(SETTLE_SECONDS * 1000 - 1_000);
      expect(await cloud.projects()).toHaveLength(1);
    });

    it("is found after lists that do not show it yet, not made again", async ({ expect }) => {
      const account = `late-${suffix}`;
      const lost = { action: "DropAfter" as const, method: "POST", path: PROJECTS };
      const late = { action: "StaleList" as const, path: PROJECTS, ms: 1_000, times: 0 };
      const cloud = await stand.cloud(account, { duplicateNames, faults: { faults: [lost, late] } }, on(account));
      await stand.reaches(`registryproject/${account}`, "Available");
      expect(await cloud.projects()).toHaveLength(1);
      expect(await creates(cloud)).toHaveLength(1);
    });

    it("is waited out by a deletion, which then deletes what it made", async ({ expect }) => {
      const account = `leaving-${suffix}`;
      const resource = `registryproject/${account}`;
      const lost = { action: "DropAfter", method: "POST", path: PROJECTS } as const;
      const cloud = await stand.cloud(account, { duplicateNames, faults: { faults: [lost] } }, on(account));
      await stand.until(resource, ({ status: { operation } }) => operation !== undefined);
      await cloud.setFaults([lost, { action: "Status", status: 503, method: "GET", path: PROJECTS, times: 0 }]);
      await stand.remove(resource);
      await stand.reaches(resource, "CloudUnavailable");
      expect(await cloud.projects()).toHaveLength(1);
      await cloud.setFaults([]);
      await stand.gone(resource);
      expect(await cloud.projects()).toEqual([]);
      expect(await creates(cloud)).toHaveLength(1);
    });
  },
);

describe.concurrent("a create that the cloud refuses", () => {
  it("with 409 for a project that no list shows closes the journal at once", async ({ expect }) => {
    const cloud = await stand.cloud("invisible");
    await cloud.behindOurBack("POST", "projects", { name: "taken", owner: "neighbour" });
    await stand.apply(on("invisible", "taken"));
    await stand.reaches("registryproject/taken", "AlreadyExists");
    const { status } = stand.seen("registryproject/taken")!;
    expect(status.operation).toBeUndefined();
    expect(status.externalId).toBeUndefined();
    expect(reasonsOf(stand.versions("registryproject/taken"))).not.toContain("CreateOutcomeUnknown");
    await stand.remove("registryproject/taken");
    await stand.gone("registryproject/taken");
    expect(await cloud.projects()).toMatchObject([{ owner: "neighbour" }]);
  });

  it("with 429 is sent again no sooner than it says", async ({ expect }) => {
    const fault = { action: "Status" as const, status: 429, retryAfterSeconds: 3, method: "POST", path: PROJECTS };
    const cloud = await stand.cloud("busy", { faults: { faults: [fault] } }, on("busy"));
    await stand.reaches("registryproject/busy", "Available");
    const [first, second] = await creates(cloud);
    expect(Date.parse(second!.time) - Date.parse(first!.time)).toBeGreaterThanOrEqual(3_000);
    expect(await cloud.projects()).toHaveLength(1);
  });
});

describe.concurrent("answers that can't be read", () => {
  it("change nothing and heal by themselves", async ({ expect }) => {
    const cloud = await stand.cloud("garbled", {}, on("garbled"));
    await stand.reaches("registryproject/garbled", "Available");
    await cloud.setFaults([{ action: "MalformedJson", method: "GET", times: 0 }]);
    await stand.reaches("registryproject/garbled", "CloudUnavailable");
    await cloud.setFaults([]);
    await stand.reaches("registryproject/garbled", "Available");
    expect(await cloud.effects()).toHaveLength(1);
  });

  it("to a create, which took effect, are looked into before anything is sent again", async ({ expect }) => {
    const faults = { faults: [{ action: "MalformedJson" as const, method: "POST", path: PROJECTS }] };
    const cloud = await stand.cloud("mumbled", { faults }, on("mumbled"));
    await stand.reaches("registryproject/mumbled", "Available");
    expect(await creates(cloud)).toHaveLength(1);
    expect(await cloud.projects()).toHaveLength(1);
  });
});

itStaysClean(() => stand);
