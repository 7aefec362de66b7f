// IAM (3.1, 3.2, 7.5): tokens for a user name and password, and the lookup of the project's id.
import * as z from "zod";
import type { Clock } from "../../../lib/clock.ts";
import type { Answer, Call, CollectionControl, Route } from "../../simulation/cloud.ts";
import { openLockout, type Lockout } from "../../simulation/keystone/lockout.ts";
import { openTokenDesk, projectList, type SignIn, type Token } from "../../simulation/keystone/tokens.ts";
import { parseInput } from "../../simulation/refusal.ts";
import type { Identified } from "../../simulation/store.ts";
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

/** The policy's defaults: failures count for a quarter of an hour, and a lock lasts as long. */
const QUARTER_HOUR_MS = 900_000;

/** What a token is good for; one without a project names no project's resources. */
interface Grant {
  readonly hasProject: boolean;
}

export interface Iam {
  /** Undefined where it was never issued; an expired token is still known. */
  find(token: string): Token<Grant> | undefined;
  readonly routes: readonly Route<CceTables>[];
  /** What a colleague does behind our back; see controls.ts. */
  readonly controls: { readonly users: CollectionControl };
}

const userChange = z.strictObject({ password: z.string().min(1).optional(), locked: z.boolean().optional() });

/** Tokens expire by the real clock, whatever the speed. */
export function openIam(initial: IamRules, clock: Clock): Iam {
  let rules = initial;
  const lockout = openLockout(
    { attempts: initial.lockAfter ?? 0, lockedMs: QUARTER_HOUR_MS, countedMs: QUARTER_HOUR_MS },
    clock,
  );
  const desk = openTokenDesk<Grant>(
    {
      tokenTtlMs: initial.tokenTtlMs,
      admit: (signIn) => refusalOf(signIn, rules, lockout) ?? { hasProject: signIn.scope?.project !== undefined },
      describe: (grant) => grantOnWire(grant, rules),
    },
    clock,
  );
  const listProjects = (call: Call): Answer => projectList(call, [{ ...rules.project, domainId: rules.domainId }]);
  // The reference does not say what becomes of tokens; that they end with the password they were got for is the harder case.
  const changeUser = (name: string, input: unknown): (Identified & { locked: boolean }) | undefined => {
    if (rules.user?.name !== name) return undefined;
    const { password, locked } = parseInput(userChange, input);
    if (password !== undefined) {
      rules = { ...rules, user: { name, password } };
      desk.revoke();
    }
    if (locked !== undefined) lockout.set(name, locked);
    return { id: name, locked: lockout.isLocked(name) };
  };
  return {
    find: (token) => desk.find(token),
    controls: { users: { update: changeUser } },
    routes: [
      { method: "POST", path: "/v3/auth/tokens", handle: desk.issue },
      // 7.5 has /v3/projects, 3.2 and the service itself /v3/auth/projects.
      { method: "GET", path: "/v3/auth/projects", handle: listProjects },
      { method: "GET", path: "/v3/projects", handle: listProjects },
    ],
  };
}

/** All that can be wrong with a login is the same 401, and one message but for a locked user. */
function refusalOf({ identity, scope }: SignIn, rules: IamRules, lockout: Lockout): string | undefined {
  return loginRefusal(identity.password.user, rules, lockout) ?? scopeRefusal(scope, rules);
}

function loginRefusal(
  given: SignIn["identity"]["password"]["user"],
  { user, domain }: IamRules,
  lockout: Lockout,
): string | undefined {
  const isUsers = user !== undefined && given.name === user.name && given.domain !== undefined;
  if (!isUsers || (domain !== undefined && given.domain?.name !== domain)) return "The username or password is wrong.";
  if (lockout.isLocked(user.name)) return "The account is locked.";
  if (given.password === user.password) {
    lockout.succeeded(user.name);
    return undefined;
  }
  lockout.failed(user.name);
  return "The username or password is wrong.";
}

function scopeRefusal(scope: SignIn["scope"], { project }: IamRules): string | undefined {
  const wanted = scope?.project;
  if (wanted === undefined) return undefined;
  const isOurs = wanted.id === undefined ? wanted.name === project.name : wanted.id === project.id;
  return isOurs ? undefined : "The request you have made requires authentication.";
}

function grantOnWire({ hasProject }: Grant, { user, project, domain, domainId }: IamRules): object {
  const account = { id: domainId, name: domain ?? "account" };
  return {
    user: { id: "7116d09f88fa41908676fdd4b039e95b", name: user?.name, domain: account },
    ...(hasProject ? { project: { id: project.id, name: project.name, domain: account } } : { domain: account }),
    roles: [{ id: "0", name: "te_admin" }],
  };
}
