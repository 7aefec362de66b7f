// What only Alibaba Cloud ACK needs of our resources, in its own words.
import * as z from "zod";
import type { CloudBlocks } from "../../schema/blocks.ts";
import { withRule } from "../../schema/enforced.ts";
import { clusterBlock } from "./blocks-cluster.ts";
import { poolBlock } from "./blocks-pool.ts";

const PROVIDER = "AlibabaACK";

const account = z.object({
  dialect: z
    .enum(["V2026", "Reference"])
    .optional()
    .describe(
      "Which edition of the API the endpoint has: V2026 is the public cloud's since October 2026, Reference that of the API reference " +
        "of September 2019. Default: V2026.",
    ),
  signature: z
    .enum(["Acs3", "Roa"])
    .optional()
    .describe(
      "How requests are signed: Acs3 is ACS3-HMAC-SHA256, Roa the HMAC-SHA1 of the API reference. Default: Acs3, with dialect " +
        "Reference Roa.",
    ),
});

/** Every path and every list is of one region, and an endpoint may serve them all. */
function withRegion<Spec extends z.ZodObject>(spec: Spec): Spec {
  return withRule(
    spec,
    {
      rule: `self.provider != '${PROVIDER}' || has(self.region)`,
      message: `provider ${PROVIDER} works in one region, with an endpoint too: set region`,
      fieldPath: ".region",
    },
    (value) => {
      const { provider, region } = value as { readonly provider?: unknown; readonly region?: unknown };
      return provider !== PROVIDER || region !== undefined;
    },
  );
}

export type { ClusterOptions } from "./blocks-cluster.ts";
export type { PoolOptions } from "./blocks-pool.ts";
export type AccountOptions = z.output<typeof account>;

export const alibaba = {
  provider: PROVIDER,
  blocks: {
    CloudAccount: { schema: account, rules: withRegion },
    ManagedCluster: clusterBlock,
    NodePool: poolBlock,
  },
} as const satisfies CloudBlocks;
