// The notation of the lists of members: the same as beside the other simulators, so that one checker can compare them all.

export type ScalarType = "string" | "integer" | "number" | "boolean" | "object" | "any";

/** An object whose members one table describes. */
export interface Table {
  readonly table: string;
  readonly members: Readonly<Record<string, Member>>;
}

export type MemberType = ScalarType | Table | readonly [ScalarType | Table];

/** A member that some answers leave out; `why` says when it is there. */
export interface Marked {
  readonly mark: "Sometimes";
  readonly type: MemberType;
  readonly why: string;
}

/** A type alone: every answer has the member. */
export type Member = MemberType | Marked;

/** What one call answers. */
export interface PromisedCall {
  /** Method and path of the route. */
  readonly call: string;
  /** Chapter of the API reference; `today` where it has none. */
  readonly reference: string;
  readonly answer: MemberType | "Empty";
  readonly refusals: readonly MemberType[];
}

export function table(name: string, members: Table["members"]): Table {
  return { table: name, members };
}

/** `why` says when it is there. */
export function sometimes(type: MemberType, why: string): Marked {
  return { mark: "Sometimes", type, why };
}
