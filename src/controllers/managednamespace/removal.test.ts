// What holds the deletion of a namespace.
import { describe, expect, it } from "vitest";
import {
  storedCloudVolumeClaim,
  storedManagedApplication,
  storedManagedCluster,
  storedManagedNamespace,
  storedManifestSet,
} from "../../../test/support/environment/resources.ts";
import { visitTo } from "../../../test/support/operator/kinds.ts";
import type { Namespace, QuotaAmounts } from "../../cloud/facets/namespaces.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { assertEmpty } from "./removal.ts";
import type { NamespaceScope } from "./scope.ts";

const NAMESPACE = { id: "eks-1/shop", name: "shop" } as Namespace;

/** `used`: what each look at the quota shows, one after the other. */
function emptied(residents: readonly Managed[], spec: Record<string, unknown>, used: readonly QuotaAmounts[] = []) {
  const looks = [...used];
  const facet = { in: () => ({ quota: () => Promise.resolve({ limits: {}, used: looks.shift() ?? {} }) }) };
  const visit = visitTo(storedManagedNamespace({ spec }));
  const place = { clusterId: "eks-1", cluster: storedManagedCluster(), optionsOf: () => ({}) };
  return assertEmpty({ visit, facet, place, name: "shop" } as unknown as NamespaceScope, NAMESPACE, residents);
}

const inventory = (ref: string) => [{ ref, uid: "u", origin: "Created" as const }];

describe("a namespace that is to be deleted with all that is in it", () => {
  it.each([
    ["a claim", storedCloudVolumeClaim({ metadata: { name: "it" }, spec: { targetNamespace: "shop" } })],
    ["an application", storedManagedApplication({ metadata: { name: "it" }, spec: { targetNamespace: "shop" } })],
    ["a set", storedManifestSet({ metadata: { name: "it" }, spec: { targetNamespace: "shop" } })],
    [
      "a set with an object whose manifest names it",
      storedManifestSet({ metadata: { name: "it" }, status: { inventory: inventory("apps/Deployment/shop/web") } }),
    ],
  ])("waits for %s, by name", async (_, resident) => {
    await expect(emptied([resident], { contentsOnDelete: "Delete" })).rejects.toMatchObject({
      reason: "DeletionHeld",
      message: expect.stringContaining(`${resident.kind} default/it`),
    });
  });

  it("does not wait for what is in others", async () => {
    const elsewhere = [
      storedManifestSet({ status: { inventory: inventory("apps/Deployment/other/shop") } }),
      storedManagedApplication({ spec: { targetNamespace: "other" } }),
    ];
    await expect(emptied(elsewhere, { contentsOnDelete: "Delete" })).resolves.toBeUndefined();
  });
});

describe("a namespace that is to be deleted empty", () => {
  it.each([
    ["is kept for what is in it", [{ pods: 2 }]],
    ["is kept though one look shows nothing in it", [{}, { pods: 2 }]],
  ])("%s", async (_, used) => {
    await expect(emptied([], {}, used)).rejects.toMatchObject({
      reason: "NotEmpty",
      message: expect.stringContaining("2 pods"),
    });
  });

  it("goes where two looks show nothing", async () => {
    await expect(emptied([], {}, [{ pods: 0, memoryGiB: 1 }, {}])).resolves.toBeUndefined();
  });
});
