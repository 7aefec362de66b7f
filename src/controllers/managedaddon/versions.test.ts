// Which version is installed: the one that is asked for, or the newest, of those that fit the cluster.
import { describe, expect, it } from "vitest";
import type { AddonTemplate } from "../../cloud/facets/addons.ts";
import { TerminalError } from "../../lib/errors.ts";
import { chosenVersion } from "./versions.ts";

const host = { options: { type: "VirtualMachine" }, version: "v1.15.11-r1" };

/** Newest first; those that end in -next fit clusters of v1.17 alone. */
function template(...versions: readonly string[]): AddonTemplate {
  const fits = (version: string) => (cluster: { version: string }) =>
    !version.endsWith("-next") || cluster.version.startsWith("v1.17");
  return {
    name: "metrics-server",
    versions: versions.map((version) => ({ version, fits: fits(version), defaults: () => ({}) })),
  };
}

function refusal(choose: () => unknown): TerminalError | undefined {
  try {
    choose();
  } catch (error) {
    if (error instanceof TerminalError) return error;
    throw error;
  }
  return undefined;
}

describe("chosenVersion", () => {
  it("is the newest that fits where none is asked for", () => {
    const offered = template("1.2.0-next", "1.1.0", "1.0.0");
    expect(chosenVersion(offered, host, undefined).version).toBe("1.1.0");
    expect(chosenVersion(offered, { ...host, version: "v1.17.9-r0" }, undefined).version).toBe("1.2.0-next");
  });

  it("is the one that is asked for, old as it may be", () => {
    expect(chosenVersion(template("1.1.0", "1.0.0"), host, "1.0.0").version).toBe("1.0.0");
  });

  it("is VersionNotOffered for one that does not fit, and lists those that do", () => {
    const error = refusal(() => chosenVersion(template("1.2.0-next", "1.1.0", "1.0.0"), host, "1.2.0-next"));
    expect(error).toMatchObject({ reason: "VersionNotOffered" });
    expect(error?.message).toBe(
      "The cloud does not offer metrics-server 1.2.0-next (spec.version) for a cluster of v1.15.11-r1. " +
        "On offer, newest first: 1.1.0, 1.0.0",
    );
  });

  it("lists no more than five", () => {
    const error = refusal(() => chosenVersion(template("6", "5", "4", "3", "2", "1"), host, "7"));
    expect(error?.message).toContain("newest first: 6, 5, 4, 3, 2, …");
  });

  it("is VersionNotOffered where nothing fits", () => {
    for (const offered of [template(), template("1.2.0-next")]) {
      const error = refusal(() => chosenVersion(offered, host, undefined));
      expect(error).toMatchObject({ reason: "VersionNotOffered" });
      expect(error?.message).toContain("no version of metrics-server that fits a cluster of v1.15.11-r1");
    }
  });
});
