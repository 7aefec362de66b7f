// What of a pool ACK can't make, told before anything is sent: what its dialect has no word for, and passwords that it does not take.
import type { Refusal } from "../collection.ts";
import type { NodePoolRequest } from "../facets/nodepools.ts";
import type { PoolOptions } from "./blocks.ts";
import type { Config } from "./config.ts";
import { flawOfPassword } from "./names.ts";
import { poolVswitches } from "./nodepool-bodies.ts";
import { knownOptions, poolOptions } from "./options.ts";

type Declared = Omit<NodePoolRequest, "nonce">;

/** Members of the block that no call of the reference has a field for. */
const ONLY_TODAY = [
  "multiAzPolicy",
  "securityGroupIds",
  "resourceGroupId",
  "ramRoleName",
  "runtime",
  "runtimeVersion",
  "cpuPolicy",
  "userData",
  "cmsEnabled",
  "spotStrategy",
] as const satisfies readonly (keyof PoolOptions)[];

export function refusalOfPool(dialect: Config["dialect"], declared: Declared): Refusal | undefined {
  return (
    refusalOfServerless(declared) ??
    (dialect === "Reference" ? refusalOfReference(declared) : undefined) ??
    refusalOfPlace(declared) ??
    refusalOfLogin(dialect, declared)
  );
}

function refusalOfServerless({ cluster }: Declared): Refusal | undefined {
  const { clusterType, profile } = knownOptions(cluster.options);
  const isServerless =
    clusterType === "Ask" || profile === "Serverless" || cluster.type === "Ask" || cluster.type.endsWith("/Serverless");
  if (!isServerless) return undefined;
  return { kind: "NotSupported", message: "A serverless cluster has no nodes: remove the NodePool" };
}

/** 2.3 and 2.6: a scale-out has a type, disks and tags; an attach has tags. */
function refusalOfReference(declared: Declared): Refusal | undefined {
  const { autoscaling, taints, os, dataVolumes, existingServers } = declared;
  const options = poolOptions(declared.options);
  const fields = [
    ...(autoscaling.enabled ? ["spec.autoscaling"] : []),
    ...(taints.length > 0 ? ["spec.taints"] : []),
    ...(os === undefined ? [] : ["spec.os"]),
    ...(dataVolumes.length > 0 ? ["spec.dataVolumes"] : []),
    ...(existingServers?.keepNames === false ? ["spec.existingServers.keepNames false"] : []),
    ...(options.imageId !== undefined && existingServers === undefined ? ["spec.alibaba.imageId"] : []),
    ...ONLY_TODAY.filter((name) => options[name] !== undefined).map((name) => `spec.alibaba.${name}`),
  ];
  if (fields.length === 0) return undefined;
  return { kind: "NotSupported", message: `Dialect Reference has no field for ${fields.join(", ")}: remove it` };
}

function refusalOfPlace(declared: Declared): Refusal | undefined {
  if (poolVswitches(declared).length > 0) return undefined;
  const message = "Neither the pool nor its cluster names a vswitch: set spec.alibaba.vswitchIds in a new NodePool";
  return { kind: "Rejected", message };
}

/** 2.6 calls a password required: servers that exist are made anew with it. */
function refusalOfLogin(dialect: Config["dialect"], { login, existingServers }: Declared): Refusal | undefined {
  if (login === undefined) {
    if (dialect !== "Reference" || existingServers === undefined) return undefined;
    return {
      kind: "LoginRequired",
      message: "Dialect Reference needs spec.login: add keyPairName or passwordSecretRef",
    };
  }
  const flaw = "password" in login ? flawOfPassword(login.password) : undefined;
  if (flaw === undefined) return undefined;
  return { kind: "Rejected", message: `What spec.login.passwordSecretRef leads to ${flaw}. Correct the Secret` };
}
