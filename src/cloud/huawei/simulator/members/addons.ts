// What the calls of add-ons (CCE API reference 4.3) answer.
import type { PromisedBody, PromisedCall } from "../../../simulation/members.ts";
import { never, table } from "../../../simulation/members.ts";
import { error, listOf, resource } from "./shared.ts";

const ADDONS = "/api/v3/addons";

/** What the add-on manager says for itself; what the gateway before it says is in {@link error}. */
const addonError = table("the samples of 4.3 for status 500", { code: "string", message: "string" });

const addons = (reference: string, call: string, answer: PromisedBody): PromisedCall => ({
  call,
  reference,
  answer,
  refusals: [addonError, error],
});

const metadata = table("tables 4-305 and 4-316", {
  uid: "string",
  name: "string",
  labels: never("object", "the simulator gives an add-on none"),
  annotations: never("object", "the simulator gives an add-on none"),
  creationTimestamp: "string",
  updateTimestamp: "string",
});

const supportVersions = table("tables 4-303 and 4-315", { clusterType: "string", clusterVersion: ["string"] });

const version = table("tables 4-302 and 4-314", {
  version: "string",
  input: table("the samples of 4.3, input", { basic: "object", parameters: "object" }),
  stable: "boolean",
  translate: "object",
  supportVersions: [supportVersions],
  creationTimestamp: "string",
  updateTimestamp: "string",
});

const addon = resource("tables 4-300 and 4-347", {
  metadata,
  spec: table("table 4-304", {
    clusterID: "string",
    version: "string",
    addonTemplateName: "string",
    addonTemplateType: "string",
    addonTemplateLogo: "string",
    addonTemplateLabels: ["string"],
    description: "string",
    values: "object",
  }),
  // The table spells it reason, every sample Reason.
  status: table("table 4-301", {
    status: "string",
    Reason: "string",
    message: "string",
    targetVersions: ["string"],
    currentVersion: version,
  }),
});

const template = resource("table 4-311", {
  metadata,
  spec: table("table 4-312", {
    type: "string",
    labels: ["string"],
    logoURL: "string",
    readmeURL: "string",
    description: "string",
    versions: [version],
    supportVersions: [table("table 4-313", { clusterType: "string", clusterVersion: ["string"] })],
    creationTimestamp: "string",
    updateTimestamp: "string",
  }),
});

export const addonCalls: readonly PromisedCall[] = [
  addons("4.3.1", `POST ${ADDONS}`, addon),
  addons("4.3.2", "GET /api/v3/addontemplates", listOf("table 4-310", template)),
  addons("4.3.3", `PUT ${ADDONS}/:id`, addon),
  addons("4.3.4", `DELETE ${ADDONS}/:id`, "object"),
  addons("4.3.5", `GET ${ADDONS}/:id`, addon),
  addons("4.3.6", `GET ${ADDONS}`, listOf("table 4-346", addon)),
];
