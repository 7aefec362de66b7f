// IAM (3.1, 3.2, 7.5): tokens for a user name and password, and the lookup of the project's id.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../../../lib/clock.ts";
import type { Answer, Call, CollectionControl, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import type { Identified } from "../../simulation/store.ts";
import type { LoginLock } from "./iam-lock.ts";
import { openLoginLock } from "./iam-lock.ts";
import { iamFailure } from "./refusals.ts";
import type { CceTables, Project } from "./state.ts";

export interface IamRules {
  /** Left out: nobody can log in. */
  readonly user?: { readonly name: string; readonly password: string } | undefined;
  /** Left out: any account name will do. */
  readonly domain?: string | undefined;
  /** The tenant, which the project is of. */
  readonly domainId: string;
  readonly project: Project;
  readonly tokenTtlMs: number;
  /** Wrong passwords in a row that lock the user; left out: none do. */
  readonly lockAfter?: number | undefined;
}

/** What a token is good for; one without a project names no project's resources. */
export interface Token {
  readonly expiresAtMs: number;
  readonly hasProject: boolean;
}

/** Issues and knows tokens. They are no resources: the store and `effect` know nothing of them. */
export interface TokenDesk {
  /** Undefined where it was never issued; an expired token is still known. */
  find(token: string): Token | undefined;
  readonly routes: readonly Route<CceTables>[];
  /** What a colleague does behind our back; see controls.ts. */
  readonly controls: { readonly users: CollectionControl };
}

const userChange = z.strictObject({ password: z.string().min(1).optional(), locked: z.boolean().optional() });

const credentials = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()),
      password: z.object({
        user: z.object({ name: z.string(), password: z.string(), domain: z.object({ name: z.string() }) }),
      }),
    }),
    scope: z
      .object({
        project: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
        domain: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
      })
      .optional(),
  }),
});

type Credentials = z.output<typeof credentials>["auth"];

/** A desk whose tokens expire by the real clock, whatever the speed. */
export function openTokenDesk(initial: IamRules, clock: Clock): TokenDesk {
  let rules = initial;
  const lock = openLoginLock(initial.lockAfter, clock);
  const issued = new Map<string, Token>();
  const issue = ({ body }: Call): Answer => {
    const { auth } = parseInput(credentials, parseJson(body));
    const refusal = refuse(auth, rules, lock);
    if (refusal !== undefined) return iamFailure(401, refusal);
    const id = `MII${randomUUID().replaceAll("-", "")}`;
    const token = { expiresAtMs: clock.now() + rules.tokenTtlMs, hasProject: auth.scope?.project !== undefined };
    issued.set(id, token);
    return { status: 201, headers: { "x-subject-token": id }, body: { token: tokenOnWire(token, rules, clock) } };
  };
  const listProjects = ({ query, headers }: Call): Answer => {
    const name = query.get("name");
    const self = `http://${headers.host ?? ""}/v3/projects`;
    const projects = name === null || name === rules.project.name ? [projectOnWire(rules, self)] : [];
    return { status: 200, body: { projects, links: { next: null, previous: null, self } } };
  };
  // The reference does not say what becomes of tokens; that they end with the password they were got for is the harder case.
  const changeUser = (name: string, input: unknown): (Identified & { locked: boolean }) | undefined => {
    if (rules.user?.name !== name) return undefined;
    const { password, locked } = parseInput(userChange, input);
    if (password !== undefined) {
      rules = { ...rules, user: { name, password } };
      issued.clear();
    }
    if (locked !== undefined) lock.set(locked);
    return { id: name, locked: lock.isLocked() };
  };
  return {
    find: (token) => issued.get(token),
    controls: { users: { update: changeUser } },
    routes: [
      { method: "POST", path: "/v3/auth/tokens", handle: issue },
      // 7.5 has /v3/projects, 3.2 and the service itself /v3/auth/projects.
      { method: "GET", path: "/v3/auth/projects", handle: listProjects },
      { method: "GET", path: "/v3/projects", handle: listProjects },
    ],
  };
}

/** All that can be wrong with a login is the same 401, and one message but for a locked user. */
function refuse({ identity, scope }: Credentials, rules: IamRules, lock: LoginLock): string | undefined {
  return refuseLogin(identity.password.user, rules, lock) ?? refuseScope(scope, rules);
}

function refuseLogin(
  given: Credentials["identity"]["password"]["user"],
  { user, domain }: IamRules,
  lock: LoginLock,
): string | undefined {
  const isUsers = given.name === user?.name && (domain === undefined || given.domain.name === domain);
  if (isUsers && lock.isLocked()) return "The account is locked.";
  if (isUsers && given.password === user?.password) {
    lock.succeeded();
    return undefined;
  }
  if (isUsers) lock.failed();
  return "The username or password is wrong.";
}

function refuseScope(scope: Credentials["scope"], { project }: IamRules): string | undefined {
  const wanted = scope?.project;
  if (wanted === undefined) return undefined;
  const isOurs = wanted.id === undefined ? wanted.name === project.name : wanted.id === project.id;
  return isOurs ? undefined : "The request you have made requires authentication.";
}

function tokenOnWire(token: Token, { user, project, domain, domainId }: IamRules, clock: Clock): unknown {
  const account = { id: domainId, name: domain ?? "account" };
  return {
    expires_at: new Date(token.expiresAtMs).toISOString().replace("Z", "000Z"),
    issued_at: new Date(clock.now()).toISOString().replace("Z", "000Z"),
    methods: ["password"],
    user: { id: "7116d09f88fa41908676fdd4b039e95b", name: user?.name, domain: account },
    ...(token.hasProject ? { project: { id: project.id, name: project.name, domain: account } } : { domain: account }),
    roles: [{ id: "0", name: "te_admin" }],
  };
}

/** 7.5. */
function projectOnWire({ project: { id, name }, domainId }: IamRules, collection: string): unknown {
  return {
    domain_id: domainId,
    is_domain: false,
    parent_id: domainId,
    name,
    description: "",
    links: { next: null, previous: null, self: `${collection}/${id}` },
    id,
    enabled: true,
  };
}
