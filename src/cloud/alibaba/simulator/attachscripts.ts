// The script by which a machine joins an edge cluster (2.7), in the forms in which it is said to be answered.
import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { newEntity, newId, requireCluster } from "./ack.ts";
import { flag, whole } from "./fields.ts";
import { CodedRefusal, invalid, missing } from "./refusals.ts";
import { requireUsable } from "./settle.ts";
import type { AckTables, AttachScript, Cluster } from "./state.ts";

const HOUR_MS = 3_600_000;

/** Four words, though the table of 2.7 calls it a boolean. */
const STRATEGIES = ["hostname", "random", "randomWithPrefix", "customized"] as const;

/** The members of 2.7, and the names that the public cloud has for some of them today. Unknown ones pass. */
const optionMembers = z.looseObject({
  enabledAddons: z.array(z.string()).optional(),
  allowedClusterAddons: z.array(z.string()).optional(),
  enableIptables: flag.default(true),
  manageRuntime: flag.default(false),
  flannelIface: z.string().default("eth0"),
  nodeNameStrategy: z.enum(STRATEGIES).default("hostname"),
  nodeNamePrefix: z.string().optional(),
  nodeName: z.string().optional(),
  nodeNameOverride: z.string().optional(),
  quiet: flag.optional(),
});

const scriptBody = z.looseObject({
  options: z.union([z.string(), z.looseObject({})]).optional(),
  arch: z.enum(["amd64", "arm64", "arm"]).default("amd64"),
  expired: whole.optional(),
  nodepool_id: z.string().optional(),
});

/** 2.7 says attachscript, the vendor's client attachscripts. */
export function attachScriptRoutes(ack: Ack): Route<AckTables>[] {
  return ["attachscript", "attachscripts"].map((name) => ({
    method: "POST" as const,
    path: `/clusters/:cluster/${name}`,
    handle: (call: Call) => create(ack, call),
  }));
}

function create(ack: Ack, call: Call): Answer {
  const cluster = requireCluster(ack.store, call.params["cluster"] ?? "");
  const { options, arch, expired } = parseInput(scriptBody, parseJson(call.body));
  if (cluster.profile !== "Edge") {
    throw new CodedRefusal(400, "OperationNotSupported", "Only machines of an edge cluster join by a script.");
  }
  if (options === undefined) throw missing("options");
  requireUsable(ack, cluster);
  const nowMs = ack.timeline.now();
  const expiresMs = expired === undefined ? nowMs + ack.rules.scriptHours * HOUR_MS : expired * 1000;
  if (expiresMs <= nowMs) throw invalid("expired", "must be a UNIX time to come, in seconds");
  const script: AttachScript = {
    ...newEntity(ack, newId("as-", 20), cluster.name),
    clusterId: cluster.id,
    expiresAt: new Date(expiresMs).toISOString(),
    arch,
    options: parseInput(optionMembers, objectOf(options)),
  };
  ack.store.put("attachscripts", script);
  return answerOf(ack, scriptFor(cluster, script));
}

/** 2.7 wants JSON in a string; the object itself is understood too. */
function objectOf(options: string | object): unknown {
  if (typeof options !== "string") return options;
  try {
    return JSON.parse(options === "" ? "{}" : options);
  } catch {
    throw invalid("options", "is not JSON");
  }
}

/** As in the example of 2.7. The token is nowhere but here. */
function scriptFor({ regionId, version }: Cluster, { arch, options }: AttachScript): string {
  const bucket = `aliacs-k8s-${regionId}.oss-${regionId}.aliyuncs.com`;
  const url = `http://${bucket}/public/pkg/run/attach/${version}/${arch}/edgeadm`;
  const spec = JSON.stringify(JSON.stringify({ ...options, assumeYes: true }));
  const token = randomBytes(24).toString("hex");
  return `wget ${url} -O edgeadm; chmod u+x edgeadm; ./edgeadm join --openapi-token=${token} --node-spec=${spec}`;
}

function answerOf({ rules }: Ack, script: string): Answer {
  if (rules.scriptAnswer === "Text") {
    return { status: 202, text: script, headers: { "content-type": "text/plain; charset=utf-8" } };
  }
  return { status: 202, body: rules.scriptAnswer === "Result" ? { result: script } : script };
}
