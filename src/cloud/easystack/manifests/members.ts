// Members of objects that nobody has typed.

export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Of anything else none. */
export function membersIn(value: unknown): Members {
  return isMembers(value) ? value : {};
}

/** Of anything else none. */
export function itemsIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
