// Small texts for people.

export function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** The first three of them in order, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `${names.toSorted().slice(0, 3).join(", ")}${more}`;
}
