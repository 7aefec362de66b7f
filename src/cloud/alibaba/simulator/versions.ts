// The Kubernetes versions on offer (GET /api/v1/metadata/versions) and which one a cluster may be raised to.
import type { Route } from "../../simulation/cloud.ts";
import { invalid, missing } from "./refusals.ts";
import type { AckRules, Dialect } from "./rules.ts";
import type { AckTables } from "./state.ts";

interface Version {
  readonly version: string;
  /** Older ones run on, but are not given to new clusters. */
  readonly isCreatable: boolean;
}

/** Oldest first. 2.1 shows 1.12.6-aliyun.1, the scripts of 2.7 come from 1.12.6-aliyunedge.1. */
const VERSIONS: Readonly<Record<Dialect, readonly Version[]>> = {
  Reference: [
    { version: "1.11.5-aliyun.1", isCreatable: false },
    { version: "1.12.6-aliyun.1", isCreatable: true },
    { version: "1.14.6-aliyun.1", isCreatable: true },
  ],
  V2026: [
    { version: "1.30.7-aliyun.1", isCreatable: false },
    { version: "1.31.9-aliyun.1", isCreatable: false },
    { version: "1.32.1-aliyun.1", isCreatable: true },
    { version: "1.32.7-aliyun.1", isCreatable: true },
    { version: "1.33.3-aliyun.1", isCreatable: true },
    { version: "1.34.1-aliyun.1", isCreatable: true },
  ],
};

export function isVersion({ dialect }: AckRules, version: string): boolean {
  return VERSIONS[dialect].some((offered) => offered.version === version);
}

/** The newest where none is wanted. Throws a refusal (400) for one that new clusters do not get; there are no short forms. */
export function chooseVersion({ dialect }: AckRules, wanted: string | undefined): string {
  const chosen = VERSIONS[dialect].findLast(
    ({ version, isCreatable }) => isCreatable && [undefined, version].includes(wanted),
  );
  if (chosen !== undefined) return chosen.version;
  throw invalid("kubernetes_version", `the version ${wanted} is not supported`);
}

/** The newest patch of the next minor version; empty where there is none. */
export function nextVersion({ dialect }: AckRules, version: string): string {
  const offered = VERSIONS[dialect].map((one) => one.version);
  const next = offered.find((one) => minorOf(one) > minorOf(version));
  return next === undefined ? "" : (offered.findLast((one) => minorOf(one) === minorOf(next)) ?? "");
}

export function versionRoutes(rules: AckRules): Route<AckTables>[] {
  return [
    {
      method: "GET",
      path: "/api/v1/metadata/versions",
      handle({ query }) {
        for (const name of ["Region", "ClusterType"]) if (!query.get(name)) throw missing(name);
        const wanted = query.get("KubernetesVersion");
        const isAll = query.get("Mode") === "supported";
        const shown = VERSIONS[rules.dialect].filter(({ version, isCreatable }) =>
          wanted === null ? isAll || isCreatable : version === wanted,
        );
        return { status: 200, body: shown.map((version) => versionOnWire(rules, version)) };
      },
    },
  ];
}

function minorOf(version: string): number {
  return Number(version.split(".")[1] ?? 0);
}

function versionOnWire(rules: AckRules, { version, isCreatable }: Version): unknown {
  const next = nextVersion(rules, version);
  return {
    version,
    creatable: isCreatable,
    upgradable_versions: next === "" ? [] : [next],
    capabilities: { AnyAZ: true },
    images: [
      { image_id: "aliyun_3_x64_20G_alibase_20260120.vhd", image_name: "AliyunLinux3", image_type: "AliyunLinux3" },
    ],
    meta_data: { KubernetesVersion: version, SubClass: "default" },
    runtimes: [{ name: "containerd", version: "2.1.3" }],
    release_date: "2026-01-20T00:00:00Z",
    expiration_date: "2028-01-20T00:00:00Z",
  };
}
