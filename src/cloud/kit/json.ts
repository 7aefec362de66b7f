// Bodies that should be JSON.
import type * as z from "zod";
import { parseExactly } from "../../lib/exact-json.ts";
import { CloudError } from "../errors.ts";

/** For an answer that says success and can't be read: of a write nobody knows then what it did. */
export function unreadable(operation: string, reason: string): CloudError {
  return new CloudError("Unavailable", {
    message: `${operation} was answered with something this client can't read (${reason})`,
    advice: "Check spec.endpoint of the account",
  });
}

/** Whole numbers beyond 2^53 are bigints. Throws CloudError Unavailable. The parser's own error would quote the body, which may hold a secret. */
export function parseJson(operation: string, body: string): unknown {
  try {
    return parseExactly(body);
  } catch {
    throw unreadable(operation, "not JSON");
  }
}

/** Reads it by `schema`; throws CloudError Unavailable where it does not fit. */
export function readJson<T extends z.ZodType>(operation: string, body: string, schema: T): z.output<T> {
  const result = schema.safeParse(parseJson(operation, body));
  if (!result.success) throw unreadable(operation, `unexpected ${result.error.issues[0]?.path.join(".") ?? ""}`);
  return result.data;
}

/** Undefined where it is none: a server that refuses often answers plain text. */
export function jsonOrUndefined(body: string): unknown {
  try {
    return parseExactly(body);
  } catch {
    return undefined;
  }
}
