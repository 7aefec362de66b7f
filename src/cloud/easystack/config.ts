// What an account's block says: where Keystone is, and which project all requests are about.
import type { AccountSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { parseEndpoint, type Endpoint } from "../http/endpoint.ts";
import type { ProjectReference } from "../keystone/login.ts";
import type { AccountOptions } from "./blocks.ts";

/** As Keystone calls the one that it begins with. */
const DEFAULT_DOMAIN = "Default";

export interface Project {
  readonly reference: ProjectReference;
  /** Which of the account's fields names it, in messages. */
  readonly field: string;
}

/** Throws CloudError Rejected where neither or both of id and name are given. */
export function projectOf(options: AccountOptions, userDomain: string | undefined): Project {
  const { projectId, projectName, projectDomainName } = options;
  if ((projectId === undefined) === (projectName === undefined)) {
    const message = "The project is not known: set one of spec.easystack.projectId and spec.easystack.projectName";
    throw new CloudError("Rejected", { message, advice: "" });
  }
  if (projectId !== undefined) return { reference: { id: projectId }, field: "spec.easystack.projectId" };
  const domainName = projectDomainName ?? userDomain ?? DEFAULT_DOMAIN;
  return { reference: { name: projectName ?? "", domainName }, field: "spec.easystack.projectName" };
}

/** Without the `/v3` at its end: requests add it. Throws CloudError EndpointRequired, Rejected. */
export function keystoneOf(settings: AccountSettings, { keystoneEndpoint }: AccountOptions): Endpoint {
  const field = keystoneEndpoint === undefined ? "spec.endpoint" : "spec.easystack.keystoneEndpoint";
  const endpoint = parseEndpoint(keystoneEndpoint ?? settings.endpoint, settings.tls, field);
  return { ...endpoint, basePath: endpoint.basePath.replace(/\/v3$/, "") };
}
