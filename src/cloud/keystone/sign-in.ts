// Signing in at a Keystone with a password, and what is remembered of it when it fails: Keystone locks users after some wrong
// passwords, and says the same 401 for a wrong password, a locked user and a project that is none of the user's.
import type { Clock } from "../../lib/clock.ts";
import { listed } from "../../lib/text.ts";
import { Logins, type LoginHistory, type Rejection } from "../budget/logins.ts";
import { CloudError } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { addressOf } from "../http/endpoint.ts";
import { redactor } from "../http/message.ts";
import type { ErrorOf } from "../kit/error-table.ts";
import type { Service } from "../kit/requests.ts";
import {
  issuedToken,
  loginBody,
  projectsIn,
  type IssuedToken,
  type ProjectReference,
  type UserLogin,
} from "./login.ts";

/** How long a failed login answers those who come after it. */
export const HOLD_OFF_MS = 5_000;

export interface SignInOptions {
  readonly login: UserLogin;
  readonly project: ProjectReference;
  /** The requests lie below `/v3` of it. */
  readonly keystone: Service;
  readonly errorOf: ErrorOf<"GetToken" | "FindProject">;
  /**
   * Signs in without a project first, so that a refusal of the project is told from one of the password. `field`: of the account, that
   * names the project, in messages. Left out: any refusal is the password's.
   */
  readonly provesUserFirst?: { readonly field: string } | undefined;
  /** Shared with other accounts; unset: with none. */
  readonly logins: Logins | undefined;
  readonly clock: Clock;
  /** Ends a login under way. */
  readonly closed: AbortSignal;
}

interface Failure {
  readonly error: CloudError;
  /** By the monotonic clock. */
  readonly untilMs: number;
}

/**
 * One version of the credentials: another version of the Secret is another object. A password that was rejected is sent again slowly, and
 * at once when a person asks for it. Logins don't count in the account's budget, which is the cloud's; after another failure they wait.
 */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #history: LoginHistory;
  /** What a refusal may be for besides the password. */
  readonly #project: string;
  /** Of something else than the password. */
  #failure: Failure | undefined;
  #wish: string | undefined;

  constructor(options: SignInOptions) {
    const { logins = new Logins(), keystone, login, closed, provesUserFirst, project } = options;
    this.#options = options;
    this.#history = logins.of([addressOf(keystone.endpoint), login.user, login.password], closed);
    this.#project = provesUserFirst === undefined ? JSON.stringify(project) : "";
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Secret. */
  get password(): string {
    return this.#options.login.password;
  }

  /**
   * A new token of the project. Logins go one by one: those who wait for a failed one share its failure. Throws CloudError:
   * Unauthenticated, ProjectNotFound, or what keeps Keystone from answering.
   */
  fresh(): Promise<IssuedToken> {
    return this.#history.inTurn(() => this.#try());
  }

  /** What it issued was refused twice by the cloud: the next login waits. */
  holdOff(error: CloudError): void {
    this.#failure = { error, untilMs: this.#fromNow(HOLD_OFF_MS) };
  }

  /** Forgets a failed login, so that the next request tries it again: once for each `wish`, however often it is brought forward. */
  tryAgain(wish: string): void {
    if (wish === this.#wish) return;
    this.#wish = wish;
    this.#failure = undefined;
    this.#history.tryAgain(wish);
  }

  async #try(): Promise<IssuedToken> {
    const nowMs = this.#fromNow(0);
    const rejection = this.#history.rejectionFor(this.#project, nowMs);
    if (rejection !== undefined) throw heldOff(rejection, nowMs);
    if (this.#failure !== undefined && nowMs < this.#failure.untilMs) throw this.#failure.error;
    try {
      const token = await this.#logIn();
      this.#failure = undefined;
      this.#history.admitted(this.#project);
      return token;
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.kind === "Unauthenticated") throw this.#rejected(error);
      this.#failure = { error, untilMs: this.#fromNow(error.retryAfterMs ?? HOLD_OFF_MS) };
      throw error;
    }
  }

  #rejected(error: CloudError): CloudError {
    const nowMs = this.#fromNow(0);
    return heldOff(this.#history.rejected(this.#project, error, nowMs), nowMs);
  }

  async #logIn(): Promise<IssuedToken> {
    const { project, provesUserFirst } = this.#options;
    if (provesUserFirst === undefined) return this.#ask(project);
    const user = await this.#ask(undefined);
    try {
      return await this.#ask(project);
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "Unauthenticated") throw error;
      throw await this.#explain(error, user.value, provesUserFirst.field);
    }
  }

  /** The user was admitted a moment ago: where the project is none of the user's, it is that. */
  async #explain(refusal: CloudError, token: string, field: string): Promise<CloudError> {
    const { project, login } = this.#options;
    const operation = "FindProject";
    const answer = await this.#send({ operation, method: "GET", path: "/v3/auth/projects", token });
    if (answer.status >= 300) return this.#options.errorOf(operation, answer, redactor([login.password, token]));
    const theirs = projectsIn(operation, answer);
    const wanted = "id" in project ? project.id : project.name;
    if (theirs.some(({ id, name }) => wanted === ("id" in project ? id : name)) && !hasDomain(project)) return refusal;
    const names = theirs.map(({ name }) => name);
    const domain = "name" in project && project.domainName !== undefined ? ` of ${project.domainName}` : "";
    const others = names.length === 0 ? "The user is in none" : `The user's are ${listed(names)}`;
    return new CloudError("ProjectNotFound", {
      message: `The user is in no project ${JSON.stringify(wanted)}${domain} (${field}). ${others}`,
      codes: refusal.codes,
      advice: `Correct ${field} of the account, or make the user a member of the project`,
      cause: refusal,
    });
  }

  async #ask(project: ProjectReference | undefined): Promise<IssuedToken> {
    const { login, errorOf } = this.#options;
    const operation = "GetToken";
    const body = JSON.stringify(loginBody(login, project));
    const answer = await this.#send({ operation, method: "POST", path: "/v3/auth/tokens", body });
    if (answer.status >= 300) throw errorOf(operation, answer, redactor([login.password]));
    return issuedToken(operation, answer);
  }

  #send(request: { operation: string; method: "GET" | "POST"; path: string; body?: string; token?: string }) {
    const { keystone, closed } = this.#options;
    const { operation, method, path, body, token } = request;
    return keystone.http.send({
      operation,
      method,
      target: keystone.encodedBasePath + path,
      headers: { "content-type": "application/json", ...(token !== undefined && { "x-auth-token": token }) },
      body,
      signal: closed,
    }) satisfies Promise<HttpAnswer>;
  }

  #fromNow(ms: number): number {
    return this.#options.clock.monotonic() + ms;
  }
}

/** A project of that name may be another domain's. */
function hasDomain(project: ProjectReference): boolean {
  return "name" in project && project.domainName !== undefined;
}

/** Whoever comes before the next try is told when that is. */
function heldOff({ error, untilMs }: Rejection, nowMs: number): CloudError {
  const { kind, message, codes, advice } = error;
  return new CloudError(kind, { message, codes, advice, retryAfterMs: untilMs - nowMs, cause: error });
}
