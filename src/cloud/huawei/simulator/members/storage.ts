// What the calls of storage (CCE API reference 4.2) answer, and refuse in the words of Kubernetes.
import type { PromisedCall, Table } from "../../../simulation/members.ts";
import { sometimes, table } from "../../../simulation/members.ts";
import { error, resource } from "./shared.ts";

const CLAIMS = "/api/v1/namespaces/:namespace/cloudpersistentvolumeclaims";

const status = table("Kubernetes, Status", {
  kind: "string",
  apiVersion: "string",
  status: "string",
  message: "string",
  reason: "string",
  code: "integer",
  details: sometimes("object", "where it is about one object"),
});

const claim = (tables: { body: string; metadata: string; spec: string; status: string }): Table =>
  resource(tables.body, {
    metadata: table(tables.metadata, {
      name: "string",
      namespace: "string",
      uid: "string",
      resourceVersion: "string",
      creationTimestamp: "string",
      labels: sometimes("object", "where the create had some"),
    }),
    spec: table(tables.spec, {
      volumeName: "string",
      accessModes: ["string"],
      resources: table(`the resources of ${tables.spec}`, {
        requests: table(`the requests of ${tables.spec}`, { storage: "string" }),
      }),
    }),
    status: table(tables.status, { phase: "string", accessModes: ["string"] }),
  });

export const storageCalls: readonly PromisedCall[] = [
  {
    call: `POST ${CLAIMS}`,
    reference: "4.2.1",
    answer: claim({ body: "table 4-285", metadata: "table 4-286", spec: "table 4-287", status: "table 4-288" }),
    refusals: [status, error],
  },
  {
    call: `DELETE ${CLAIMS}/:name`,
    reference: "4.2.2",
    answer: claim({ body: "table 4-292", metadata: "table 4-293", spec: "table 4-294", status: "table 4-295" }),
    refusals: [status, error],
  },
];
