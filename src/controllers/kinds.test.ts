// The two lists of kinds, what is declared and what is reconciled, name the same.
import { expect, it } from "vitest";
import { kinds } from "../crds/kinds.ts";
import { controlledKinds } from "./kinds.ts";

it("Every kind that has a CRD is reconciled, and no other", () => {
  const reconciled = controlledKinds.map(({ kind }) => kind.type.kind);
  expect(reconciled.toSorted()).toEqual(kinds.map(({ type }) => type.kind).toSorted());
});
