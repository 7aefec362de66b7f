// Which account a resource works with, and whether it may.
import { describe, expect, it } from "vitest";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { cachedKinds, verifiedAccount } from "../../../test/support/operator/kinds.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { accountOf, accountParent } from "./parent.ts";

const accountRef = { name: "ctyun", namespace: "platform" };

describe("accountOf", () => {
  it("is the account beside the resource unless the spec names a namespace", () => {
    expect(accountOf(storedRegistryProject())).toBe("default/ctyun");
    expect(accountOf(storedRegistryProject({ spec: { accountRef } }))).toBe("platform/ctyun");
  });
});

describe("mayUse", () => {
  const mayUse = (resource: RegistryProject, allowedNamespaces: readonly string[] = []): boolean => {
    const account = verifiedAccount({ metadata: { namespace: "platform" }, spec: { allowedNamespaces } });
    return accountParent<RegistryProject>(cachedKinds({ objects: [account] }).accounts).mayUse(resource);
  };

  it("is whether the account is there and lets the resource's namespace in", () => {
    const resource = storedRegistryProject({ spec: { accountRef } });
    expect(mayUse(resource, ["default"])).toBe(true);
    expect(mayUse(resource)).toBe(false);
    expect(mayUse(storedRegistryProject())).toBe(false);
  });
});

describe("placeOf", () => {
  const at = (host: string, project = ""): string => `HuaweiCCE,https://${host}.example${project}`;
  const placeOf = (held: object, present: string, annotations: Record<string, string> = {}): string | undefined => {
    const account = verifiedAccount({ metadata: { annotations }, status: { location: present } });
    const resource = storedRegistryProject({ status: held });
    return accountParent<RegistryProject>(cachedKinds({ objects: [account] }).accounts).placeOf(resource);
  };
  const astray = { externalId: "7", location: at("former") };

  it("is where the account reaches, of what holds nothing, or holds it there", () => {
    expect(placeOf({}, at("here"))).toBe(at("here"));
    expect(placeOf({ location: at("former") }, at("here"))).toBe(at("here"));
    expect(placeOf({ externalId: "7", location: at("here") }, at("here"))).toBe(at("here"));
  });

  it("is where that is what a resource holds, though the account reaches another place now: no id of that one is its", () => {
    expect(placeOf(astray, at("here"))).toBe(at("former"));
  });

  it("is one where only the address is another: by the project, or by the word of a person", () => {
    const one = ",region=north,project=p1";
    expect(placeOf({ externalId: "7", location: at("former", one) }, at("here", one))).toBe(`HuaweiCCE${one}`);
    const confirmed = { "yunfan.dev/same-location": `${at("former")} ${at("here")}` };
    expect(placeOf(astray, at("here"), confirmed)).toBe(at("here"));
  });
});
