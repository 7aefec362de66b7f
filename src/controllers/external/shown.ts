// Values in events and logs: short, and without secrets. Whoever reads events may not be allowed to read the resource's Secrets.
import { stringifyExactly } from "../../lib/exact-json.ts";
import { cutTo } from "../../lib/text.ts";

/** Of a field or a member of its value, at whatever depth. A bare `key`, as taints have it, is no secret. */
const SECRET_NAME = /passw|secret|token|credential|private|[a-z0-9]Key|[-_. ]key|apikey|accesskey/;
const USER_INFO = /(:\/\/[^/?#\s"@:]*):[^/?#\s"@]*@/g;
const HIDDEN = "(hidden)";
/** One value in a message; a list or an object may be long. */
const LONGEST_VALUE = 80;

/** `field`: its path, such as spec.description. */
export function shownValue(field: string, value: unknown): string {
  if (value === undefined) return "nothing";
  if (isSecretName(field)) return HIDDEN;
  const text = stringifyExactly(value, hideSecrets).replaceAll(USER_INFO, `$1:${HIDDEN}@`);
  return cutTo(text, LONGEST_VALUE);
}

function hideSecrets(name: string, value: unknown): unknown {
  if (isSecretName(name)) return HIDDEN;
  return isNamedSecret(value) ? { ...value, value: HIDDEN } : value;
}

/** As variables of a container are written: `{name: DB_PASSWORD, value: …}`. */
function isNamedSecret(value: unknown): value is { name: string; value: unknown } {
  if (typeof value !== "object" || value === null || !("value" in value)) return false;
  return "name" in value && typeof value.name === "string" && value.value !== HIDDEN && isSecretName(value.name);
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) || SECRET_NAME.test(name.toLowerCase());
}
