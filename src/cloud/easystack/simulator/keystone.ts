// Keystone (1.11): the users that may sign in, tokens with and without the project, and the projects of a user.
import * as z from "zod";
import type { Call, CollectionControl, Route } from "../../simulation/cloud.ts";
import type { LockoutRules } from "../../simulation/keystone/lockout.ts";
import { openLockout } from "../../simulation/keystone/lockout.ts";
import type { SignIn, TokenDesk } from "../../simulation/keystone/tokens.ts";
import { openTokenDesk, projectList } from "../../simulation/keystone/tokens.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import type { Asker } from "./sessions.ts";
import { sessionCookie } from "./sessions.ts";
import type { Ecns, EcnsTables, User } from "./state.ts";
import { newEntity } from "./state.ts";

/** One text for a wrong user, password, domain and project, and for a locked user: 1.11 prints no other. */
const REFUSED = "The request you have made requires authentication.";

const MINUTE_MS = 60_000;

interface Grant {
  readonly user: { readonly id: string; readonly name: string };
  readonly hasProject: boolean;
}

export interface KeystoneOptions {
  readonly password: string;
  readonly tokenTtlMs: number;
  readonly lockout: LockoutRules;
  /** Left out: no limit. */
  readonly writesPerMinute: number | undefined;
}

export interface Keystone {
  readonly routes: readonly Route<EcnsTables>[];
  readonly control: CollectionControl;
  /** Why a request may not pass, with the status; undefined lets it. */
  refusalOf(call: Call): { status: number; message: string } | undefined;
  /** Who sent a request that passed. */
  askerOf(call: Call): Asker;
}

const userInput = z.strictObject({
  id: z.string().min(1).optional(),
  name: z.string().min(1),
  password: z.string().min(1).optional(),
  email: z.string().default(""),
});

const userChange = z.strictObject({ password: z.string().min(1) });

/** Tokens, locks and the limit of writes keep real time. */
export function openKeystone(ecns: Ecns, options: KeystoneOptions): Keystone {
  const { store, rules, timeline } = ecns;
  const { organisation } = rules;
  /** By user name. */
  const passwords = new Map([[organisation.user, options.password]]);
  const lockout = openLockout(options.lockout, timeline);
  const domain = { id: organisation.domainId, name: organisation.domain };
  const project = { id: organisation.projectId, name: organisation.project };
  const desk: TokenDesk<Grant> = openTokenDesk(
    {
      tokenTtlMs: options.tokenTtlMs,
      admit(signIn) {
        const user = userOf(signIn, ecns);
        if (user === undefined || lockout.isLocked(user.id)) return REFUSED;
        if (passwords.get(user.name) !== signIn.identity.password.user.password) {
          lockout.failed(user.id);
          return REFUSED;
        }
        lockout.succeeded(user.id);
        const { scope } = signIn;
        if (scope?.project !== undefined && !isOurs(scope.project, ecns)) return REFUSED;
        return { user, hasProject: scope?.project !== undefined };
      },
      describe: ({ user, hasProject }) => ({
        user: { ...user, domain, password_expires_at: null },
        ...(hasProject && {
          project: { ...project, domain },
          roles: [{ id: "r-1", name: "project_admin" }],
          catalog: [],
        }),
      }),
    },
    timeline,
  );
  const projects = (call: Call) => projectList(call, [{ ...project, domainId: domain.id }]);
  const throttle = openThrottle(options.writesPerMinute, () => timeline.monotonic());
  const tokenOf = (call: Call): string => String(call.headers["x-auth-token"] ?? "");
  return {
    routes: [
      { method: "POST", path: "/v3/auth/tokens", handle: (call) => ({ ...desk.issue(call), logged: { call: 1 } }) },
      ...(["GET", "POST"] as const).map((method) => ({
        method,
        path: "/v3/auth/projects",
        handle: (call: Call) => ({ ...projects(call), logged: { call: 2 } }),
      })),
    ],
    control: {
      create(input) {
        const { password, ...user } = parseInput(userInput, input);
        if (store.list("users").some(({ name }) => name === user.name)) {
          throw new Refusal(409, `there is a user ${user.name}`, "name");
        }
        const added: User = { ...newEntity(ecns, user.name, user.id), email: user.email };
        store.put("users", added);
        if (password !== undefined) passwords.set(user.name, password);
        return added;
      },
      // What becomes of tokens is Keystone's rule: they end with the password that they were got for.
      update(name, input) {
        const { password } = parseInput(userChange, input);
        const user = store.list("users").find((one) => one.name === name || one.id === name);
        if (user === undefined) return undefined;
        passwords.set(user.name, password);
        desk.revoke((grant) => grant.user.id === user.id);
        return user;
      },
      remove(id) {
        const user = store.get("users", id);
        store.remove("users", id);
        desk.revoke((grant) => grant.user.id === id);
        return user;
      },
    },
    refusalOf(call) {
      if (call.path === "/v3/auth/tokens") return undefined;
      const token = desk.find(tokenOf(call));
      if (token === undefined || token.expiresAtMs <= timeline.now()) return { status: 401, message: REFUSED };
      if (call.path.startsWith("/v3/")) return undefined;
      if (!token.grant.hasProject) return { status: 401, message: "The token is not scoped to a project." };
      const projectId = call.headers["x-project-id"];
      if (projectId !== undefined && projectId !== project.id) {
        return { status: 403, message: "X-Project-Id is not the token's project." };
      }
      return call.method === "GET" || throttle() ? undefined : { status: 429, message: "Too many requests." };
    },
    askerOf(call) {
      const token = tokenOf(call);
      return { userId: desk.find(token)?.grant.user.id ?? "", token, cookie: sessionCookie(call.headers.cookie) };
    },
  };
}

/** By id, or by name and domain. */
function userOf({ identity }: SignIn, { store, rules }: Ecns): Grant["user"] | undefined {
  const { id, name, domain } = identity.password.user;
  if (id !== undefined) {
    const user = store.get("users", id);
    return user && { id, name: user.name };
  }
  if (!isDomain(domain, rules.organisation)) return undefined;
  const user = store.list("users").find((one) => one.name === name);
  return user && { id: user.id, name: user.name };
}

type Scope = NonNullable<NonNullable<SignIn["scope"]>["project"]>;

/** An id says all; a name is of a domain. */
function isOurs(scope: Scope, { rules: { organisation } }: Ecns): boolean {
  if (scope.id !== undefined) return scope.id === organisation.projectId;
  return scope.name === organisation.project && isDomain(scope.domain, organisation);
}

function isDomain(
  given: { id?: string | undefined; name?: string | undefined } | undefined,
  { domain, domainId }: { domain: string; domainId: string },
): boolean {
  return given?.id === undefined ? given?.name === domain : given.id === domainId;
}

/** Counts what it lets through in any 60 seconds; what it refuses costs nothing. */
function openThrottle(limit: number | undefined, nowMs: () => number): () => boolean {
  let admittedAtMs: number[] = [];
  return () => {
    if (limit === undefined) return true;
    admittedAtMs = admittedAtMs.filter((atMs) => nowMs() - atMs < MINUTE_MS);
    if (admittedAtMs.length >= limit) return false;
    admittedAtMs.push(nowMs());
    return true;
  };
}
