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
