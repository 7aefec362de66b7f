// CTYUN Container Instance in the suite.
import { ctyun as cloud } from "../../../src/cloud/ctyun/index.ts";
import { startCtyunSimulator } from "../../../src/cloud/ctyun/simulator/index.ts";
import type { ConformingCloud, RegistrySample } from "../suite.ts";

const KEYS = { accessKey: "test-access-key", secretKey: "test/secret+key=~!*'()" } as const;
const LONG_AGO = "2020-01-01T00:00:00Z";

const registry: RegistrySample = {
  names: ["team-a", "team-b", "team-c", "team-d", "team-e"],
  refusedName: "Team--A",
  async plant(console, name) {
    return idOf(await console("POST", "projects", { name, createdAt: LONG_AGO }));
  },
  async plantForeign(console, { name, isPublic }) {
    return idOf(await console("POST", "projects", { name, public: isPublic, owner: "zhang" }));
  },
  push: (console, { project, repository, tag }) =>
    console("POST", "images", { repository: `${project}/${repository}`, tag }),
  pullOptions: { known: { namespace: "default" }, unknown: { namespace: "nowhere" } },
  skips: {
    "at an endpoint without such an API nothing is absent":
      "Harbor's 404 looks the same for a path and for a project; a list is Rejected there, and proves nothing",
    "a create for which there is no quota is QuotaExceeded": "The reference knows no quota of projects",
  },
};

export const ctyun: ConformingCloud = {
  name: "CtyunCCI",
  cloud,
  start: ({ pageSize, ...rules }) =>
    startCtyunSimulator({ listen: "127.0.0.1:0", ...KEYS, ...rules, maxPageSize: pageSize }),
  settings: () => ({}),
  credentials: KEYS,
  wrongCredentials: { ...KEYS, secretKey: "wrong-secret-key" },
  ambiguousCredentials: { ...KEYS, username: "operator", password: "Right-password-1" },
  unknownId: "4711",
  facets: {
    applications: "CTYUN keeps no applications of its own",
    namespaces: "Namespaces are not for projects of images",
    volumeClaims: "CCI makes no storage",
    registry,
    clusters: "Container Instance has no clusters",
    nodePools: "Container Instance has no clusters",
    nodes: "Container Instance has no clusters",
    addons: "Container Instance has no clusters",
    inventory: "Container Instance keeps no inventory",
  },
};

function idOf(made: unknown): string {
  return (made as { id: string }).id;
}
