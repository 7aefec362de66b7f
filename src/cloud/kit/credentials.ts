// The keys of a credentials Secret: which way to sign in they choose, and whether they can be what they should be. Messages name
// keys, never values.
import { flawOf, type Alphabet } from "../../lib/secret-text.ts";
import type { Credentials } from "../contract.ts";
import { CloudError } from "../errors.ts";

/** Those of the names that stand in the Secret, be it with nothing in them. */
export function present<Name extends string>(credentials: Credentials, names: readonly Name[]): readonly Name[] {
  return names.filter((name) => Object.hasOwn(credentials, name));
}

/**
 * The values under `names`; `needed`: what the cloud takes, in words. Throws CloudError CredentialsMalformed where one is missing or
 * empty, or holds what it can't hold.
 */
export function valuesOf<Name extends string>(
  credentials: Credentials,
  names: readonly Name[],
  { alphabet, needed }: { readonly alphabet: Alphabet; readonly needed: string },
): Record<Name, string> {
  const missing = names.filter((name) => !Object.hasOwn(credentials, name) || credentials[name] === "");
  if (missing.length > 0) {
    throw malformed(`The credentials Secret must hold ${needed}: missing or empty: ${missing.join(", ")}`);
  }
  const values = Object.fromEntries(names.map((name) => [name, credentials[name] ?? ""])) as Record<Name, string>;
  for (const name of names) {
    const flaw = flawOf(values[name], alphabet);
    if (flaw !== undefined) throw malformed(`${name} in the credentials Secret holds ${flaw}`);
  }
  return values;
}

function malformed(message: string): CloudError {
  return new CloudError("CredentialsMalformed", { message });
}
