// IAM (huawei-cce.txt 3.1, 3.2, 7.5): tokens for a user name and password, and the lookup of the project's id.
import { z } from "zod";
import type { Clock } from "../../../lib/clock.ts";
import type { Answer, Call, CollectionControl, Route } from "../../simulation/cloud.ts";
import type { SignIn } from "../../simulation/keystone/tokens.ts";
import { openTokenDesk as openKeystone, projectList } from "../../simulation/keystone/tokens.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import type { Identified } from "../../simulation/store.ts";
import type { CceTables, Project } from "./state.ts";

export interface IamRules {
  /** Left out: nobody can log in. */
  readonly user?: { readonly name: string; readonly password: string } | undefined;
  /** Left out: any account name will do. */
  readonly domain?: string | undefined;
  readonly project: Project;
  readonly tokenTtlMs: number;
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

const userChange = z.strictObject({ password: z.string().min(1) });

const DOMAIN_ID = "65382450e8f64ac0870cd180d14e684b";

/** A desk whose tokens expire by the real clock, whatever the speed. */
export function openTokenDesk(initial: IamRules, clock: Clock): TokenDesk {
  let rules = initial;
  const tokens = openKeystone<Pick<Token, "hasProject">>(
    {
      tokenTtlMs: rules.tokenTtlMs,
      admit: (signIn) => refuse(byName(signIn), rules) ?? { hasProject: signIn.scope?.project !== undefined },
      describe: (grant) => tokenOnWire(grant, rules),
    },
    clock,
  );
  const listProjects = (call: Call): Answer => projectList(call, [{ ...rules.project, domainId: DOMAIN_ID }]);
  // The reference does not say what becomes of tokens; that they end with the password they were got for is the harder case.
  const changeUser = (name: string, input: unknown): Identified | undefined => {
    if (rules.user?.name !== name) return undefined;
    rules = { ...rules, user: { name, ...parseInput(userChange, input) } };
    tokens.revoke();
    return { id: name };
  };
  return {
    find(id) {
      const token = tokens.find(id);
      return token && { expiresAtMs: token.expiresAtMs, ...token.grant };
    },
    controls: { users: { update: changeUser } },
    routes: [
      { method: "POST", path: "/v3/auth/tokens", handle: tokens.issue },
      // 7.5 has /v3/projects, 3.2 and the service itself /v3/auth/projects.
      { method: "GET", path: "/v3/auth/projects", handle: listProjects },
      { method: "GET", path: "/v3/projects", handle: listProjects },
    ],
  };
}

interface NamedSignIn {
  readonly name: string;
  readonly password: string;
  readonly domain: string;
  readonly scope: SignIn["scope"];
}

/** IAM knows no user by id (3.1). */
function byName({ identity, scope }: SignIn): NamedSignIn {
  const { name, password, domain } = identity.password.user;
  if (name !== undefined && domain?.name !== undefined) return { name, password, domain: domain.name, scope };
  throw new Refusal(400, "wants a name and a domain's name", "auth.identity.password.user");
}

/** One message for all that can be wrong with a login: it is nobody's business which part it was. */
function refuse({ scope, ...given }: NamedSignIn, { user, domain, project }: IamRules): string | undefined {
  const isKnown =
    given.name === user?.name && given.password === user.password && (domain === undefined || given.domain === domain);
  if (!isKnown) return "The username or password is wrong.";
  const wanted = scope?.project;
  if (wanted === undefined) return undefined;
  const isOurs = wanted.id === undefined ? wanted.name === project.name : wanted.id === project.id;
  return isOurs ? undefined : "The request you have made requires authentication.";
}

function tokenOnWire({ hasProject }: Pick<Token, "hasProject">, { user, project, domain }: IamRules): object {
  const account = { id: DOMAIN_ID, name: domain ?? "account" };
  return {
    user: { id: "7116d09f88fa41908676fdd4b039e95b", name: user?.name, domain: account },
    ...(hasProject ? { project: { id: project.id, name: project.name, domain: account } } : { domain: account }),
    roles: [{ id: "0", name: "te_admin" }],
  };
}
