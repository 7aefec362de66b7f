// What a store takes to know who asks: the gateway's token, or a client certificate on the direct way, or both.
import { createSecureContext } from "node:tls";
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";
import type { ClientIdentity } from "../http/endpoint.ts";
import { present, valuesOf } from "../kit/credentials.ts";

const PAIR = ["clientCertificate", "clientKey"] as const;
/** Keys of other ways to sign in, which no store has. */
const OTHERS = ["accessKey", "secretKey", "username", "password", "domainName"] as const;
const NEEDED = "token, or clientCertificate and clientKey, or all three";

export interface StoreCredentials {
  readonly token: string | undefined;
  readonly identity: ClientIdentity | undefined;
}

/**
 * Throws CloudError AmbiguousCredentials where keys of another way to sign in stand beside, and CredentialsMalformed where neither
 * token nor certificate is there, where one of a pair is missing, and where a value can't be what it should be.
 */
export function storeCredentials(credentials: Credentials): StoreCredentials {
  const own = present(credentials, ["token", ...PAIR]);
  const others = present(credentials, OTHERS);
  if (own.length > 0 && others.length > 0) {
    throw new CloudError("AmbiguousCredentials", {
      message: `The credentials Secret holds ${[...own, ...others].join(", ")}; this cloud takes ${NEEDED}`,
    });
  }
  const identity = present(credentials, PAIR).length > 0 ? identityOf(credentials) : undefined;
  const hasToken = identity === undefined || Object.hasOwn(credentials, "token");
  const token = hasToken ? valuesOf(credentials, ["token"], { alphabet: "Key", needed: NEEDED }).token : undefined;
  return { token, identity };
}

/** OpenSSL is asked, as it would be when a connection is made: there its words would not lead to the Secret. */
function identityOf(credentials: Credentials): ClientIdentity {
  const missing = PAIR.filter((name) => (credentials[name] ?? "").trim() === "");
  if (missing.length > 0) {
    throw malformed(
      `The credentials Secret must hold ${PAIR.join(" and ")} together: missing or empty: ${missing.join(", ")}`,
    );
  }
  const { clientCertificate: certificate = "", clientKey: key = "" } = credentials;
  try {
    createSecureContext({ cert: certificate, key });
  } catch {
    throw malformed(
      "clientCertificate and clientKey in the credentials Secret are not a certificate and its key in PEM",
    );
  }
  return { certificate, key };
}

function malformed(message: string): CloudError {
  return new CloudError("CredentialsMalformed", { message });
}
