// What the column State says of what neither Ready nor its reason tell.
import { describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { pausedPhaseOf, phaseOf } from "./phase.ts";

const here = storedRegistryProject();
const leaving = storedRegistryProject({ metadata: { deletionTimestamp: "2026-01-02T00:00:00Z" } });
const DIFFERS = [condition({ type: "UpToDate", status: "False", reason: "OutOfSync" })];
const SAME = [condition({ type: "UpToDate" })];

describe("the phase", () => {
  it.each(["Ready", "Reconciling", "Stalled"] as const)("of a visit that came to %s is that word", (state) => {
    const verdict = { state, reason: "Available", message: "" };
    expect(phaseOf(here, verdict, [])).toBe(state);
    expect(phaseOf(here, verdict, SAME)).toBe(state);
    expect(phaseOf(leaving, verdict, DIFFERS)).toBe("Deleting");
  });

  it("of what is left to differ is Differs, and of what is being changed or can't be it is what becomes of it", () => {
    const [ready, ...others] = (["Ready", "Reconciling", "Stalled"] as const).map((state) =>
      phaseOf(here, { state, reason: "Available", message: "" }, DIFFERS),
    );
    expect(ready).toBe("Differs");
    expect(others).toEqual(["Reconciling", "Stalled"]);
  });

  it("of what is paused tells whether its deletion waits", () => {
    expect(pausedPhaseOf(here)).toBe("Paused");
    expect(pausedPhaseOf(leaving)).toBe("DeletionPaused");
  });
});
