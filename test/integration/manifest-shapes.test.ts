// shapes.json is what the pinned server says of itself: `node scripts/shapes.ts` writes it.
import { expect, it } from "vitest";
import { renderShapes } from "../../scripts/shapes.ts";
import shapes from "../../src/controllers/manifestset/shapes.json" with { type: "json" };
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";

it("holds how the server's kinds merge", async () => {
  expect(JSON.parse(await renderShapes(sharedControlPlane().kubectl))).toEqual(shapes);
});
