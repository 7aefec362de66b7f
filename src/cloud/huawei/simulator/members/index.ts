// What every call that the simulator of Huawei CCE serves promises to answer, by the API reference of CCE 22.3.5.
//
// A member is promised where a table of the call's answer has it and its sample does too. `sometimes`: the table says
// when, or a sample leaves it out, as all do with what is zero. Names are those of the samples, which say what is sent.
import type { PromisedCall } from "../../../simulation/members.ts";
import { sometimes, table } from "../../../simulation/members.ts";
import { addonCalls } from "./addons.ts";
import { clusterCalls } from "./clusters.ts";
import { nodePoolCalls } from "./nodepools.ts";
import { nodeCalls } from "./nodes.ts";
import { cce, PROJECT, resource } from "./shared.ts";
import { storageCalls } from "./storage.ts";

const iamError = table("OpenStack Identity API v3, errors", {
  error: table("OpenStack Identity API v3, error", { message: "string", code: "integer", title: "string" }),
});

const account = table("OpenStack Identity API v3, domain", { id: "string", name: "string" });

/** The reference prints the header alone. */
const token = table("OpenStack Identity API v3, token", {
  expires_at: "string",
  issued_at: "string",
  methods: ["string"],
  user: table("OpenStack Identity API v3, user", { id: "string", name: "string", domain: account }),
  project: sometimes(
    table("OpenStack Identity API v3, project", { id: "string", name: "string", domain: account }),
    "where the scope is one",
  ),
  domain: sometimes(account, "where the scope is no project"),
});

const links = table("the sample of 7.5, links", { next: "any", previous: "any", self: "string" });

const projects = table("the sample of 7.5", {
  projects: [
    table("the sample of 7.5, project", {
      domain_id: "string",
      is_domain: "boolean",
      parent_id: "string",
      name: "string",
      description: "string",
      links,
      id: "string",
      enabled: "boolean",
    }),
  ],
  links,
});

const iamCalls: readonly PromisedCall[] = [
  {
    call: "POST /v3/auth/tokens",
    reference: "3.1 and 3.3",
    answer: table("OpenStack Identity API v3, tokens", { token }),
    headers: ["x-subject-token"],
    refusals: [iamError],
  },
  { call: "GET /v3/auth/projects", reference: "3.2 and 7.5", answer: projects, refusals: [iamError] },
  { call: "GET /v3/projects", reference: "7.5", answer: projects, refusals: [iamError] },
];

const ofServer = table("the sample of 4.1.24, extendParam", {
  serverID: sometimes("string", "of a node's, once it has a server"),
});

const jobIdentity = table("table 4-279", { uid: "string", creationTimestamp: "string", updateTimestamp: "string" });

const job = resource("table 4-278", {
  metadata: jobIdentity,
  spec: table("table 4-280", {
    type: "string",
    clusterUID: "string",
    resourceID: "string",
    resourceName: "string",
    extendParam: ofServer,
    subJobs: [
      resource("the sample of 4.1.24, subJobs", {
        metadata: jobIdentity,
        spec: table("the sample of 4.1.24, spec of a sub-job", {
          type: "string",
          clusterUID: "string",
          resourceID: sometimes("string", "in one of the sample's two"),
          extendParam: sometimes(ofServer, "in one of the sample's two"),
        }),
        status: table("the sample of 4.1.24, status of a sub-job", { phase: "string" }),
      }),
    ],
  }),
  status: table("table 4-281", { phase: "string", reason: "string" }),
});

const quotas = table("table 4-357", {
  quotas: [table("table 4-358", { quotaKey: "string", quotaLimit: "integer", used: "integer", unit: "string" })],
});

export const cceCalls: readonly PromisedCall[] = [
  ...iamCalls,
  ...clusterCalls,
  ...nodeCalls,
  ...nodePoolCalls,
  cce("4.1.24", `GET ${PROJECT}/jobs/:id`, job),
  ...storageCalls,
  ...addonCalls,
  cce("4.4.1", `GET ${PROJECT}/quotas`, quotas),
];
