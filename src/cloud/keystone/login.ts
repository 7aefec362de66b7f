// The sign-in of OpenStack's Identity API v3: `POST /v3/auth/tokens` with a password, with or without a project
// (docs.openstack.org, "Password authentication with scoped authorization"), and what its answer says.
import * as z from "zod";
import type { HttpAnswer } from "../http/answer.ts";
import { readJson, unreadable } from "../kit/json.ts";
import { instant, lenientObject, optionalText, text } from "../kit/wire.ts";

/** The login of a user: by id, or by name within a domain. */
export interface UserLogin {
  readonly user: { readonly id: string } | { readonly name: string; readonly domainName: string };
  readonly password: string;
}

/** By id, or by name: within a domain, or where it is left out within that of the user. */
export type ProjectReference =
  | { readonly id: string }
  | { readonly name: string; readonly domainName?: string | undefined };

/** Whom a token is of and what it is for, as far as its answer tells. */
export interface Grant {
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  /** Of the project. */
  readonly domainName: string | undefined;
}

export interface IssuedToken extends Grant {
  /** Secret. */
  readonly value: string;
  readonly lifetimeMs: number;
}

/** Where the answer does not tell, as Keystone has it by default; a 401 corrects what is wrong here. */
const DEFAULT_LIFETIME_MS = 3_600_000;
/** A cloud whose clocks contradict each other must not make every request a login. */
const SHORTEST_LIFETIME_MS = 5_000;

/** Without a project: a token that proves the user and is good for nothing but to list its projects. */
export function loginBody({ user, password }: UserLogin, project?: ProjectReference): object {
  const named =
    "id" in user ? { id: user.id, password } : { name: user.name, password, domain: { name: user.domainName } };
  const identity = { methods: ["password"], password: { user: named } };
  return { auth: { identity, ...(project && { scope: { project: scopeOf(project) } }) } };
}

function scopeOf(project: ProjectReference): object {
  if ("id" in project) return { id: project.id };
  const { name, domainName } = project;
  return { name, ...(domainName !== undefined && { domain: { name: domainName } }) };
}

const body = lenientObject({
  token: lenientObject({
    issued_at: text,
    expires_at: text,
    user: lenientObject({ id: optionalText }),
    project: lenientObject({
      id: optionalText,
      name: optionalText,
      domain: lenientObject({ name: optionalText }),
    }),
  }),
});

/** Throws CloudError Unavailable where the answer has no token. */
export function issuedToken(operation: string, answer: HttpAnswer): IssuedToken {
  const value = answer.headers.get("x-subject-token");
  if (value === undefined || value === "") throw unreadable(operation, "no X-Subject-Token");
  const { token } = readJson(operation, answer.body, body);
  const { user, project } = token;
  return {
    value,
    lifetimeMs: lifetimeOf(token, answer),
    userId: user.id,
    projectId: project.id,
    projectName: project.name,
    domainName: project.domain.name,
  };
}

/** By the cloud's own clock where it tells when the token began, so that ours may be wrong. */
function lifetimeOf(token: z.output<typeof body>["token"], answer: HttpAnswer): number {
  const beginnings = [instant(token.issued_at), Date.parse(answer.headers.get("date") ?? ""), answer.arrivedAtMs];
  const lifetimeMs = instant(token.expires_at) - (beginnings.find((ms) => !Number.isNaN(ms)) ?? Number.NaN);
  return Number.isNaN(lifetimeMs) ? DEFAULT_LIFETIME_MS : Math.max(lifetimeMs, SHORTEST_LIFETIME_MS);
}

const list = z.object({ projects: z.array(z.object({ id: z.string().min(1), name: z.string() })) });

export type ProjectEntry = z.output<typeof list>["projects"][number];

/** What `GET /v3/auth/projects` answers. Throws CloudError Unavailable where it can't be read. */
export function projectsIn(operation: string, answer: HttpAnswer): readonly ProjectEntry[] {
  return readJson(operation, answer.body, list).projects;
}
