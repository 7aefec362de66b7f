// Three hundred changes and more in six places, by each of four sorts of sessions: sixty objects made, all changed four times, half of them deleted.
import { expect, it } from "vitest";
import { changeInManyPlaces } from "../../support/chaos/places.ts";

it("objects of the same ten names are each in its place, by whatever sessions that expire and get lost", async () => {
  const options = { seed: 401, declared: 10, changes: 4, convergesWithinMs: 1_800_000 };
  await expect(changeInManyPlaces(options)).resolves.toBeUndefined();
});
