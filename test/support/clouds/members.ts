// Compares the answers of a simulator with what the API reference promises of them (src/cloud/simulation/members.ts).
import type { Member, MemberType, PromisedBody, PromisedCall, Table } from "../../../src/cloud/simulation/members.ts";

export interface CheckedAnswer {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Which tables an answer had, with those of their members that were there. */
type Sightings = Map<Table, Set<string>>;

/** Collects what answers lack. Ask it for {@link MembersCheck.problems} when every call has been made. */
export class MembersCheck {
  readonly #promised: ReadonlyMap<string, PromisedCall>;
  readonly #offered: readonly string[];
  readonly #problems = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #sightings: Sightings = new Map();

  /** `offered`: the simulator's calls, as `GET /_simulator/calls` lists them. */
  constructor(promised: readonly PromisedCall[], offered: readonly string[]) {
    this.#promised = new Map(promised.map((one) => [one.call, one]));
    this.#offered = offered;
  }

  /** Notes what is wrong with one answer. */
  check(answer: CheckedAnswer): void {
    const path = answer.path.split("?")[0] ?? "";
    const call = matchingCall(this.#offered, answer.method, path);
    if (call === undefined) {
      this.#problems.add(`${answer.method} ${path}: the simulator offers no such call`);
      return;
    }
    const promised = this.#promised.get(call);
    if (promised === undefined) return;
    if (answer.status < 300) this.#success(promised, answer);
    else this.#refusal(promised, answer);
  }

  /** Everything that was wrong so far, and what was promised and not looked at. */
  problems(): string[] {
    const offered = new Set(this.#offered);
    const calls = [...this.#promised.values()];
    return [
      ...this.#problems,
      ...this.#offered.filter((call) => !this.#promised.has(call)).map((call) => `${call}: has no list of members`),
      ...calls.filter(({ call }) => !offered.has(call)).map(({ call }) => `${call}: the simulator does not offer it`),
      ...calls
        .filter(({ call, answer }) => answer !== undefined && !this.#answered.has(call))
        .map(({ call }) => `${call}: was never answered with a success`),
      ...tablesOf(calls).flatMap((one) => this.#unseen(one)),
    ];
  }

  #success({ call, answer, headers = [] }: PromisedCall, { headers: sent, text, status }: CheckedAnswer): void {
    this.#answered.add(call);
    if (answer === undefined) {
      this.#problems.add(`${call}: was answered with ${status}, where no success is promised`);
      return;
    }
    for (const name of headers) {
      if (typeof sent[name] !== "string" || sent[name] === "") this.#problems.add(`${call}: no header ${name}`);
    }
    for (const problem of compareBody(answer, text, this.#sightings)) this.#problems.add(`${call}: ${problem}`);
  }

  #refusal({ call, refusals }: PromisedCall, { status, text }: CheckedAnswer): void {
    for (const one of refusals) {
      const sightings: Sightings = new Map();
      if (compareBody(one, text, sightings).length > 0) continue;
      for (const [met, names] of sightings) note(this.#sightings, met, names);
      return;
    }
    this.#problems.add(`${call}: ${status} in no promised words: ${text.slice(0, 200)}`);
  }

  /** A table that no answer had proves nothing, and neither does a member that is only sometimes there. */
  #unseen(one: Table): string[] {
    const seen = this.#sightings.get(one);
    if (seen === undefined) return [`${one.table}: no answer had such an object`];
    return Object.entries(one.members)
      .filter(([name, member]) => markOf(member) === "Sometimes" && !seen.has(name))
      .map(([name]) => `${one.table}: no answer had the member ${name}`);
  }
}

/** What is wrong with a body, in words; notes in `sightings` what it had. */
function compareBody(promised: PromisedBody, text: string, sightings: Sightings): string[] {
  if (promised === "Empty") return text === "" ? [] : [`a body where none is promised: ${text.slice(0, 200)}`];
  const body = parsed(text);
  if (body === undefined) return [`no JSON: ${text.slice(0, 200)}`];
  return compare(promised, body, { at: "", sightings });
}

/** A value's place in its answer, such as `items[].name`; empty at the top. */
interface Place {
  readonly at: string;
  readonly sightings: Sightings;
}

function compare(type: MemberType, value: unknown, place: Place): string[] {
  const at = place.at === "" ? "the body" : place.at;
  if (typeof type === "string") return isOf(type, value) ? [] : [`${at}: no ${type}: ${brief(value)}`];
  if ("table" in type) {
    return isObject(value) ? compareObject(type, value, place) : [`${at} (${type.table}): no object: ${brief(value)}`];
  }
  if (!Array.isArray(value)) return [`${at}: no array: ${brief(value)}`];
  const [element] = type;
  return value.flatMap((one) => compare(element, one, { ...place, at: `${place.at}[]` }));
}

function compareObject(one: Table, value: Record<string, unknown>, { at, sightings }: Place): string[] {
  note(
    sightings,
    one,
    Object.keys(value).filter((name) => Object.hasOwn(one.members, name)),
  );
  return Object.entries(one.members).flatMap(([name, member]) => {
    const place = { at: at === "" ? name : `${at}.${name}`, sightings };
    const mark = markOf(member);
    if (!Object.hasOwn(value, name)) return mark === undefined ? [`${place.at} (${one.table}): missing`] : [];
    if (mark === "Never") return [`${place.at} (${one.table}): is there, where it is said never to be`];
    return compare(typeOf(member), value[name], place);
  });
}

function note(sightings: Sightings, one: Table, names: Iterable<string>): void {
  const known = sightings.get(one) ?? new Set();
  for (const name of names) known.add(name);
  sightings.set(one, known);
}

/** The call whose path has most in common with `path`: of `/a/:id` and `/a/b` the latter, where both fit. */
function matchingCall(offered: readonly string[], method: string, path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const fitting = offered.filter((call) => {
    const [callMethod, callPath = ""] = call.split(" ");
    return callMethod === method && fits(callPath.split("/").slice(1), parts);
  });
  const named = (call: string): number => call.split("/").filter((part) => !/^[:*]/.test(part)).length;
  return fitting.sort((left, right) => named(right) - named(left))[0];
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  if (pattern.at(-1) !== "*" && pattern.length !== parts.length) return false;
  return pattern.every((part, index) => part === "*" || (part.startsWith(":") ? parts[index] : part) === parts[index]);
}

function tablesOf(calls: readonly PromisedCall[]): Table[] {
  const found = new Set<Table>();
  const visit = (type: MemberType): void => {
    if (typeof type === "string") return;
    if (!("table" in type)) {
      visit(type[0]);
      return;
    }
    if (found.has(type)) return;
    found.add(type);
    for (const member of Object.values(type.members)) if (markOf(member) !== "Never") visit(typeOf(member));
  };
  for (const { answer, refusals } of calls) {
    for (const body of [answer, ...refusals]) if (body !== undefined && body !== "Empty") visit(body);
  }
  return [...found];
}

function markOf(member: Member): "Sometimes" | "Never" | undefined {
  return typeof member === "object" && "mark" in member ? member.mark : undefined;
}

function typeOf(member: Member): MemberType {
  return typeof member === "object" && "mark" in member ? member.type : member;
}

function isOf(type: Extract<MemberType, string>, value: unknown): boolean {
  if (type === "any") return true;
  if (type === "integer") return Number.isInteger(value);
  return type === "object" ? isObject(value) : typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 80);
}
