// What `kubectl apply` refuses of the kinds of the inventory, and that it names the field and says what to do.
import { beforeAll, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { inventoryQueryManifest, inventorySinkManifest, type Manifest } from "../support/environment/resources.ts";
import { apply, type Place, type Refused, zodTakes } from "./admission.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission-inventory") };
});

const choosing = (requirement: object): Manifest =>
  inventorySinkManifest({ spec: { selector: { matchExpressions: [{ key: "team", ...requirement }] } } });
const gated = (gate: object): Manifest => inventoryQueryManifest({ spec: { expect: gate } });

const VALUES = "spec.selector.matchExpressions[0].values";

it.each<Refused & { manifest: Manifest }>([
  {
    title: "In without values",
    manifest: choosing({ operator: "In" }),
    field: VALUES,
    says: "In and NotIn need values",
  },
  {
    title: "NotIn of nothing",
    manifest: choosing({ operator: "NotIn", values: [] }),
    field: VALUES,
    says: "In and NotIn need values",
  },
  {
    title: "Exists with values",
    manifest: choosing({ operator: "Exists", values: ["a"] }),
    field: VALUES,
    says: "Exists and DoesNotExist take none",
  },
  {
    title: "a gate that no number opens",
    manifest: gated({ atLeast: 5, atMost: 3 }),
    field: "spec.expect",
    says: "no number is both",
  },
])("is refused, and by zod: $title", async ({ manifest, field, says }) => {
  const { code, stderr } = await apply(place, manifest);
  expect(code).toBe(1);
  expect(stderr).toContain(`${field}: `);
  expect(stderr).toContain(says);
  expect(zodTakes(manifest)).toBe(false);
});

it.each([
  { title: "In with a value", manifest: choosing({ operator: "In", values: ["a"] }) },
  { title: "Exists", manifest: choosing({ operator: "Exists" }) },
  { title: "a gate of one number", manifest: gated({ atLeast: 3, atMost: 3 }) },
  { title: "a gate of atLeast alone", manifest: gated({ atLeast: 5 }) },
])("is taken, and by zod: $title", async ({ manifest }) => {
  expect(await apply(place, manifest)).toMatchObject({ code: 0, stderr: "" });
  expect(zodTakes(manifest)).toBe(true);
});
