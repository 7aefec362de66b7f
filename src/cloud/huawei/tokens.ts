// Tokens of IAM for a user's name and password (CCE API Reference 3.1, 3.2): got once, shared, renewed before they expire.
import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { CloudError } from "../errors.ts";
import { redactor } from "../http/message.ts";
import type { HttpAnswer } from "../http/answer.ts";
import type { Proof, Service } from "../kit/requests.ts";
import type { ProjectAuthenticator } from "./authentication.ts";
import type { ProjectReference } from "./config.ts";
import type { UserLogin } from "./credentials.ts";
import { unreadable } from "../kit/json.ts";
import { errorOf } from "./errors.ts";
import { SingleFlight } from "../../lib/single-flight.ts";
import { readJson } from "../kit/json.ts";
import { instant, lenientObject, optionalText, text } from "../kit/wire.ts";

/** Where the answer does not tell, as Keystone has it by default; Huawei says 24 hours. A 401 corrects what is wrong here. */
const DEFAULT_LIFETIME_MS = 3_600_000;
/** Renewed this long before it expires, or earlier in its life where that is short. */
const LONGEST_MARGIN_MS = 300_000;
const MARGIN_OF_LIFETIME = 0.2;
/** A cloud whose clocks contradict each other must not make every request a login. */
const SHORTEST_LIFETIME_MS = 5_000;
/** How long a failed login answers those who come after it. */
const HOLD_OFF_MS = 5_000;

interface Token {
  readonly value: string;
  readonly projectId: string | undefined;
  /** By the monotonic clock. */
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

export interface TokenOptions {
  readonly login: UserLogin;
  readonly project: ProjectReference;
  readonly iam: Service;
  readonly clock: Clock;
  /** Ends a login under way. */
  readonly closed: AbortSignal;
}

/**
 * IAM locks a user after some wrong passwords: one that it refused is never sent again by this object, whose life is that of one
 * version of the Secret. Logins don't count in the account's budget, which is CCE's; after another failure they wait instead.
 */
export class TokenAuthenticator implements ProjectAuthenticator {
  readonly #options: TokenOptions;
  readonly #login = new SingleFlight(() => this.#renew());
  #token: Token | undefined;
  #failure: { readonly error: CloudError; readonly untilMs: number } | undefined;

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  async prove(_request: unknown, signal: AbortSignal): Promise<Proof> {
    const { value } = await this.#current(signal);
    return { headers: { "x-auth-token": value }, secrets: [value, this.#options.login.password] };
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.#current(signal);
  }

  /** The id that IAM names in the token of a project; undefined where it names none. */
  async projectId(signal: AbortSignal): Promise<string | undefined> {
    return (await this.#current(signal)).projectId;
  }

  refused(proof: Proof): void {
    if (this.#token?.value === proof.headers["x-auth-token"]) this.#token = undefined;
  }

  refusedAgain(error: CloudError): void {
    this.#token = undefined;
    this.#holdOff(error, HOLD_OFF_MS);
  }

  async #current(signal: AbortSignal): Promise<Token> {
    const nowMs = this.#options.clock.monotonic();
    if (this.#token !== undefined && nowMs < this.#token.renewAtMs) return this.#token;
    if (this.#failure !== undefined && nowMs < this.#failure.untilMs) throw this.#failure.error;
    return this.#login.join(signal);
  }

  async #renew(): Promise<Token> {
    try {
      this.#token = await this.#logIn();
      this.#failure = undefined;
      return this.#token;
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const isWrong = error.kind === "Unauthenticated";
      this.#holdOff(error, isWrong ? Number.POSITIVE_INFINITY : (error.retryAfterMs ?? HOLD_OFF_MS));
      return this.#stillValid(error);
    }
  }

  /** The token before, as long as IAM's trouble does not outlive it. */
  #stillValid(error: CloudError): Token {
    const nowMs = this.#options.clock.monotonic();
    if (error.kind === "Unauthenticated" || this.#token === undefined || nowMs >= this.#token.expiresAtMs) throw error;
    this.#token = { ...this.#token, renewAtMs: Math.min(nowMs + HOLD_OFF_MS, this.#token.expiresAtMs) };
    return this.#token;
  }

  #holdOff(error: CloudError, ms: number): void {
    this.#failure = { error, untilMs: this.#options.clock.monotonic() + ms };
  }

  async #logIn(): Promise<Token> {
    const { iam, login, project, clock, closed } = this.#options;
    const sentAtMs = clock.monotonic();
    const answer = await iam.http.send({
      operation: "GetToken",
      method: "POST",
      target: `${iam.encodedBasePath}/v3/auth/tokens`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(loginBody(login, project)),
      signal: closed,
    });
    if (answer.status >= 300) throw errorOf("GetToken", answer, redactor([login.password]));
    const value = answer.headers.get("x-subject-token");
    if (value === undefined || value === "") throw unreadable("GetToken", "no X-Subject-Token");
    const { token } = readJson("GetToken", answer.body, tokenAnswer);
    const lifetimeMs = lifetimeOf(token, answer);
    const marginMs = Math.min(LONGEST_MARGIN_MS, lifetimeMs * MARGIN_OF_LIFETIME);
    const projectId = token.project.id;
    return { value, projectId, renewAtMs: sentAtMs + lifetimeMs - marginMs, expiresAtMs: sentAtMs + lifetimeMs };
  }
}

function loginBody({ username, password, domainName }: UserLogin, project: ProjectReference): object {
  const user = { name: username, password, domain: { name: domainName } };
  return { auth: { identity: { methods: ["password"], password: { user } }, scope: { project } } };
}

const tokenAnswer = lenientObject({
  token: lenientObject({ issued_at: text, expires_at: text, project: lenientObject({ id: optionalText }) }),
});

/** By the cloud's own clock where it tells when the token began, so that ours may be wrong. */
function lifetimeOf(token: z.output<typeof tokenAnswer>["token"], answer: HttpAnswer): number {
  const beginnings = [instant(token.issued_at), Date.parse(answer.headers.get("date") ?? ""), answer.arrivedAtMs];
  const lifetimeMs = instant(token.expires_at) - (beginnings.find((ms) => !Number.isNaN(ms)) ?? Number.NaN);
  return Number.isNaN(lifetimeMs) ? DEFAULT_LIFETIME_MS : Math.max(lifetimeMs, SHORTEST_LIFETIME_MS);
}
