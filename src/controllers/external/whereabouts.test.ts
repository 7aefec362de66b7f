// By what an item that was found by its id is known to be the one that was meant, where nobody knows yet whose the account's keys are.
import { describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import type { Item } from "../../cloud/collection.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ExternalResource } from "./resource.ts";
import type { ItemScope } from "./scope.ts";
import { recognise } from "./whereabouts.ts";

const MADE = "2026-01-01T00:00:00Z";
const LATER = "2026-01-02T00:00:00Z";

interface Case {
  readonly createdAt?: string;
  readonly idsAreUniversal?: boolean;
  readonly isConfirmed?: boolean;
}

/** What became of keys of which nothing was known, and what the draft says. */
function found({ createdAt, idsAreUniversal = false, isConfirmed = false }: Case, shown?: string) {
  const object: ExternalResource = storedRegistryProject({
    status: { externalId: "7", createdAt, location: "here", conditions: [condition()] },
  });
  const status = structuredClone(object.status) as Visit<ExternalResource>["status"];
  let isSure = isConfirmed;
  const place = { location: "here", isConfirmed: () => isSure, confirm: () => void (isSure = true) };
  const scope = { visit: { object, status }, place, items: { idsAreUniversal }, noun: "project" };
  const item = { id: "7", name: "shop", ...(shown && { createdAtMs: Date.parse(shown) }) };
  let refusal: unknown;
  try {
    recognise(scope as unknown as ItemScope<Item>, item);
  } catch (error) {
    refusal = error;
  }
  return { isSure, refusal, createdAt: status.createdAt };
}

const REFUSED = { isSure: false, refusal: expect.objectContaining({ reason: "KeysNotConfirmed" }) };

describe("keys of which nobody knows whose they are", () => {
  it("are the account's where id and time of making are those of before", () => {
    expect(found({ createdAt: MADE }, MADE)).toEqual({ isSure: true, refusal: undefined, createdAt: MADE });
  });

  it("are not by an id alone that may be given twice, and nothing is learned from what they show", () => {
    expect(found({}, MADE)).toEqual({ ...REFUSED, createdAt: undefined });
    expect(found({ createdAt: MADE })).toEqual({ ...REFUSED, createdAt: MADE });
    expect(found({ createdAt: MADE, idsAreUniversal: true }, LATER)).toEqual({ ...REFUSED, createdAt: MADE });
  });

  it("are by an id that is given once over all the cloud", () => {
    expect(found({ idsAreUniversal: true }, MADE)).toEqual({ isSure: true, refusal: undefined, createdAt: MADE });
    expect(found({ createdAt: MADE, idsAreUniversal: true })).toMatchObject({ isSure: true, createdAt: MADE });
  });
});

it("What is found with known keys completes what is known of it, and what is not told again stays known", () => {
  expect(found({ isConfirmed: true }, MADE)).toMatchObject({ refusal: undefined, createdAt: MADE });
  expect(found({ isConfirmed: true, createdAt: MADE })).toMatchObject({ refusal: undefined, createdAt: MADE });
});
