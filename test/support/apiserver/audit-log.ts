// What a user asked an API server for, by its audit logs, and what RBAC manifests grant: both as rights that can be compared.
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseAllDocuments } from "yaml";

/** Requests that were alike. */
export interface Use {
  readonly verb: string;
  /** As rules write it, the group before it: "/secrets", "yunfan.dev/nodepools/status". */
  readonly resource: string;
  /** Of the object; empty where it had none or a name means nothing. */
  readonly name: string;
  readonly allowed: boolean;
  /** Of the first of them, for people. */
  readonly example: string;
}

export interface Grant {
  readonly verb: string;
  readonly resource: string;
  /** Undefined: any. */
  readonly names: readonly string[] | undefined;
}

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** By all logs in the folder, the rotated ones included; each kind of request once. Requests outside of the API's resources do not count. */
export async function usesBy(username: string, folder: string, named: ReadonlySet<string>): Promise<Use[]> {
  const uses = new Map<string, Use>();
  for (const file of await readdir(folder)) {
    for await (const line of createInterface({ input: createReadStream(path.join(folder, file)) })) {
      // Most requests are other users': not worth parsing.
      if (!line.includes(username)) continue;
      const use = useOf(JSON.parse(line) as AuditEvent, username, named);
      if (use) uses.set(`${use.verb} ${use.resource} ${use.name} ${use.allowed}`, use);
    }
  }
  return [...uses.values()];
}

function useOf(event: AuditEvent, username: string, named: ReadonlySet<string>): Use | undefined {
  const { user, verb, objectRef, requestURI, annotations } = event;
  if (user.username !== username || objectRef?.resource === undefined) return undefined;
  const { apiGroup = "", subresource, name = "" } = objectRef;
  const resource = `${apiGroup}/${[objectRef.resource, subresource].filter(Boolean).join("/")}`;
  const allowed = annotations?.["authorization.k8s.io/decision"] === "allow";
  return { verb, resource, name: named.has(resource) ? name : "", allowed, example: `${verb} ${requestURI}` };
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Of every Role and ClusterRole in a file of manifests. */
export async function grantsIn(file: string): Promise<Grant[]> {
  const documents = parseAllDocuments(await readFile(file, "utf8")).map(
    (document) => document.toJS() as { rules?: Rule[] },
  );
  return documents.flatMap(({ rules = [] }) => rules.flatMap(grantsOf));
}

function grantsOf({ apiGroups, resources, verbs, resourceNames: names }: Rule): Grant[] {
  const targets = apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`));
  return targets.flatMap((resource) => verbs.map((verb) => ({ verb, resource, names })));
}

/** What was granted for nothing, a line each: a verb that was never used, a name that no verb was used on. */
export function unused(grants: readonly Grant[], uses: readonly Use[]): string[] {
  const idle = grants.filter((grant) => !uses.some((use) => covers(grant, use)));
  const names = grants.flatMap(({ resource, names: all = [] }) => all.map((name) => ({ resource, name })));
  const isUsed = ({ resource, name }: { resource: string; name: string }): boolean =>
    uses.some((use) => use.resource === resource && use.name === name);
  const idleNames = names
    .filter((each) => !isUsed(each))
    .map(({ resource, name }) => `any verb on ${resource} ${name}`);
  return [...new Set([...idle.map(({ verb, resource }) => `${verb} ${resource}`), ...idleNames])].sort();
}

function covers({ verb, resource, names }: Grant, use: Use): boolean {
  return use.verb === verb && use.resource === resource && (names === undefined || names.includes(use.name));
}
