// How an EasyStack account proves who it is, out of the keys of its credentials Secret (1.11).
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";
import type { UserLogin } from "../keystone/login.ts";
import { present, valuesOf } from "../kit/credentials.ts";

const NEEDED = "username, password and domainName, or userId and password";

interface Login extends UserLogin {
  /** The user's department, where the Secret tells it. */
  readonly domainName: string | undefined;
}

/**
 * Throws CloudError AmbiguousCredentials where a user's name and id, or a key of another kind, stand side by side, and
 * CredentialsMalformed where one that is needed is missing, empty, or holds what it can't hold.
 */
export function loginOf(credentials: Credentials): Login {
  const named = present(credentials, ["username", "userId"]);
  const keys = present(credentials, ["accessKey", "secretKey"]);
  if (named.length > 1 || keys.length > 0) {
    throw new CloudError("AmbiguousCredentials", {
      message: `The credentials Secret holds ${[...named, ...keys].join(", ")}: keep ${NEEDED}`,
    });
  }
  const how = { alphabet: "Text", needed: NEEDED } as const;
  if (named[0] !== "userId") {
    const { username, password, domainName } = valuesOf(credentials, ["username", "password", "domainName"], how);
    return { user: { name: username, domainName }, password, domainName };
  }
  const domains = present(credentials, ["domainName"]);
  const values = valuesOf(credentials, ["userId", "password", ...domains], how);
  return { user: { id: values.userId }, password: values.password, domainName: values.domainName };
}
