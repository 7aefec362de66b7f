// Locations as texts, the places that follow from them, and a person's word that two are the same.
import { describe, expect, it } from "vitest";
import { storedCloudAccount } from "../../../test/support/environment/builders.ts";
import { isSameLocation, locationText, placeOf, SAME_LOCATION } from "./location.ts";

const ENDPOINT = "https://cloud.example";
const OLD = "CtyunCCI,https://old.example";
const NEW = "CtyunCCI,https://new.example";

describe("locationText", () => {
  it("has what the cloud tells, and no blanks", () => {
    expect(locationText("CtyunCCI", { endpoint: ENDPOINT })).toBe("CtyunCCI,https://cloud.example");
    expect(locationText("CtyunCCI", { endpoint: ENDPOINT, region: "north" })).toBe(`CtyunCCI,${ENDPOINT},region=north`);
    const whole = locationText("HuaweiCCE", { endpoint: ENDPOINT, region: "north", project: "p1" });
    expect(whole).toBe(`HuaweiCCE,${ENDPOINT},region=north,project=p1`);
  });

  it("of the longest address that an account takes fits into a status, and is no other's", () => {
    const longest = (end: string): string => `${ENDPOINT}/${"a".repeat(512 - ENDPOINT.length - 2)}${end}`;
    const facts = { region: "r".repeat(64), project: "p".repeat(300) };
    const texts = ["x", "y"].map((end) => locationText("EasyStackECNS", { endpoint: longest(end), ...facts }));
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(512);
    const others = locationText("EasyStackECNS", { endpoint: longest("x"), ...facts, project: `${facts.project}q` });
    expect(new Set([...texts, others]).size).toBe(3);
    for (const text of texts) expect(text).toMatch(/,region=r{64},project=p+#[0-9a-f]{16}$/);
  });
});

describe("placeOf", () => {
  it("is the project's, whatever address it is reached by", () => {
    const project = "region=north,project=p1";
    expect(placeOf(`HuaweiCCE,https://a.example,${project}`)).toBe(placeOf(`HuaweiCCE,https://b.example,${project}`));
    expect(placeOf("HuaweiCCE,https://a.example,project=p1")).not.toBe(
      placeOf("HuaweiCCE,https://a.example,project=p2"),
    );
    expect(placeOf(`HuaweiCCE,https://a.example,${project}`)).not.toBe(
      placeOf("HuaweiCCE,https://a.example,region=south,project=p1"),
    );
  });

  it("is the address where the cloud tells no project", () => {
    expect(placeOf(OLD)).not.toBe(placeOf(NEW));
    expect(placeOf(OLD)).toBe(OLD);
  });
});

describe("isSameLocation", () => {
  const isSame = (present: string, said: string): boolean =>
    isSameLocation(storedCloudAccount({ metadata: { annotations: { [SAME_LOCATION]: said } } }), OLD, present);

  it("is a person's word for this very pair, while the account is at the new one", () => {
    expect(isSame(NEW, `${OLD} ${NEW}`)).toBe(true);
    expect(isSame(NEW, ` ${OLD}  ${NEW} `)).toBe(true);
    expect(isSame(OLD, `${OLD} ${NEW}`)).toBe(false);
    expect(isSame(NEW, `${NEW} ${OLD}`)).toBe(false);
    expect(isSame(NEW, OLD)).toBe(false);
    expect(isSame(NEW, "")).toBe(false);
  });
});
