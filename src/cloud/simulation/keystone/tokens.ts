// Keystone v3's tokens: `POST /v3/auth/tokens` with a password, what was issued, and when it ends. Who may have one, and for
// what, is the cloud's to say.
import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../../../lib/clock.ts";
import type { Answer, Call } from "../cloud.ts";
import { parseInput, parseJson, Refusal } from "../refusal.ts";

const named = z.object({ id: z.string().optional(), name: z.string().optional() });

const body = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()),
      password: z.object({ user: named.extend({ password: z.string(), domain: named.optional() }) }),
    }),
    scope: z
      .object({ project: named.extend({ domain: named.optional() }).optional(), domain: named.optional() })
      .optional(),
  }),
});

/** A sign-in as it was sent: the user by id, or by name and domain; with or without a scope. */
export type SignIn = z.output<typeof body>["auth"];

export interface Token<Grant> {
  readonly expiresAtMs: number;
  /** What it is good for. */
  readonly grant: Grant;
}

export interface TokenRules<Grant> {
  readonly tokenTtlMs: number;
  /** What a sign-in is good for, or, as a text, why it gets no token (401). */
  admit(signIn: SignIn): Grant | string;
  /** The token's body, beside its times and methods. */
  describe(grant: Grant): object;
}

/** Issues and knows tokens. They are no resources: the store and `effect` know nothing of them. */
export interface TokenDesk<Grant> {
  /** Answers 201 with the token in `X-Subject-Token`; throws a `Refusal`, 400 for a body that is no sign-in, 401 as `admit` says. */
  readonly issue: (call: Call) => Answer;
  /** Undefined where it was never issued or has been revoked; an expired token is still known. */
  find(token: string): Token<Grant> | undefined;
  /** Ends the tokens that `concerned` is true of; all where it is left out. */
  revoke(concerned?: (grant: Grant) => boolean): void;
}

/** A desk whose tokens expire by `clock`, whatever the simulator's speed. */
export function openTokenDesk<Grant extends object>(rules: TokenRules<Grant>, clock: Clock): TokenDesk<Grant> {
  const issued = new Map<string, Token<Grant>>();
  return {
    issue: (call) => {
      const signIn = parseInput(body, parseJson(call.body)).auth;
      const grant = rules.admit(signIn);
      if (typeof grant === "string") throw new Refusal(401, grant);
      const id = `MII${randomUUID().replaceAll("-", "")}`;
      const expiresAtMs = clock.now() + rules.tokenTtlMs;
      issued.set(id, { expiresAtMs, grant });
      const times = { expires_at: keystoneTime(expiresAtMs), issued_at: keystoneTime(clock.now()) };
      const token = { ...times, methods: ["password"], ...rules.describe(grant) };
      return { status: 201, headers: { "x-subject-token": id }, body: { token } };
    },
    find: (token) => issued.get(token),
    revoke(concerned = () => true) {
      for (const [id, { grant }] of issued) if (concerned(grant)) issued.delete(id);
    },
  };
}

/** With microseconds, as Keystone has it. */
function keystoneTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}

interface Project {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
}

/** `GET /v3/auth/projects`: all of them, or those called `name` where the query has one. */
export function projectList(call: Call, projects: readonly Project[]): Answer {
  const name = call.query.get("name");
  const self = `http://${call.headers.host ?? ""}/v3/projects`;
  const shown = projects.filter((project) => name === null || project.name === name);
  const listed = shown.map((project) => projectOnWire(project, `${self}/${project.id}`));
  return { status: 200, body: { projects: listed, links: { ...NO_LINKS, self } } };
}

const NO_LINKS = { next: null, previous: null };

function projectOnWire({ id, name, domainId }: Project, self: string): object {
  return {
    domain_id: domainId,
    is_domain: false,
    parent_id: domainId,
    name,
    description: "",
    links: { ...NO_LINKS, self },
    id,
    enabled: true,
  };
}
