// A request that a simulator does not accept, and the check of JSON input that names the field at fault.
import type * as z from "zod";
import { parseExactly } from "./exact-json.ts";

/** Thrown by handlers and controls; the kit turns it into an answer with `status`. `field` names the input at fault. */
export class Refusal extends Error {
  readonly status: number;
  readonly field: string | undefined;
  /** The message without the field. */
  readonly problem: string;

  constructor(status: number, problem: string, field?: string) {
    super(field === undefined ? problem : `${field}: ${problem}`);
    this.name = "Refusal";
    this.status = status;
    this.field = field;
    this.problem = problem;
  }
}

/** Checks `input`; throws a {@link Refusal} with status 400 that names the first field at fault, as in `faults[0].status`. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = fieldName(issue?.path ?? []);
  const unknownKeys = issue?.code === "unrecognized_keys" ? issue.keys.join(", ") : "";
  const named = [field, unknownKeys].filter((part) => part !== "").join(".");
  throw new Refusal(400, issue?.message ?? "is not valid", named === "" ? "body" : named);
}

/** The JSON in `body`, exact in whole numbers; an empty body reads as an empty object. Throws a {@link Refusal} with status 400. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return parseExactly(body.toString("utf8"));
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name === "" ? String(key) : `${name}.${String(key)}`;
  }, "");
}
