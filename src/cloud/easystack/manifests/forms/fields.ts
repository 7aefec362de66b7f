// Reading a manifest member by member, so that nothing of it is lost: what nobody has asked for when an object was read is refused, with
// its path.
import { isDeepStrictEqual } from "node:util";
import type { ManifestRefusal } from "../../../facets/manifests.ts";

type Members = Readonly<Record<string, unknown>>;

const NO_FORM = "no form of this cloud has it. Take it out, or set easystack.route to Yaml";

export interface Read<T> {
  readonly made: T;
  /** `made` is nothing to send where there are any. */
  readonly refusals: readonly ManifestRefusal[];
}

export class Fields {
  readonly path: string;
  readonly #members: Members;
  readonly #refusals: ManifestRefusal[];
  readonly #asked = new Set<string>();

  private constructor(value: unknown, path: string, refusals: ManifestRefusal[]) {
    this.path = path;
    this.#refusals = refusals;
    if (isMembers(value)) this.#members = value;
    else {
      this.#members = {};
      refusals.push({ path, message: "it is no object" });
    }
  }

  /** What `read` makes of the object, and whatever of it has no form or is not what it should be. */
  static read<T>(value: unknown, read: (fields: Fields) => T, path = ""): Read<T> {
    const refusals: ManifestRefusal[] = [];
    return { made: Fields.#whole(new Fields(value, path, refusals), read), refusals };
  }

  static #whole<T>(fields: Fields, read: (fields: Fields) => T): T {
    const made = read(fields);
    for (const name of Object.keys(fields.#members)) if (!fields.#asked.has(name)) fields.#refuseUnlessEmpty(name);
    return made;
  }

  /** Whether it is named at all, with nothing in it as well. */
  has(name: string): boolean {
    this.#asked.add(name);
    return Object.hasOwn(this.#members, name) && (this.#members[name] ?? undefined) !== undefined;
  }

  /** Of all members that are something. */
  names(): readonly string[] {
    return Object.keys(this.#members).filter((name) => (this.#members[name] ?? undefined) !== undefined);
  }

  /** Undefined where it is missing or empty: a server may leave either out. */
  raw(name: string): unknown {
    this.#asked.add(name);
    const value = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    return isEmpty(value) ? undefined : value;
  }

  refuse(name: string, message: string = NO_FORM): undefined {
    this.#asked.add(name);
    this.#refusals.push({ path: this.#pathOf(name), message });
    return undefined;
  }

  /** Of what stands beside the manifest. */
  refuseAt(path: string, message: string): void {
    this.#refusals.push({ path, message });
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "string") return value;
    return this.refuse(name, "it is no text");
  }

  /** One of these; another is refused by name. */
  word<const W extends string>(name: string, words: readonly W[]): W | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    return words.find((each) => each === value) ?? this.refuse(name, `the form takes ${words.join(", ")} alone`);
  }

  whole(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
    return this.refuse(name, "the form takes whole numbers alone");
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "boolean") return value;
    return this.refuse(name, "it is neither true nor false");
  }

  words(name: string): readonly string[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
    return this.refuse(name, "it is no list of texts");
  }

  texts(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (isMembers(value) && Object.values(value).every((each) => typeof each === "string")) {
      return value as Record<string, string>;
    }
    return this.refuse(name, "it is no map of texts");
  }

  object<T>(name: string, read: (fields: Fields) => T): T | undefined {
    const value = this.raw(name);
    return value === undefined ? undefined : Fields.#whole(new Fields(value, this.#pathOf(name), this.#refusals), read);
  }

  /** Empty where there is none. */
  each<T>(name: string, read: (fields: Fields, at: number) => T): readonly T[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.refuse(name, "it is no list");
      return [];
    }
    const items: readonly unknown[] = value;
    return items.map((item, at) =>
      Fields.#whole(new Fields(item, `${this.#pathOf(name)}[${at}]`, this.#refusals), (fields) => read(fields, at)),
    );
  }

  /** No form has them; what says no more than Kubernetes does anyhow needs none. */
  usual(values: Members): void {
    for (const [name, usual] of Object.entries(values)) {
      const value = this.raw(name);
      if (value === undefined || isDeepStrictEqual(value, usual)) continue;
      this.refuse(
        name,
        `no form of this cloud has it: it can only be ${JSON.stringify(usual)}. Or set easystack.route to Yaml`,
      );
    }
  }

  /** Carried by something else than the form. */
  elsewhere(...names: readonly string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  #refuseUnlessEmpty(name: string): void {
    if (this.raw(name) !== undefined) this.refuse(name);
  }

  #pathOf(name: string): string {
    const step = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    if (step !== name) return `${this.path}[${step}]`;
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an API server may leave out when it writes an object. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Without members that are undefined or null. */
export function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined | null> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => (member ?? undefined) !== undefined)) as never;
}

/** A form may show what is not set as false, zero or an empty text. */
export function set<T>(value: T): T | undefined {
  return value || undefined;
}

/** Nothing where there is nothing in it. */
export function unlessEmpty<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
