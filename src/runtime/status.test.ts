// Status patches: exact as arithmetic, and quiet and careful against the real API server (R17).
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goLive, PROJECTS, unaborted, type Live } from "../../test/support/apiserver/live-projects.ts";
import type { RegistryProject } from "../crds/registryproject/schema.ts";
import { mergePatchOf, writeStatus } from "./status.ts";

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** RFC 7386, section 2, as it stands there. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/** As JSON carries it: undefined members are absent. */
function sent<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

// A merge patch can't set a member to null, and the API server prunes nulls.
const scalar = fc.oneof(fc.boolean(), fc.nat({ max: 3 }), fc.constantFrom("", "7", "Ready"));
const objectOf = <T>(member: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(fc.constantFrom("a", "b", "c"), member, { maxKeys: 3, noNullPrototype: true });
const listOf = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 2 });
const shallow = fc.oneof(scalar, objectOf(scalar), listOf(scalar));
const json = fc.oneof(shallow, objectOf(shallow), listOf(shallow));
const status = objectOf(json);
/** A draft, in which a member that was taken out may stand as undefined. */
const draft = objectOf(fc.oneof(json, fc.constant(undefined)));

describe("mergePatchOf", () => {
  it("R17: gives a patch that turns the one into the other by RFC 7386", () => {
    fc.assert(
      fc.property(status, draft, (from, to) => {
        const patch = mergePatchOf(from, to);
        expect(mergePatch(from, patch === undefined ? {} : sent(patch))).toEqual(sent(to));
      }),
      { numRuns: 1000 },
    );
  });

  it("R17: is undefined exactly where nothing differs", () => {
    fc.assert(
      fc.property(status, (from) => {
        expect(mergePatchOf(from, structuredClone(from))).toBeUndefined();
        expect(mergePatchOf(from, { ...from, gone: undefined })).toBeUndefined();
        expect(mergePatchOf(from, { ...from, more: 1 })).toEqual({ more: 1 });
      }),
    );
  });

  it("names only what differs, at any depth, and replaces lists whole", () => {
    const from = { externalId: "7", operation: { nonce: "a", progress: "50 %" }, conditions: [{ type: "Ready" }] };
    const to = { externalId: "7", operation: { nonce: "a" }, conditions: [{ type: "Ready" }, { type: "Stalled" }] };
    expect(mergePatchOf(from, to)).toEqual({ operation: { progress: null }, conditions: to.conditions });
  });
});

describe("writeStatus", () => {
  let live: Live;

  beforeAll(async () => {
    live = await goLive("status");
  });

  afterAll(async () => {
    await live[Symbol.asyncDispose]();
  });

  const write = (object: RegistryProject, next: object, unchanged?: true): Promise<RegistryProject | undefined> =>
    writeStatus(live.client, PROJECTS, {
      object,
      next,
      signal: unaborted,
      ...(unchanged && { unchanged }),
    });

  it("R17: goes through /status and answers with what the server has", async () => {
    const object = await live.create();
    let answer: RegistryProject | undefined;
    const requests = await live.requestsOf(async () => {
      answer = await write(object, { ...object.status, externalId: "7" });
    });
    expect(requests).toEqual([`PATCH ${object.metadata.name}/status`]);
    expect(answer?.status).toEqual({ observedGeneration: -1, externalId: "7" });
    expect(await live.read(object)).toEqual(answer);
  });

  it("R17: is no request where nothing differs", async () => {
    const object = await live.create();
    const requests = await live.requestsOf(async () => {
      expect(await write(object, { ...object.status, externalId: undefined })).toBeUndefined();
    });
    expect(requests).toEqual([]);
  });

  it("R17: takes out what the draft no longer has", async () => {
    const object = await live.create();
    const held = await live.change(object, { status: { externalId: "7", repositoryCount: 2 } }, "status");
    const answer = await write(held, { observedGeneration: 1, repositoryCount: 2 });
    expect(answer?.status).toEqual({ observedGeneration: 1, repositoryCount: 2 });
  });

  it("R17: leaves alone what it does not change, though somebody wrote it since", async () => {
    const object = await live.create();
    await live.change(object, { status: { repositoryCount: 3 } }, "status");
    const answer = await write(object, { ...object.status, externalId: "7" });
    expect(answer?.status).toMatchObject({ externalId: "7", repositoryCount: 3 });
  });

  it("fails when the object changed and the version was to be the same", async () => {
    const object = await live.create();
    const changed = await live.change(object, { metadata: { labels: { changed: "yes" } } });
    const late = write(object, { ...object.status, externalId: "7" }, true);
    await expect(late).rejects.toHaveProperty("code", 409);
    expect(await live.read(object)).toEqual(changed);
  });

  it("never writes to a namesake that was created since", async () => {
    const object = await live.create();
    await live.client.delete(PROJECTS, object.metadata);
    const namesake = await live.create({ metadata: { name: object.metadata.name } });
    const late = write(object, { ...object.status, externalId: "7" });
    await expect(late).rejects.toHaveProperty("code", 409);
    expect(await live.read(namesake)).toEqual(namesake);
  });
});
