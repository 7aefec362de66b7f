// How the promises of the response tables are written down: plain data.
//
// A member with `?` may be missing or null: its table calls it optional, or says when it is null. `[shape]` is a list, `{"*": shape}`
// an object whose members have no fixed names.

export type Shape = "string" | "integer" | "number" | "boolean" | "any" | readonly [Shape] | Members;

export interface Members {
  readonly [member: string]: Shape;
}
