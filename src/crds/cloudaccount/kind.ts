// The kind CloudAccount: its names and columns, and what of it may leave in reports. Its fields: schema.ts.
import { columnsWithoutId } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

export const cloudAccount = defineKind({
  kind: "CloudAccount",
  plural: "cloudaccounts",
  description: "An account on a cloud: how to reach it, with which credentials, and which namespaces may use it.",
  shortNames: ["yfca"],
  printerColumns: [
    { name: "Provider", type: "string", jsonPath: ".spec.provider", description: "The cloud." },
    { name: "Endpoint", type: "string", jsonPath: ".spec.endpoint", description: "Address of the cloud's API." },
    ...columnsWithoutId,
  ],
  reportable: ["spec.provider", "spec.region"],
});
