// What a row shows in its columns.
import { expect, it } from "vitest";
import { valuesOf } from "./asking.ts";

it.each([
  ["a text", "Running", "Running"],
  ["a number", 7, "7"],
  ["a whole number beyond 2^53", 9_007_199_254_740_993n, "9007199254740993"],
  ["a truth value", false, "false"],
  ["a text of several lines", "a\nb", "a b"],
  ["an object", {}, undefined],
  ["nothing", null, undefined],
])("a column shows %s", (_what, value, shown) => {
  const columns = [{ name: "what", path: "data.status.it" }];
  const row = { data: { status: { it: value } } };
  expect(valuesOf({ namespace: undefined, name: "a", row }, columns, 64)).toEqual(
    shown === undefined ? {} : { what: shown },
  );
});
