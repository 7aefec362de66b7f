// Finalizers against the real API server (R16).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goLive, PROJECTS, unaborted, type Live } from "../../test/support/apiserver/live-projects.ts";
import { storedRegistryProject } from "../../test/support/environment/resources.ts";
import type { RegistryProject } from "../crds/registryproject/schema.ts";
import { KubeError } from "../kube/errors.ts";
import { ensureFinalizer, hasFinalizer, removeFinalizer } from "./finalizer.ts";

const FINALIZER = "yunfan.dev/finalizer";
const FOREIGN = "example.dev/keep";

let live: Live;

beforeAll(async () => {
  live = await goLive("finalizer");
});

afterAll(async () => {
  await live[Symbol.asyncDispose]();
});

const held = (object: RegistryProject) => ({ type: PROJECTS, object, finalizer: FINALIZER, signal: unaborted });
const ensure = (object: RegistryProject): Promise<RegistryProject> => ensureFinalizer(live.client, held(object));
const remove = (object: RegistryProject) => removeFinalizer(live.client, held(object));

describe("ensureFinalizer", () => {
  it("R16: returns the object as the server persisted it", async () => {
    const object = await live.create();
    const answer = await ensure(object);
    expect(answer.metadata.finalizers).toEqual([FINALIZER]);
    expect(await live.read(object)).toEqual(answer);
    expect(answer.metadata.generation).toBe(object.metadata.generation);
  });

  it("R16: leaves other finalizers where they are", async () => {
    const answer = await ensure(await live.create({ metadata: { finalizers: [FOREIGN] } }));
    expect(answer.metadata.finalizers).toEqual([FOREIGN, FINALIZER]);
  });

  it("is no request where it is there already", async () => {
    const object = await live.create({ metadata: { finalizers: [FINALIZER] } });
    expect(await live.requestsOf(() => ensure(object))).toEqual([]);
  });

  it("R16: throws and writes nothing when the object changed since it was read", async () => {
    const object = await live.create();
    await live.change(object, { spec: { visibility: "Public" } });
    await expect(ensure(object)).rejects.toBeInstanceOf(KubeError);
    expect(hasFinalizer(await live.read(object), FINALIZER)).toBe(false);
  });

  it("R16: never holds a namesake created in the meantime", async () => {
    const object = await live.create();
    await live.others.delete(PROJECTS, object.metadata);
    const namesake = await live.create({ metadata: { name: object.metadata.name } });
    await expect(ensure(object)).rejects.toBeInstanceOf(KubeError);
    expect(await live.read(namesake)).toEqual(namesake);
  });

  it("R16: throws 404 when the object is gone, so that no cloud write follows", async () => {
    const object = await live.create();
    await live.others.delete(PROJECTS, object.metadata);
    await expect(ensure(object)).rejects.toHaveProperty("code", 404);
  });
});

describe("removeFinalizer", () => {
  it("R16: lets a deleted object go, by one JSON patch", async () => {
    const object = await live.create({ metadata: { finalizers: [FINALIZER] } });
    await live.others.delete(PROJECTS, object.metadata);
    expect(await live.requestsOf(() => remove(object))).toEqual([`PATCH ${object.metadata.name}`]);
    expect(await remove(object)).toBeUndefined();
    expect(await live.find(object)).toBeUndefined();
  });

  it("R16: takes off its own and no other one", async () => {
    const object = await live.create({ metadata: { finalizers: [FOREIGN, FINALIZER] } });
    await live.others.delete(PROJECTS, object.metadata);
    expect((await remove(object))?.metadata.finalizers).toEqual([FOREIGN]);
    expect((await live.read(object)).metadata.finalizers).toEqual([FOREIGN]);
  });

  it("R16: takes off nothing when another finalizer went first and all moved up", async () => {
    const object = await live.create({ metadata: { finalizers: [FOREIGN, FINALIZER, "example.dev/last"] } });
    await live.change(object, { metadata: { finalizers: [FINALIZER, "example.dev/last"] } });
    await expect(remove(object)).rejects.toHaveProperty("code", 422);
    expect((await live.read(object)).metadata.finalizers).toEqual([FINALIZER, "example.dev/last"]);
  });

  it("R16: never takes it from a namesake created in the meantime", async () => {
    const object = await live.create({ metadata: { finalizers: [FINALIZER] } });
    await live.others.delete(PROJECTS, object.metadata);
    await remove(object);
    const namesake = await live.create({ metadata: { name: object.metadata.name, finalizers: [FINALIZER] } });
    await expect(remove(object)).rejects.toHaveProperty("code", 422);
    expect(await live.read(namesake)).toEqual(namesake);
  });

  it("R16: succeeds when the object is gone already, as after an answer that was lost", async () => {
    const object = await live.create({ metadata: { finalizers: [FINALIZER] } });
    await live.others.delete(PROJECTS, object.metadata);
    live.proxy.inject({ method: /PATCH/, path: new RegExp(object.metadata.name), action: "DropAfter" });
    await expect(remove(object)).rejects.toThrow("no answer");
    await expect(remove(object)).resolves.toBeUndefined();
  });

  it("R16: is no request for an object that was never applied", async () => {
    const object = await live.create();
    expect(await live.requestsOf(() => remove(object))).toEqual([]);
  });
});

describe("hasFinalizer", () => {
  it("looks for exactly that one", () => {
    const object = storedRegistryProject({ metadata: { finalizers: [FOREIGN] } });
    expect(hasFinalizer(object, FOREIGN)).toBe(true);
    expect(hasFinalizer(object, FINALIZER)).toBe(false);
    expect(hasFinalizer(storedRegistryProject(), FINALIZER)).toBe(false);
  });
});
