// What every call that the simulator of CTYUN's registry serves promises to answer, by the samples of the API reference.
//
// The reference has no tables of answers: a member is promised where the sample of its call has it. What the calls
// without a sample answer is what registries of this family do.
import type { PromisedBody, PromisedCall } from "../../simulation/members.ts";
import { table } from "../../simulation/members.ts";

/** Section 4 lists status codes and no body. */
const error = table("errors of registries of this family", { code: "integer", message: "string" });

const call = (reference: string, path: string, answer: PromisedBody): PromisedCall => ({
  call: path,
  reference,
  answer,
  refusals: [error],
});

const project = table("the sample of 3.10.2", {
  project_id: "integer",
  owner_id: "integer",
  name: "string",
  creation_time: "string",
  creation_time_str: "string",
  deleted: "integer",
  owner_name: "string",
  public: "integer",
  Toggleable: "boolean",
  update_time: "string",
  current_user_role_id: "integer",
  repo_count: "integer",
});

const repository = table("the sample of 3.10.3", {
  id: "string",
  name: "string",
  owner_id: "integer",
  project_id: "integer",
  description: "string",
  pull_count: "integer",
  star_count: "integer",
  tags_count: "integer",
  creation_time: "string",
  update_time: "string",
});

const tag = table("the sample of 3.10.4, detail=1", {
  digest: "string",
  name: "string",
  size: "integer",
  architecture: "string",
  os: "string",
  "os.version": "string",
  docker_version: "string",
  author: "string",
  created: "string",
  config: table("the sample of 3.10.4, config", { labels: "any" }),
  signature: "any",
  labels: ["any"],
});

const credentials = table("the sample of 3.10.5", {
  UserName: "string",
  Password: "string",
  SecretName: "string",
  RegistryUrl: "string",
});

const PROJECTS = "/registry/api/projects";
const REPOSITORIES = "/registry/api/repositories";

export const registryCalls: readonly PromisedCall[] = [
  { ...call("3.10.1", `POST ${PROJECTS}`, "Empty"), headers: ["location"] },
  { ...call("3.10.2", `GET ${PROJECTS}`, [project]), headers: ["x-total-count"] },
  { call: `GET ${PROJECTS}/:id`, reference: "none: it is refused", refusals: [error] },
  { ...call("3.10.3", `GET ${REPOSITORIES}`, [repository]), headers: ["x-total-count"] },
  call("3.10.4", `GET ${REPOSITORIES}/:project/*`, [tag]),
  call("3.10.5", "GET /namespaces/:namespace/images/auth", credentials),
  call("3.10.5, with the prefix of section 3", "GET /api/v1/namespaces/:namespace/images/auth", credentials),
  call("3.10.6", `PUT ${PROJECTS}/:id`, "Empty"),
  call("3.10.7", `DELETE ${PROJECTS}/:id`, "Empty"),
  call("3.10.8", `DELETE ${REPOSITORIES}/:project/*`, "Empty"),
  call("3.10.8, the path of its example", `DELETE ${PROJECTS}/:project/*`, "Empty"),
];
