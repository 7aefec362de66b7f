// The access key of an Alibaba account, permanent or temporary, out of the keys of its credentials Secret (1.5).
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { present, valuesOf } from "../kit/credentials.ts";
import type { AccessKey } from "./signer.ts";

const KEY_NAMES = ["accessKey", "secretKey"] as const;
const TOKEN_NAMES = ["securityToken"] as const;
const NEEDED = "accessKey and secretKey, and securityToken where they are temporary";

/**
 * Throws CloudError AmbiguousCredentials where a user's name or password stands beside the key, and CredentialsMalformed where a
 * key is missing, or one that is there is empty or holds what it can't hold.
 */
export function accessKeyOf(credentials: Credentials): AccessKey {
  const keys = present(credentials, [...KEY_NAMES, ...TOKEN_NAMES]);
  const logins = present(credentials, ["username", "password"]);
  if (keys.length > 0 && logins.length > 0) {
    throw new CloudError("AmbiguousCredentials", {
      message: `The credentials Secret holds both sets, ${[...keys, ...logins].join(", ")}; this cloud takes ${NEEDED}`,
    });
  }
  const said = { alphabet: "Key", needed: NEEDED } as const;
  return {
    ...valuesOf(credentials, KEY_NAMES, said),
    ...valuesOf(credentials, present(credentials, TOKEN_NAMES), said),
  };
}
