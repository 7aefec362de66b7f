// EasyStack ECNS in the suite.
import { easystack as cloud } from "../../../src/cloud/easystack/index.ts";
import { startEasyStackSimulator } from "../../../src/cloud/easystack/simulator/index.ts";
import type { ConformingCloud } from "../suite.ts";

const USER = { username: "operator", password: "Right-password-1", domainName: "Default" } as const;
const USER_ID = "858634b407e845f14b02bcf369225dc0";

export const easystack: ConformingCloud = {
  name: "EasyStackECNS",
  cloud,
  start: ({ duplicateNames, clock }) =>
    startEasyStackSimulator({
      listen: "127.0.0.1:0",
      username: USER.username,
      password: USER.password,
      userId: USER_ID,
      duplicateNames,
      clock,
    }),
  settings: () => ({ providerOptions: { projectName: "admin" } }),
  credentials: USER,
  wrongCredentials: { ...USER, password: "wrong-password" },
  ambiguousCredentials: { ...USER, userId: USER_ID },
  unknownId: "nowhere",
  facets: {
    registry: "Not yet",
    inventory: "ECNS keeps no inventory",
    clusters: "Not yet",
    nodePools: "ECNS makes no nodes",
    nodes: "ECNS makes no nodes",
    addons: "ECNS has no add-ons",
  },
};

/** By ids, which need no domain. */
export const easystackById: ConformingCloud = {
  ...easystack,
  name: "EasyStackECNS by ids",
  settings: ({ extra }) => ({ providerOptions: { projectId: extra?.["projectId"] } }),
  credentials: { userId: USER_ID, password: USER.password },
  wrongCredentials: { userId: USER_ID, password: "wrong-password" },
};
