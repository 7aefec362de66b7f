// How a Huawei account proves who it is, out of the keys of its credentials Secret (CCE API Reference 3.2).
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";
import type { AccessKey } from "./signer.ts";

/** The login of an IAM user. */
export interface UserLogin {
  readonly username: string;
  readonly password: string;
  /** Name of the account (domain) that the user belongs to. */
  readonly domainName: string;
}

const KEY_NAMES = ["accessKey", "secretKey"] as const;
const LOGIN_NAMES = ["username", "password", "domainName"] as const;

/**
 * Throws CloudError AmbiguousCredentials where keys of both ways stand in the Secret, and CredentialsMalformed where one of the
 * chosen way is missing, empty, or holds what it can't hold. Messages name keys, never values.
 */
export function proofOf(credentials: Credentials): { key: AccessKey } | { login: UserLogin } {
  const keys = KEY_NAMES.filter((name) => has(credentials, name));
  const logins = LOGIN_NAMES.filter((name) => has(credentials, name));
  if (keys.length > 0 && logins.length > 0) {
    throw new CloudError("AmbiguousCredentials", {
      message: `The credentials Secret holds keys of two ways to sign in, ${[...keys, ...logins].join(", ")}: keep ${KEY_NAMES.join(" and ")}, or ${LOGIN_NAMES.join(", ")}`,
    });
  }
  if (logins.length > 0) return { login: complete(credentials, LOGIN_NAMES) };
  return { key: complete(credentials, KEY_NAMES) };
}

function complete<Name extends string>(credentials: Credentials, names: readonly Name[]): Record<Name, string> {
  const missing = names.filter((name) => !has(credentials, name) || credentials[name] === "");
  if (missing.length > 0) {
    throw malformed(
      `The credentials Secret must hold accessKey and secretKey, or username, password and domainName: missing or empty: ${missing.join(", ")}`,
    );
  }
  // Seen most often: the line break that `echo` puts at the end. The cloud would only say that it does not know the user.
  const broken = names.filter((name) => /[\p{Cc}]|^\s|\s$/u.test(credentials[name] ?? ""));
  if (broken.length > 0) {
    throw malformed(`${broken.join(", ")} in the credentials Secret: a line break, or a space at the beginning or end`);
  }
  return Object.fromEntries(names.map((name) => [name, credentials[name] ?? ""])) as Record<Name, string>;
}

function has(credentials: Credentials, name: string): boolean {
  return Object.hasOwn(credentials, name);
}

function malformed(message: string): CloudError {
  return new CloudError("CredentialsMalformed", { message });
}
