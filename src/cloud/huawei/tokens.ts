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
/** The same after a password was rejected once, and more often in a row: IAM locks a user after several within a quarter of an hour. */
const FIRST_REJECTION_MS = 600_000;
const LATER_REJECTION_MS = 3_600_000;

interface Token {
  readonly value: string;
  readonly projectId: string | undefined;
  /** By the monotonic clock. */
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

interface Failure {
  readonly error: CloudError;
  /** By the monotonic clock. */
  readonly untilMs: number;
  /** Of the password: whoever comes before the next try is told when that is. */
  readonly isRejection: boolean;
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
 * IAM locks a user after some wrong passwords, and may reject a right one for a moment: one that it rejected is sent again slowly, and
 * at once when a person asks for it. Another version of the Secret is another object. Logins don't count in the account's budget,
 * which is CCE's; after another failure they wait instead.
 */
export class TokenAuthenticator implements ProjectAuthenticator {
  readonly #options: TokenOptions;
  readonly #login = new SingleFlight(() => this.#renew());
  #token: Token | undefined;
  #failure: Failure | undefined;
  /** In a row. */
  #rejections = 0;
  #wish: string | undefined;

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

  /** Forgets a failed login, so that the next request tries it again: once for each `wish`, however often it is brought forward. */
  tryAgain(wish: string): void {
    if (wish !== this.#wish) this.#failure = undefined;
    this.#wish = wish;
  }

  refused(proof: Proof): void {
    if (this.#token?.value === proof.headers["x-auth-token"]) this.#token = undefined;
  }

  refusedAgain(error: CloudError): void {
    this.#token = undefined;
    this.#failure = { error, untilMs: this.#fromNow(HOLD_OFF_MS), isRejection: false };
  }

  async #current(signal: AbortSignal): Promise<Token> {
    const nowMs = this.#options.clock.monotonic();
    if (this.#token !== undefined && nowMs < this.#token.renewAtMs) return this.#token;
    if (this.#failure !== undefined && nowMs < this.#failure.untilMs) throw heldOff(this.#failure, nowMs);
    return this.#login.join(signal);
  }

  async #renew(): Promise<Token> {
    try {
      this.#token = await this.#logIn();
      this.#failure = undefined;
      this.#rejections = 0;
      return this.#token;
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      return error.kind === "Unauthenticated" ? this.#rejected(error) : this.#failed(error);
    }
  }

  #rejected(error: CloudError): never {
    const holdOffMs = this.#rejections === 0 ? FIRST_REJECTION_MS : LATER_REJECTION_MS;
    this.#rejections += 1;
    this.#failure = { error, untilMs: this.#fromNow(holdOffMs), isRejection: true };
    throw heldOff(this.#failure, this.#fromNow(0));
  }

  #failed(error: CloudError): Token {
    this.#failure = { error, untilMs: this.#fromNow(error.retryAfterMs ?? HOLD_OFF_MS), isRejection: false };
    return this.#stillValid(error);
  }

  /** The token before, as long as IAM's trouble does not outlive it. */
  #stillValid(error: CloudError): Token {
    const nowMs = this.#options.clock.monotonic();
    if (this.#token === undefined || nowMs >= this.#token.expiresAtMs) throw error;
    this.#token = { ...this.#token, renewAtMs: Math.min(nowMs + HOLD_OFF_MS, this.#token.expiresAtMs) };
    return this.#token;
  }

  #fromNow(ms: number): number {
    return this.#options.clock.monotonic() + ms;
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

function heldOff({ error, untilMs, isRejection }: Failure, nowMs: number): CloudError {
  if (!isRejection) return error;
  const { kind, message, codes, advice } = error;
  return new CloudError(kind, { message, codes, advice, retryAfterMs: untilMs - nowMs, cause: error });
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
