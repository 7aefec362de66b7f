// How requests to CTYUN prove who sends them: signed with an access key.
import type { Clock } from "../../lib/clock.ts";
import type { Authenticator } from "../kit/requests.ts";
import { authorization, type SigningKey } from "./signer.ts";

export function signingWith(key: SigningKey, clock: Clock): Authenticator {
  return {
    prove: (request) => {
      const credential = authorization(request, {
        key,
        signedHeaders: ["host", ...Object.keys(request.headers).filter((name) => name !== "host")],
        timestampSeconds: Math.floor(clock.now() / 1000),
      });
      // The credential of a request is one too: it covers neither time nor body, so whoever reads it can use it.
      const secrets = [key.accessKey, key.secretKey, credential, credential.slice(credential.lastIndexOf("/") + 1)];
      return Promise.resolve({ headers: { authorization: credential }, secrets });
    },
  };
}
