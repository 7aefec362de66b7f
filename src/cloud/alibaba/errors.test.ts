import { describe, expect, test } from "vitest";
import type { CloudErrorKind } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { redactor } from "../http/message.ts";
import { errorOf, type Operation } from "./errors.ts";

const nothing = redactor([]);
const NOW_MS = Date.UTC(2026, 10, 29, 15, 39, 31);

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Map(Object.entries(headers)), body: text, arrivedAtMs: NOW_MS };
}

describe("what it means", () => {
  const table: [Operation, number, string, string, CloudErrorKind][] = [
    // Of the gateway, before ACK says a word.
    [
      "DescribeClusterDetail",
      404,
      "InvalidAccessKeyId.NotFound",
      "Specified access key is not found.",
      "Unauthenticated",
    ],
    ["DescribeClusterDetail", 400, "InvalidAccessKeyId.Inactive", "", "Unauthenticated"],
    ["DescribeClusterDetail", 400, "SignatureDoesNotMatch", "", "Unauthenticated"],
    ["DescribeClusterDetail", 403, "SignatureDoesNotMatch", "", "Unauthenticated"],
    ["DescribeClusterDetail", 400, "IncompleteSignature", "", "Unauthenticated"],
    ["DescribeClusterDetail", 400, "InvalidTimeStamp.Expired", "", "Unauthenticated"],
    ["DescribeClusterDetail", 400, "InvalidSecurityToken.Expired", "", "Unauthenticated"],
    ["DescribeClusterDetail", 400, "MissingSecurityToken", "", "Unauthenticated"],
    ["DescribeClusterDetail", 403, "Forbidden.RAM", "User not authorized", "Forbidden"],
    ["DescribeClusterDetail", 403, "ErrorCheckAcl", "", "Forbidden"],
    ["DescribeClusterDetail", 404, "InvalidApi.NotFound", "Specified api is not found.", "Unavailable"],
    ["DescribeClusters", 404, "InvalidApi.NotFound", "Specified api is not found.", "Rejected"],
    ["DescribeClustersForRegion", 404, "InvalidRegionId.NotFound", "", "Rejected"],
    ["DescribeClusterDetail", 400, "Throttling.User", "Request was denied due to user flow control.", "Throttled"],
    ["DescribeClusterDetail", 429, "Throttling", "", "Throttled"],
    ["CreateCluster", 503, "Throttling.Api", "", "Throttled"],
    ["CreateCluster", 400, "SignatureNonceUsed", "", "Unavailable"],
    ["DescribeClusterDetail", 500, "InternalError", "", "Unavailable"],
    // Of ACK.
    ["DescribeClusterDetail", 404, "ErrorClusterNotFound", "The cluster c1 could not be found.", "NotFound"],
    ["DescribeClusterDetail", 404, "SomethingNotFound", "", "Unavailable"],
    ["CreateCluster", 400, "ErrorClusterNameAlreadyExist", "", "AlreadyExists"],
    ["CreateCluster", 400, "QuotaExceeded.Cluster", "", "QuotaExceeded"],
    ["CreateCluster", 400, "InvalidParameter", "The parameter name is invalid: too long.", "NameRefused"],
    ["CreateCluster", 400, "InvalidParameter", "name: must have 1 to 63", "NameRefused"],
    ["CreateCluster", 400, "InvalidParameter", "The parameter key_pair is invalid: no such name", "Rejected"],
    ["CreateCluster", 400, "OperationDenied.DedicatedCluster", "can no longer be created", "Rejected"],
    ["CreateCluster", 502, "BadGateway", "", "Unavailable"],
    ["DeleteCluster", 400, "ErrorClusterState", "", "Busy"],
    ["DeleteCluster", 400, "DependencyViolation", "An SLB hangs on it.", "NotEmpty"],
    ["DeleteClusterNodepool", 400, "OperationDenied.NodePoolNotEmpty", "", "NotEmpty"],
    ["DeleteCluster", 400, "OperationDenied.DeletionProtection", "", "Busy"],
    ["DeleteCluster", 400, "WhoKnows", "The cluster is in the state initial, which does not allow this.", "Busy"],
    ["DeleteCluster", 400, "WhoKnows", "Conflict with another operation", "Busy"],
    ["DeleteCluster", 400, "WhoKnows", "Nobody knows", "Rejected"],
  ];
  test.each(table)("%s answered %i %s %j is %s", (...[operation, status, code, message, kind]) => {
    const lower = errorOf(operation, answer(status, { code, message, requestId: "R" }), nothing);
    const upper = errorOf(operation, answer(status, { Code: code, Message: message, RequestId: "R" }), nothing);
    expect([lower.kind, upper.kind]).toEqual([kind, kind]);
    expect([lower.codes, upper.codes]).toEqual([[code], [code]]);
  });
});

test("both spellings are heard and shown where they differ", () => {
  const body = {
    code: "InvalidParameter",
    message: "Invalid request.",
    Code: "QuotaExceeded.Cluster",
    Message: "no room",
  };
  expect(errorOf("CreateCluster", answer(400, body), nothing)).toMatchObject({
    kind: "QuotaExceeded",
    codes: ["InvalidParameter", "QuotaExceeded.Cluster"],
    message: expect.stringMatching(/Invalid request\.?: no room/),
  });
});

test("a wrong signature does not show the text under it, which has a token in it", () => {
  const text = "POST\napplication/json\n\nx-acs-security-token:T0KEN\n/clusters";
  const body = { code: "SignatureDoesNotMatch", message: `server string to sign is:${text}` };
  const error = errorOf("DescribeClusters", answer(403, { ...body, Code: body.code, Message: body.message }), nothing);
  expect(error).toMatchObject({
    message: "DescribeClusters was answered SignatureDoesNotMatch: the secret key is not that of the access key",
    advice: "Correct secretKey in the credentials Secret of the account",
  });
});

test.each([
  ["20 minutes ahead of", -20 * 60_000 - 700],
  ["17 minutes behind", 17 * 60_000 + 3_000],
])("a clock that is off is said to be %s the cloud's, and tried again soon", (how, skewMs) => {
  const headers = { date: new Date(NOW_MS + skewMs).toUTCString() };
  const error = errorOf(
    "DescribeClusters",
    answer(400, { code: "InvalidTimeStamp.Expired", message: "m" }, headers),
    nothing,
  );
  expect(error).toMatchObject({
    message: `DescribeClusters was answered InvalidTimeStamp.Expired: the operator's clock is ${how} the cloud's`,
    advice: "Set the clock of the machine that the operator runs on",
    retryAfterMs: 60_000,
  });
});

test("a clock that is off is said to be so without a Date as well", () => {
  const error = errorOf("DescribeClusters", answer(400, { Code: "InvalidTimeStamp.Expired" }), nothing);
  expect(error.message).toContain("more than 15 minutes apart");
});

test.each<[Operation, string, string | undefined]>([
  ["CreateCluster", "service_cidr: is not a CIDR", "spec.network.serviceCidr"],
  ["CreateCluster", "The parameter service_cidr is invalid: overlaps container_cidr.", "spec.network.serviceCidr"],
  ["CreateCluster", "tags[0].key: Too big", "spec.alibaba.tags"],
  [
    "CreateCluster",
    "control_plane_config.system_disk_size: too small",
    "spec.alibaba.controlPlaneConfig.systemDiskSize",
  ],
  ["CreateCluster", "The parameter vswitch_ids is required.", "spec.network.subnetId or spec.alibaba.vswitchIds"],
  ["CreateCluster", "master_count: must be 3 or 5", "spec.alibaba.controlPlaneConfig.size"],
  ["CreateClusterNodePool", "scaling_group.instance_types[1]: Too small", "spec.instanceType"],
  [
    "CreateClusterNodePool",
    "The parameter scaling_group.vswitch_ids is invalid: of no VPC.",
    "spec.alibaba.vswitchIds",
  ],
  ["ModifyClusterNodePool", "The parameter auto_scaling.max_instances is invalid: low", "spec.autoscaling.maxReplicas"],
  ["ScaleOutCluster", "worker_system_disk_size: Invalid input", "spec.rootVolume.sizeGiB"],
  ["AttachInstances", "instances: must have at least one", "spec.existingServers.ids"],
  ["CreateCluster", "num_of_nodes: must be from 0 to 300", undefined],
  ["CreateCluster", "No size: the zone has none", undefined],
  ["RemoveNodePoolNodes", "labels: no such thing", undefined],
])("%s that is refused with %j is for %s to correct", (operation, message, field) => {
  const error = errorOf(operation, answer(400, { code: "InvalidParameter", message }), nothing);
  expect(error).toMatchObject({ kind: "Rejected", message: expect.stringContaining(message.replace(/\.$/, "")) });
  expect(error.advice).toBe(field && `Correct ${field}, or set it up in a new resource`);
});
