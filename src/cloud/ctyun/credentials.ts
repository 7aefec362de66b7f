// The key of a CTYUN account, out of the keys of its credentials Secret.
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";
import type { SigningKey } from "./signer.ts";

/**
 * Throws CloudError AmbiguousCredentials where a user's name or password stands beside the key, and CredentialsMalformed
 * where accessKey or secretKey is missing, empty, or holds what neither can hold. Messages name keys, never values.
 */
export function signingKey(credentials: Credentials): SigningKey {
  const keys = ["accessKey", "secretKey"].filter((name) => has(credentials, name));
  const logins = ["username", "password"].filter((name) => has(credentials, name));
  if (keys.length > 0 && logins.length > 0) {
    throw new CloudError("AmbiguousCredentials", {
      message: `The credentials Secret holds both sets, ${[...keys, ...logins].join(", ")}; this cloud takes accessKey and secretKey`,
    });
  }
  return { accessKey: usable(credentials, "accessKey"), secretKey: usable(credentials, "secretKey") };
}

function has(credentials: Credentials, name: string): boolean {
  return Object.hasOwn(credentials, name);
}

function usable(credentials: Credentials, name: "accessKey" | "secretKey"): string {
  const value = has(credentials, name) ? credentials[name] : undefined;
  if (value === undefined || value === "") {
    throw malformed(`The credentials Secret must hold accessKey and secretKey: ${name} is missing or empty`);
  }
  // Seen most often: the line break that `echo` puts at the end. The cloud would only say that the signature is wrong.
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw malformed(`${name} in the credentials Secret holds a space, a line break or another character no key has`);
  }
  return value;
}

function malformed(message: string): CloudError {
  return new CloudError("CredentialsMalformed", { message });
}
