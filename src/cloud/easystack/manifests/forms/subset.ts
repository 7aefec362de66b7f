// Whether what was asked for shows: every member that was sent, in what is read back. What a server adds beside is its own affair.

type Members = Readonly<Record<string, unknown>>;

/** The path of the first member that does not show; undefined where all do. */
export function missingIn(wanted: unknown, shown: unknown, path = ""): string | undefined {
  if (Array.isArray(wanted)) return missingItem(wanted, shown, path);
  if (isMembers(wanted)) return missingMember(wanted, isMembers(shown) ? shown : {}, path);
  return wanted === shown || JSON.stringify(wanted) === JSON.stringify(shown) ? undefined : path;
}

function missingMember(wanted: Members, shown: Members, path: string): string | undefined {
  for (const [name, member] of Object.entries(wanted)) {
    const below = path === "" ? name : `${path}.${name}`;
    const missing = missingIn(member, Object.hasOwn(shown, name) ? shown[name] : undefined, below);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function missingItem(wanted: readonly unknown[], shown: unknown, path: string): string | undefined {
  const items: readonly unknown[] = Array.isArray(shown) ? shown : [];
  if (items.length !== wanted.length) return path;
  return wanted.map((item, at) => missingIn(item, items[at], `${path}[${at}]`)).find((each) => each !== undefined);
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
