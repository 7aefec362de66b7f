// What looks into other lanes prove, and what they do not.
import { describe, expect, it } from "vitest";
import { Apart, type Proof } from "./apart.ts";

describe("lanes", () => {
  it.each<[string, readonly Proof[], "Alone" | "Beside"]>([
    ["are not apart before anything is seen", [], "Alone"],
    ["are apart once one has stayed where it was", ["Stayed"], "Beside"],
    ["stay apart whatever a later look is like", ["Stayed", "Unclear", "Moved"], "Beside"],
    ["touch once one has moved, whatever follows", ["Moved", "Stayed"], "Alone"],
    ["may be unclear twice", ["Unclear", "Unclear", "Stayed"], "Beside"],
    ["touch where it stays unclear", ["Unclear", "Unclear", "Unclear", "Stayed"], "Alone"],
    ["are not judged by looks that showed nothing", ["Ended", "Ended", "Ended", "Ended", "Stayed"], "Beside"],
  ])("%s", (_, proofs, company) => {
    const apart = new Apart("Auto");
    for (const proof of proofs) apart.learn(proof);
    expect(apart.company).toBe(company);
  });

  it("are never apart where the account says so, nor once something stood elsewhere", () => {
    const exclusive = new Apart("Exclusive");
    exclusive.learn("Stayed");
    const denied = new Apart("Auto");
    denied.learn("Stayed");
    denied.deny();
    expect([exclusive.company, denied.company]).toEqual(["Alone", "Alone"]);
  });
});
