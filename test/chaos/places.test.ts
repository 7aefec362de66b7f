// Sixty changes in twenty-four places, whatever sessions hang on. The long form makes three hundred with each.
import { expect, it } from "vitest";
import { changeInManyPlaces } from "../support/chaos/places.ts";

it("objects of the same names are each in its place, by whatever sessions that expire and get lost", async () => {
  const options = { seed: 41, declared: 1, changes: 1, convergesWithinMs: 120_000 };
  await expect(changeInManyPlaces(options)).resolves.toBeUndefined();
}, 480_000);
