// The key of a CTYUN account, out of the keys of its credentials Secret.
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { present, valuesOf } from "../kit/credentials.ts";
import type { SigningKey } from "./signer.ts";

const KEY_NAMES = ["accessKey", "secretKey"] as const;

/**
 * Throws CloudError AmbiguousCredentials where a user's name or password stands beside the key, and CredentialsMalformed
 * where accessKey or secretKey is missing, empty, or holds what neither can hold.
 */
export function signingKey(credentials: Credentials): SigningKey {
  const keys = present(credentials, KEY_NAMES);
  const logins = present(credentials, ["username", "password"]);
  if (keys.length > 0 && logins.length > 0) {
    throw new CloudError("AmbiguousCredentials", {
      message: `The credentials Secret holds both sets, ${[...keys, ...logins].join(", ")}; this cloud takes accessKey and secretKey`,
    });
  }
  return valuesOf(credentials, KEY_NAMES, { alphabet: "Key", needed: KEY_NAMES.join(" and ") });
}
