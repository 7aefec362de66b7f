// How a Huawei account proves who it is, out of the keys of its credentials Secret (CCE API Reference 3.2).
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";
import { present, valuesOf } from "../kit/credentials.ts";
import type { UserLogin } from "../keystone/login.ts";
import type { AccessKey } from "./signer.ts";

const KEY_NAMES = ["accessKey", "secretKey"] as const;
const LOGIN_NAMES = ["username", "password", "domainName"] as const;

const NEEDED = "accessKey and secretKey, or username, password and domainName";

/**
 * Throws CloudError AmbiguousCredentials where keys of both ways stand in the Secret, and CredentialsMalformed where one of the
 * chosen way is missing, empty, or holds what it can't hold.
 */
export function proofOf(credentials: Credentials): { key: AccessKey } | { login: UserLogin } {
  const keys = present(credentials, KEY_NAMES);
  const logins = present(credentials, LOGIN_NAMES);
  if (keys.length > 0 && logins.length > 0) {
    throw new CloudError("AmbiguousCredentials", {
      message: `The credentials Secret holds keys of two ways to sign in, ${[...keys, ...logins].join(", ")}: keep ${KEY_NAMES.join(" and ")}, or ${LOGIN_NAMES.join(", ")}`,
    });
  }
  if (logins.length > 0) {
    const { username, password, domainName } = valuesOf(credentials, LOGIN_NAMES, { alphabet: "Text", needed: NEEDED });
    return { login: { user: { name: username, domainName }, password } };
  }
  return { key: valuesOf(credentials, KEY_NAMES, { alphabet: "Key", needed: NEEDED }) };
}
