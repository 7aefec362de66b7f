// How requests prove who sends them: signed with an access key, or with a token of IAM (huawei-cce.txt 3.2).
import type { Clock } from "../../lib/clock.ts";
import type { CloudError } from "../errors.ts";
import { signatureHeaders, type AccessKey, type SignableRequest } from "./signer.ts";

export interface Proof {
  /** To be added to the request's own. */
  readonly headers: Readonly<Record<string, string>>;
  /** What no message may show. */
  readonly secrets: readonly string[];
}

export interface Authenticator {
  /** Throws CloudError, FencedError or the signal's reason. Call when the request is about to go out. */
  prove(request: SignableRequest, signal: AbortSignal): Promise<Proof>;
  /** Makes sure that `prove` needs no request of its own now. Throws as it does. */
  ready(signal: AbortSignal): Promise<void>;
  /** The cloud answered 401: whether another proof may be tried, once. */
  refused(proof: Proof): boolean;
  /** That other proof was refused too. */
  refusedAgain(error: CloudError): void;
  /** The project that the credentials are for; undefined where they don't tell. */
  projectId(signal: AbortSignal): Promise<string | undefined>;
}

export class KeyAuthenticator implements Authenticator {
  readonly #key: AccessKey;
  readonly #clock: Clock;

  constructor(key: AccessKey, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  prove(request: SignableRequest): Promise<Proof> {
    const headers = signatureHeaders(request, this.#key, this.#clock.now());
    const { authorization } = headers;
    const signature = authorization.slice(authorization.lastIndexOf("=") + 1);
    return Promise.resolve({
      headers,
      secrets: [this.#key.accessKey, this.#key.secretKey, authorization, signature],
    });
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  /** A second signature would be refused as the first. */
  refused(): boolean {
    return false;
  }

  refusedAgain(): void {
    // Never: see `refused`.
  }

  projectId(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
