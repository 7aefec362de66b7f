// What a visit to a resource that is being deleted reads before the cloud is touched, on the real API server.
import { afterAll, beforeAll, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { frameOf } from "../../../test/support/operator/lifecycle-harness.ts";
import { goLive, PROJECTS, unaborted, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { rejectionOf } from "../../../test/support/environment/rejection.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { KubeError } from "../../kube/errors.ts";
import { createLogger } from "../../lib/log.ts";
import { NAMESPACE_ANNOTATION } from "./deletion-intent.ts";
import { ANNOTATIONS, FINALIZER } from "./resource.ts";
import { NAMESPACES } from "./live-metadata.ts";
import { ChangedError } from "./passing.ts";
import { Visit } from "./visit.ts";

const log = createLogger({ level: "silent" });
const CRD = "/customresourcedefinitions/registryprojects.yunfan.dev";

let live: Live;

beforeAll(async () => {
  live = await goLive("departure");
});
afterAll(async () => {
  await live[Symbol.asyncDispose]();
});

async function createDeleting(where: Live = live): Promise<RegistryProject> {
  const object = await where.create({ metadata: { finalizers: [FINALIZER] } });
  await where.others.delete(PROJECTS, object.metadata);
  return where.read(object);
}

function visitTo(object: RegistryProject, where: Live = live) {
  const absorbed: RegistryProject[] = [];
  const absorb = (answer: RegistryProject) => void absorbed.push(answer);
  const { client } = where;
  const deps = {
    client,
    type: PROJECTS,
    clock: new FakeClock(),
    onNamespaceDeletion: "Hold" as const,
    absorb,
    forget: () => undefined,
    beside: () => [],
    releases: new Set<string>(),
  };
  return { absorbed, visit: new Visit(deps, { object, signal: unaborted, log }) };
}

const annotatedWith = (wish: string) => ({ metadata: { annotations: { [NAMESPACE_ANNOTATION]: wish } } });

it("is a deletion after three reads: CRD and namespace, then the resource", async () => {
  const object = await createDeleting();
  const { visit } = visitTo(object);
  const requests = await live.requestsOf(async () => {
    expect(await visit.departure()).toEqual({ means: "Delete" });
  });
  expect(requests.slice(0, 2).sort()).toEqual([
    `GET /api/v1/namespaces/${live.namespace}`,
    `GET /apis/apiextensions.k8s.io/v1${CRD}`,
  ]);
  expect(requests.slice(2)).toEqual([`GET ${object.metadata.name}`]);
  expect(visit.leftBecause).toBeUndefined();
});

it("is none on the word of a cache that has missed that the resource was let go of and made anew", async () => {
  const object = await createDeleting();
  await live.change(object, { metadata: { finalizers: null } });
  const { visit } = visitTo(object);
  expect(await rejectionOf(visit.departure())).toMatchObject({ code: 404 });

  const { name } = object.metadata;
  const successor = await live.create({ metadata: { name, finalizers: [FINALIZER] } });
  const later = visitTo(object);
  expect(await rejectionOf(later.visit.departure())).toBeInstanceOf(ChangedError);
  expect(later.absorbed).toEqual([successor]);
});

it.each([ANNOTATIONS.paused, ANNOTATIONS.forceOrphan])("is none where %s came meanwhile", async (annotation) => {
  const object = await createDeleting();
  const changed = await live.change(object, { metadata: { annotations: { [annotation]: "7" } } });
  const { visit, absorbed } = visitTo(object);
  expect(await rejectionOf(visit.departure())).toBeInstanceOf(ChangedError);
  expect(absorbed).toEqual([changed]);
});

it("is held where the API server forbids a read, and fails where it does not answer well", async () => {
  const object = await createDeleting();
  const refused = JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code: 403,
    reason: "Forbidden",
  });
  const headers = { "content-type": "application/json" };
  live.proxy.inject({ path: new RegExp(CRD), action: "Answer", status: 403, headers, body: refused });
  expect(await visitTo(object).visit.departure()).toMatchObject({ means: "Hold" });
  live.proxy.inject({ path: new RegExp(CRD), action: "Answer", status: 403, headers, body: refused });
  expect(await visitTo(object).visit.isKindLeaving()).toBe(false);
  live.proxy.inject({ path: new RegExp(CRD), action: "Answer", status: 500 });
  expect(await rejectionOf(visitTo(object).visit.departure())).toBeInstanceOf(KubeError);
});

it.each([
  ["a load balancer without a backend", "default backend - 404"],
  ["a gateway", '{"code":404,"message":"page not found"}'],
  ["nobody in particular", ""],
])("takes no 404 of %s before the API server for the CRD's or the namespace's absence", async (_who, body) => {
  const object = await createDeleting();
  for (const path of [new RegExp(CRD), new RegExp(`/namespaces/${live.namespace}$`)]) {
    live.proxy.inject({ path, action: "Answer", status: 404, body });
    expect(await rejectionOf(visitTo(object).visit.departure())).toMatchObject({ code: 404 });
    expect(await visitTo(object).visit.departure()).toEqual({ means: "Delete" });
  }
});

it("tells once what stays in the cloud against its policy, by its id, and how to take it over again", async () => {
  const team = await goLive("orphans");
  try {
    const created = await team.create({ metadata: { finalizers: [FINALIZER] } });
    const object = await team.change(created, { status: { externalId: "7" } }, "status");
    await team.others.delete(PROJECTS, object.metadata);
    await team.others.mergePatch(NAMESPACES, { name: team.namespace }, annotatedWith("Orphan"));
    await team.others.delete(NAMESPACES, { name: team.namespace });
    const frame = frameOf(team, {
      finalize: async (visit) => {
        await visit.departure();
        return "Released";
      },
    });
    await frame.visit(object);
    expect(await team.find(object)).toBeUndefined();
    const note =
      `Namespace ${team.namespace} is being deleted: 7 stays in the cloud. ` +
      'A resource with spec.externalId: "7" takes it over again';
    expect(frame.events).toEqual([{ type: "Normal", reason: "Orphaned", action: "Delete", note }]);
  } finally {
    await team[Symbol.asyncDispose]();
  }
});

it("asks the namespace that is being deleted, and leaves what it says to leave", async () => {
  const team = await goLive("leaving");
  try {
    const object = await createDeleting(team);
    await team.others.delete(NAMESPACES, { name: team.namespace });
    expect(await visitTo(object, team).visit.departure()).toMatchObject({ means: "Hold" });
    const say = (wish: string) => team.others.mergePatch(NAMESPACES, { name: team.namespace }, annotatedWith(wish));
    await say("Delete");
    expect(await visitTo(object, team).visit.departure()).toEqual({ means: "Delete" });
    await say("Orphan");
    const { visit } = visitTo(object, team);
    expect(await visit.departure()).toMatchObject({ means: "Orphan" });
    expect(visit.leftBecause).toBe(`Namespace ${team.namespace} is being deleted`);
  } finally {
    await team[Symbol.asyncDispose]();
  }
});
