// How requests prove who sends them: signed with an access key, or with a token of IAM (CCE API Reference 3.2).
import type { Clock } from "../../lib/clock.ts";
import type { Authenticator } from "../kit/requests.ts";
import type { SignIn } from "../keystone/sign-in.ts";
import { TokenAuthenticator } from "../keystone/tokens.ts";
import { signatureHeaders, type AccessKey } from "./signer.ts";

export interface ProjectAuthenticator extends Authenticator {
  /** The project that the credentials are for; undefined where they don't tell. Throws as `prove` does. */
  readonly projectId: (signal: AbortSignal) => Promise<string | undefined>;
  /** See CloudSession. */
  readonly tryAgain?: (wish: string) => void;
}

export function signingWith(key: AccessKey, clock: Clock): ProjectAuthenticator {
  return {
    prove: (request) => {
      const headers = signatureHeaders(request, key, clock.now());
      const { authorization } = headers;
      const signature = authorization.slice(authorization.lastIndexOf("=") + 1);
      return Promise.resolve({ headers, secrets: [key.accessKey, key.secretKey, authorization, signature] });
    },
    projectId: () => Promise.resolve(undefined),
  };
}

export function projectTokens(signIn: SignIn): ProjectAuthenticator {
  const tokens = new TokenAuthenticator(signIn);
  return {
    prove: (request, signal) => tokens.prove(request, signal),
    ready: (signal) => tokens.ready(signal),
    refused: (proof) => tokens.refused(proof),
    refusedAgain: (error) => tokens.refusedAgain(error),
    tryAgain: (wish) => signIn.tryAgain(wish),
    projectId: async (signal) => (await tokens.grant(signal)).projectId,
  };
}
