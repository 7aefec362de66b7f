// How requests to Alibaba Cloud prove who sends them: signed with an access key, in one of two ways (1.5).
import { randomUUID } from "node:crypto";
import type { Clock } from "../../lib/clock.ts";
import type { Authenticator } from "../kit/requests.ts";
import type { AccessKey, Sign } from "./signer.ts";

export function signingWith(key: AccessKey, sign: Sign, clock: Clock): Authenticator {
  return {
    prove: (request) => {
      const { headers, signature } = sign(request, key, { nowMs: clock.now(), nonce: randomUUID() });
      const { accessKey, secretKey, securityToken = "" } = key;
      const { authorization = "" } = headers;
      return Promise.resolve({ headers, secrets: [accessKey, secretKey, securityToken, authorization, signature] });
    },
  };
}
