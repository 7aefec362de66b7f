// Alibaba Cloud ACK in the suite, in both editions of its API.
import { alibaba as cloud } from "../../../src/cloud/alibaba/index.ts";
import { startAlibabaSimulator } from "../../../src/cloud/alibaba/simulator/index.ts";
import type { Dialect } from "../../../src/cloud/alibaba/config.ts";
import type { ConformingCloud } from "../suite.ts";

const KEYS = { accessKey: "test-access-key", secretKey: "test-secret-key" } as const;
const REGION = "cn-hangzhou";

function conforming(dialect: Dialect, name: string): ConformingCloud {
  return {
    name,
    cloud,
    start: ({ duplicateNames, pageSize, clock }) =>
      startAlibabaSimulator({
        listen: "127.0.0.1:0",
        ...KEYS,
        region: REGION,
        dialect,
        duplicateNames,
        maxPageSize: pageSize,
        clock,
        speed: 5_000,
      }),
    settings: () => ({ region: REGION, providerOptions: { dialect } }),
    credentials: KEYS,
    wrongCredentials: { ...KEYS, secretKey: "wrong-secret-key" },
    ambiguousCredentials: { ...KEYS, username: "operator", password: "Right-password-1" },
    unknownId: `c${"0".repeat(32)}`,
    facets: {
      clusters: "Not offered yet",
      nodePools: "Not offered yet",
      nodes: "Not offered yet",
      addons: "Add-ons of ACK are not in the reference",
      registry: "ACK has no registry",
      inventory: "ACK keeps no inventory",
    },
  };
}

export const alibaba = conforming("V2026", "AlibabaACK");
export const alibabaReference = conforming("Reference", "AlibabaACK by its reference");
