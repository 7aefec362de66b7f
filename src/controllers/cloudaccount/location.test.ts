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
  const place = (location: string | undefined) =>
    placeOf(storedCloudAccount({ status: { observedGeneration: 1, location } }));

  it("is the project's, whatever address it is reached by", () => {
    const project = "region=north,project=p1";
    expect(place(`HuaweiCCE,https://a.example,${project}`)).toBe(place(`HuaweiCCE,https://b.example,${project}`));
    expect(place("HuaweiCCE,https://a.example,project=p1")).not.toBe(place("HuaweiCCE,https://a.example,project=p2"));
    expect(place(`HuaweiCCE,https://a.example,${project}`)).not.toBe(
      place("HuaweiCCE,https://a.example,region=south,project=p1"),
    );
  });

  it("is the address where the cloud tells no project", () => {
    expect(place(OLD)).not.toBe(place(NEW));
    expect(place(OLD)).toBe(OLD);
  });

  it("can't be told of an account that was never verified", () => {
    expect(place(undefined)).toBeUndefined();
  });
});

describe("isSameLocation", () => {
  const account = (location: string, said: string) =>
    storedCloudAccount({
      metadata: { annotations: { [SAME_LOCATION]: said } },
      status: { observedGeneration: 1, location },
    });

  it("is a person's word for this very pair, while the account is at the new one", () => {
    expect(isSameLocation(account(NEW, `${OLD} ${NEW}`), OLD)).toBe(true);
    expect(isSameLocation(account(NEW, ` ${OLD}  ${NEW} `), OLD)).toBe(true);
    expect(isSameLocation(account(OLD, `${OLD} ${NEW}`), OLD)).toBe(false);
    expect(isSameLocation(account(NEW, `${NEW} ${OLD}`), OLD)).toBe(false);
    expect(isSameLocation(account(NEW, OLD), OLD)).toBe(false);
    expect(isSameLocation(account(NEW, ""), OLD)).toBe(false);
  });
});
