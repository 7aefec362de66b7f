// What of a pool can't be made in a dialect.
import { describe, expect, test } from "vitest";
import { there } from "../../../test/support/clouds/alibaba/facets.ts";
import { host, poolRequest } from "../../../test/support/clouds/alibaba/requests.ts";
import { openAt } from "../../../test/support/clouds/alibaba/session.ts";
import type { NodePoolRequest } from "../facets/nodepools.ts";

const SERVERS = { serverIds: ["i-1"], formatDataDisks: false, keepNames: true };

describe("what can't be made is told before anything is sent", () => {
  const cases: [string, "V2026" | "Reference", Partial<NodePoolRequest>, string, RegExp][] = [
    [
      "in a serverless cluster",
      "V2026",
      { cluster: host("c1", { type: "ManagedKubernetes/Serverless" }) },
      "NotSupported",
      /no nodes/,
    ],
    [
      "in a serverless cluster",
      "Reference",
      { cluster: host("c1", { options: { clusterType: "Ask" } }) },
      "NotSupported",
      /no nodes/,
    ],
    [
      "without a vswitch",
      "V2026",
      { cluster: host("c1", { network: { ...host("").network, subnetId: undefined } }) },
      "Rejected",
      /vswitchIds/,
    ],
    ["with a weak password", "V2026", { login: { password: "weak" } }, "Rejected", /spec\.login/],
    [
      "with taints",
      "Reference",
      { taints: [{ key: "a", value: "b", effect: "NoSchedule" }] },
      "NotSupported",
      /spec\.taints/,
    ],
    [
      "with autoscaling",
      "Reference",
      { autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 2 } },
      "NotSupported",
      /spec\.autoscaling/,
    ],
    [
      "with data volumes",
      "Reference",
      { dataVolumes: [{ type: "cloud_ssd", sizeGiB: 40 }] },
      "NotSupported",
      /spec\.dataVolumes/,
    ],
    [
      "with what the reference has not",
      "Reference",
      { options: { cpuPolicy: "static" } },
      "NotSupported",
      /spec\.alibaba\.cpuPolicy/,
    ],
    [
      "of existing servers without a login",
      "Reference",
      { existingServers: SERVERS, login: undefined },
      "LoginRequired",
      /spec\.login/,
    ],
  ];
  test.each(cases)("%s in dialect %s", (...[, dialect, change, kind, message]) => {
    const { nodePools } = openAt("http://127.0.0.1:1", { settings: { providerOptions: { dialect } } });
    expect(there(nodePools).check?.(poolRequest(change))).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });

  test.each(["V2026", "Reference"] as const)("and nothing of a plain pool in dialect %s", (dialect) => {
    const { nodePools } = openAt("http://127.0.0.1:1", { settings: { providerOptions: { dialect } } });
    expect(there(nodePools).check?.(poolRequest())).toBeUndefined();
    expect(there(nodePools).membership).toBe(dialect === "Reference" ? "Status" : "Cloud");
  });
});
