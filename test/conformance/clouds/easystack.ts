// EasyStack ECNS in the suite.
import { easystack as cloud } from "../../../src/cloud/easystack/index.ts";
import { startEasyStackSimulator } from "../../../src/cloud/easystack/simulator/index.ts";
import type { ConformingCloud, RegistrySample } from "../suite.ts";

const USER = { username: "operator", password: "Right-password-1", domainName: "Default" } as const;
const USER_ID = "858634b407e845f14b02bcf369225dc0";

const LONG_AGO = "2020-01-01T00:00:00Z";

const registry: RegistrySample = {
  names: ["team-a", "team-b", "team-c", "team-d", "team-e"],
  refusedName: "Team--A",
  async plant(console, name) {
    return idOf(await console("POST", "projects", { name, createdAt: LONG_AGO }));
  },
  async plantForeign(console, { name, isPublic }) {
    return idOf(await console("POST", "projects", { name, public: isPublic, owner: "another" }));
  },
  push: (console, { project, repository, tag }) =>
    console("POST", "images", { repository: `${project}/${repository}`, tag }),
  skips: {
    "a second create of a name makes a second item where names are not unique":
      "Names are unique over the installation: a second create changes nothing",
    "a create for which there is no quota is QuotaExceeded": "The reference knows no quota of workspaces",
    "hands out the pull credentials that the options mean": "There is one login, whatever the options",
  },
};

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
    registry,
    inventory: "ECNS keeps no inventory",
    clusters: "ECNS makes none: what is adopted, the integration suite tries",
    applications: "They lie in a namespace of a cluster, which the integration suite adopts first",
    namespaces: "They lie in a cluster, which the integration suite adopts first",
    volumeClaims: "They lie in a cluster, which the integration suite adopts first",
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

function idOf(made: unknown): string {
  return (made as { id: string }).id;
}
