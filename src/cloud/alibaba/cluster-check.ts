// What of a cluster ACK can't make, told before anything is sent: what its dialect has no word for, and logins that it needs.
import type { Refusal } from "../collection.ts";
import type { ClusterRequest } from "../facets/clusters.ts";
import type { ClusterOptions } from "./blocks.ts";
import type { Config } from "./config.ts";
import { flawOfPassword } from "./names.ts";
import { clusterOptions, knownOptions, vswitchesOf } from "./options.ts";

type Declared = Omit<ClusterRequest, "nonce">;

/** Members of the block that the reference has no field for; what it would leave out must not be taken for done. */
const ONLY_TODAY = [
  "clusterSpec",
  "podVswitchIds",
  "securityGroupId",
  "isEnterpriseSecurityGroup",
  "resourceGroupId",
  "timezone",
  "deleteOptions",
  "retainResources",
] as const satisfies readonly (keyof ClusterOptions)[];

const NO_BLOCK: Refusal = {
  kind: "Rejected",
  message: "This cloud has several kinds of cluster: say in spec.alibaba.clusterType which one is meant",
};

export function refusalOfCluster(dialect: Config["dialect"], declared: Declared): Refusal | undefined {
  if (knownOptions(declared.options).clusterType === undefined) return NO_BLOCK;
  const options = clusterOptions(declared.options);
  return (
    (dialect === "Reference" ? refusalOfReference(declared, options) : undefined) ??
    refusalOfNetwork(declared, options) ??
    refusalOfLogins(dialect, declared, options)
  );
}

function refusalOfReference({ version }: Declared, options: ClusterOptions): Refusal | undefined {
  const field = ONLY_TODAY.find((name) => options[name] !== undefined);
  if (field !== undefined) return notSupported(`spec.alibaba.${field}`, "remove it");
  if (options.clusterType === "Ask" && (options.vswitchIds ?? []).length > 1) {
    return notSupported("several spec.alibaba.vswitchIds of clusterType Ask", "name one");
  }
  if (options.profile === "Serverless") return notSupported("spec.alibaba.profile Serverless", "use clusterType Ask");
  if (version !== undefined && !/\d+\.\d+\.\d+/.test(version)) {
    const message = `spec.version ${version} is a short one, and dialect Reference takes whole ones such as 1.12.6-aliyun.1. Write it whole`;
    return { kind: "Rejected", message };
  }
  return undefined;
}

function refusalOfNetwork({ network }: Declared, options: ClusterOptions): Refusal | undefined {
  const missing = [
    ...(network.vpcId === undefined ? ["spec.network.vpcId"] : []),
    ...(vswitchesOf(options, network).length === 0 ? ["spec.alibaba.vswitchIds or spec.network.subnetId"] : []),
  ];
  if (missing.length === 0) return undefined;
  const message = `This cloud needs ${missing.join(", and ")}. The network can't be changed: create another ManagedCluster`;
  return { kind: "Rejected", message };
}

/** 2.1, 2.2 and 2.4 call a login required; today only masters have one. */
function refusalOfLogins(
  dialect: Config["dialect"],
  { logins }: Declared,
  { clusterType }: ClusterOptions,
): Refusal | undefined {
  const path = loginPath(dialect, clusterType);
  if (path !== undefined && logins[path] === undefined) {
    const message = `A cluster of this kind needs spec.alibaba.${path}: add keyPairName or passwordSecretRef`;
    return { kind: "LoginRequired", message };
  }
  for (const [where, login] of Object.entries(logins)) {
    const flaw = "password" in login ? flawOfPassword(login.password) : undefined;
    if (flaw === undefined) continue;
    return {
      kind: "Rejected",
      message: `What spec.alibaba.${where}.passwordSecretRef leads to ${flaw}. Correct the Secret`,
    };
  }
  return undefined;
}

function loginPath(dialect: Config["dialect"], clusterType: ClusterOptions["clusterType"]): string | undefined {
  if (clusterType === "Kubernetes") return "controlPlaneConfig.login";
  return dialect === "Reference" && clusterType !== "Ask" ? "login" : undefined;
}

function notSupported(what: string, advice: string): Refusal {
  return { kind: "NotSupported", message: `Dialect Reference has no field for ${what}: ${advice}` };
}
