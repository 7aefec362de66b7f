// A Keystone token: got once, shared by all who ask, renewed before it expires, and once when it is refused.
import { SingleFlight } from "../../lib/single-flight.ts";
import { CloudError } from "../errors.ts";
import type { Authenticator, Proof } from "../kit/requests.ts";
import type { Grant, IssuedToken } from "./login.ts";
import { HOLD_OFF_MS, type SignIn } from "./sign-in.ts";

/** Renewed this long before it expires, or earlier in its life where that is short. */
const LONGEST_MARGIN_MS = 300_000;
const MARGIN_OF_LIFETIME = 0.2;

interface Token extends IssuedToken {
  /** By the monotonic clock. */
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

export class TokenAuthenticator implements Authenticator {
  readonly #signIn: SignIn;
  readonly #renewal: SingleFlight<Token>;
  #token: Token | undefined;

  constructor(signIn: SignIn) {
    this.#signIn = signIn;
    this.#renewal = new SingleFlight(() => this.#renew());
  }

  async prove(_request: unknown, signal: AbortSignal): Promise<Proof> {
    const { value } = await this.#current(signal);
    return proofOf(value, this.#signIn.password);
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.#current(signal);
  }

  /** Whom the token is of and what it is for. Throws as `prove` does. */
  grant(signal: AbortSignal): Promise<Grant> {
    return this.#current(signal);
  }

  refused(proof: Proof): void {
    if (this.#token?.value === proof.headers["x-auth-token"]) this.#token = undefined;
  }

  refusedAgain(error: CloudError): void {
    this.#token = undefined;
    this.#signIn.holdOff(error);
  }

  async #current(signal: AbortSignal): Promise<Token> {
    const token = this.#token;
    return token !== undefined && this.#nowMs() < token.renewAtMs ? token : this.#renewal.join(signal);
  }

  async #renew(): Promise<Token> {
    const sentAtMs = this.#nowMs();
    try {
      const issued = await this.#signIn.fresh();
      const marginMs = Math.min(LONGEST_MARGIN_MS, issued.lifetimeMs * MARGIN_OF_LIFETIME);
      const expiresAtMs = sentAtMs + issued.lifetimeMs;
      this.#token = { ...issued, renewAtMs: expiresAtMs - marginMs, expiresAtMs };
      return this.#token;
    } catch (error) {
      if (!(error instanceof CloudError) || FINAL.has(error.kind)) throw error;
      return this.#stillValid(error);
    }
  }

  /** The token before, as long as Keystone's trouble does not outlive it. */
  #stillValid(error: CloudError): Token {
    const nowMs = this.#nowMs();
    if (this.#token === undefined || nowMs >= this.#token.expiresAtMs) throw error;
    this.#token = { ...this.#token, renewAtMs: Math.min(nowMs + HOLD_OFF_MS, this.#token.expiresAtMs) };
    return this.#token;
  }

  #nowMs(): number {
    return this.#signIn.clock.monotonic();
  }
}

/** What another try of the same would not mend. */
const FINAL: ReadonlySet<CloudError["kind"]> = new Set(["Unauthenticated", "ProjectNotFound"]);

function proofOf(token: string, password: string): Proof {
  return { headers: { "x-auth-token": token }, secrets: [token, password] };
}
