// CTYUN's projects for an operator that is not Yunfan: a module of its own, since the compiler does not see into bench/dot-i.
import { ctyun } from "../src/cloud/ctyun/index.ts";
import { grantWrite } from "../src/cloud/permit.ts";
import { systemClock } from "../src/lib/clock.ts";
import { openFence } from "../src/lib/fence.ts";
import { createLogger } from "../src/lib/log.ts";
import { ownBudget } from "../test/support/clouds/budgets.ts";

export interface Projects {
  /** The id of the project of that name; made where there is none. */
  readonly ensure: (name: string) => Promise<string | undefined>;
  readonly remove: (id: string) => Promise<void>;
}

/** Plaintext, with the provider's own limits, for as long as the process runs. */
export function openProjects(endpoint: string, credentials: { accessKey: string; secretKey: string }): Projects {
  const { registry } = ctyun.open(
    { account: "bench/ctyun", endpoint, tls: { mode: "Plaintext" }, requestBudget: {}, providerOptions: {} },
    credentials,
    {
      clock: systemClock,
      log: createLogger({ level: "silent" }),
      fence: openFence,
      userAgent: "dot-i",
      budget: ownBudget(systemClock),
    },
  );
  if (registry === undefined) throw new Error("No registry facet");
  const never = new AbortController().signal;
  return {
    async ensure(name) {
      const { items } = await registry.list(never);
      const known = items.find((project) => project.name === name);
      return (known ?? (await registry.create({ name, visibility: "Private", nonce: name }, grantWrite(never)))).id;
    },
    remove: async (id) => void (await registry.remove(id, grantWrite(never))),
  };
}
