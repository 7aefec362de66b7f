// What a visit says in its middle, while it waits for its turn in the budget, against the real API server.
import { afterAll, beforeAll, expect, it } from "vitest";
import { goLive, PROJECTS, unaborted, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { createLogger } from "../../lib/log.ts";
import { waitingForBudget } from "./budget-waits.ts";
import { Visit } from "./visit.ts";

const WAITING = waitingForBudget("team/main");
const READY = { state: "Ready", reason: "Available", message: "As declared" } as const;

let live: Live;

beforeAll(async () => {
  live = await goLive("visit-waiting");
});
afterAll(() => live[Symbol.asyncDispose]());

function visitTo(object: RegistryProject): Visit<RegistryProject> {
  const ignored = (): void => undefined;
  const deps = {
    client: live.client,
    type: PROJECTS,
    clock: new FakeClock(),
    onNamespaceDeletion: "Hold" as const,
    absorb: ignored,
    forget: ignored,
    beside: () => [],
    releases: new Set<string>(),
  };
  return new Visit(deps, { object, signal: unaborted, log: createLogger({ level: "silent" }) });
}

it("says that it waits where nothing was said of the generation yet, and keeps its draft to itself", async () => {
  const object = await live.create();
  const visit = visitTo(object);
  visit.status.externalId = "7";
  await visit.tellWaiting(WAITING);
  const { status } = await live.read(object);
  expect(status).toMatchObject({ observedGeneration: -1, phase: "Reconciling" });
  expect(status).not.toHaveProperty("externalId");
  expect(status.conditions).toMatchObject([
    { type: "Ready", status: "False", reason: "WaitingForBudget" },
    { type: "Reconciling", status: "True", reason: "WaitingForBudget" },
  ]);
  await visit.conclude(READY);
  const { status: concluded } = await live.read(object);
  expect(concluded).toMatchObject({ observedGeneration: 1, externalId: "7", phase: "Ready" });
  expect(concluded.conditions?.map(({ type }) => type)).toEqual(["Ready"]);
});

it("says nothing where something was said of the generation: a look that waits makes nobody unready", async () => {
  const object = await live.create();
  await visitTo(object).conclude(READY);
  const later = visitTo(await live.read(object));
  expect(await live.requestsOf(() => later.tellWaiting(WAITING))).toEqual([]);
});

it("does not fail where it can't say it", async () => {
  const object = await live.create();
  await live.others.delete(PROJECTS, object.metadata);
  await expect(visitTo(object).tellWaiting(WAITING)).resolves.toBeUndefined();
});
