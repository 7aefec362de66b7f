// Secrets of type yunfan.dev/credentials: the only Secrets whose contents the operator keeps.
import type { Credentials } from "../../cloud/contract.ts";
import type { KubeObject, ResourceType } from "../../kube/types.ts";
import { textOf } from "../../lib/secret-text.ts";

export const SECRETS: ResourceType = { group: "", version: "v1", plural: "secrets", kind: "Secret", namespaced: true };
export const CREDENTIALS_TYPE = "yunfan.dev/credentials";

export interface CredentialsSecret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** Which version of a Secret was looked at; a recreated one is another version. */
export function versionOf(secret: CredentialsSecret): string {
  return secret.metadata.resourceVersion;
}

export function decode(secret: CredentialsSecret): Credentials {
  const entries = Object.entries(secret.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, textOf(value)]));
}
