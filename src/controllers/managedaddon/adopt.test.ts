// What has to hold before an add-on that is there is adopted.
import { describe, expect, it } from "vitest";
import { storedManagedAddon } from "../../../test/support/environment/resources.ts";
import { visitTo } from "../../../test/support/operator/kinds.ts";
import type { Addon } from "../../cloud/facets/addons.ts";
import { assertAdoptable } from "./adopt.ts";

interface Case {
  readonly spec?: object;
  readonly shown?: Partial<Addon>;
  readonly origin?: "Created" | "Adopted";
  readonly heldByOthers?: readonly string[];
}

/** Adopting add-on a-1 of template coredns. */
function adopting({ spec, shown, origin = "Adopted", heldByOthers = [] }: Case = {}): () => void {
  const visit = visitTo(storedManagedAddon({ spec: { template: "coredns", ...spec } }));
  const item: Addon = {
    id: "a-1",
    name: "coredns",
    template: "coredns",
    version: "1",
    cloudPhase: "running",
    message: "",
    phase: "Available",
    values: {},
    ...shown,
  };
  return () => assertAdoptable({ visit, name: "coredns" }, { item, origin }, (id) => heldByOthers.includes(id));
}

const reason = (word: string) => expect.objectContaining({ reason: word });
const declared = { externalId: "a-1" };

describe("assertAdoptable", () => {
  it("lets an add-on of the template be adopted", () => {
    expect(adopting()).not.toThrow();
    expect(adopting({ heldByOthers: ["a-2"] })).not.toThrow();
  });

  it("is ExternalIdConflict for an instance of another template", () => {
    expect(adopting({ spec: declared, shown: { template: "gpu-beta" } })).toThrow(reason("ExternalIdConflict"));
  });

  it("is NameConflict for one that another resource stands for by its id", () => {
    expect(adopting({ heldByOthers: ["a-1"] })).toThrow(reason("NameConflict"));
  });

  it("waits for a namesake that is on its way out, unless its id was declared or it is our own", () => {
    const shown = { phase: "Deleting" } as const;
    expect(adopting({ shown })).toThrow(reason("Deleting"));
    expect(adopting({ shown, spec: declared })).not.toThrow();
    expect(adopting({ shown, origin: "Created" })).not.toThrow();
  });
});
