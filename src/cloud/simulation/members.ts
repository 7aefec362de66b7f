// What an API reference promises of a cloud's answers: per call, the members of its response tables with their JSON types.
//
// Such a list stands beside each simulator, which a test compares with it: a member that is missing is found there, and
// not by a client.

/** `any`: the member has to be there, whatever it is. */
export type ScalarType = "string" | "integer" | "number" | "boolean" | "object" | "any";

/** An object whose members one table (or sample) of the reference describes. */
export interface Table {
  /** As the reference names it, such as `table 4-26`. */
  readonly table: string;
  readonly members: Readonly<Record<string, Member>>;
}

export type MemberType = ScalarType | Table | readonly [ScalarType | Table];

/** A member that some answers leave out. */
export interface Marked {
  /** `Sometimes`: has to be seen in one of the answers that the test asks for; `Never`: in none of them. */
  readonly mark: "Sometimes" | "Never";
  readonly type: MemberType;
  /** When the member is there, or why it never is. */
  readonly why: string;
}

/** A type alone: every answer has the member. */
export type Member = MemberType | Marked;

/** `Empty`: no body at all. */
export type PromisedBody = MemberType | "Empty";

/** What one call answers. */
export interface PromisedCall {
  /** Method and path of the simulator's route, such as `GET /projects/:id`. */
  readonly call: string;
  /** Chapter of the API reference; what a simulator answers that no reference has says so. */
  readonly reference: string;
  /** Of a call that succeeds; left out where none does. */
  readonly answer?: PromisedBody;
  /** Headers, in lower case, of an answer that is a success. */
  readonly headers?: readonly string[];
  /** Bodies of an answer that refuses: each has to be one of them. */
  readonly refusals: readonly PromisedBody[];
}

export function table(name: string, members: Table["members"]): Table {
  return { table: name, members };
}

/** `when` completes "is there". */
export function sometimes(type: MemberType, when: string): Marked {
  return { mark: "Sometimes", type, why: when };
}

export function never(type: MemberType, why: string): Marked {
  return { mark: "Never", type, why };
}
