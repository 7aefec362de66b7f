// Small texts for people.

export function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** How many characters it has, as CRDs (`maxLength`) and clouds count them: code points, of which one may be two units of a string. */
export function lengthOf(text: string): number {
  return text.length - (text.match(SURROGATE_PAIRS)?.length ?? 0);
}

const SURROGATE_PAIRS = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

/** At most `most` characters of it, the last one an ellipsis where something is missing; never half a character. */
export function cutTo(text: string, most: number): string {
  if (text.length <= most || lengthOf(text) <= most) return text;
  return `${Array.from(text.slice(0, 2 * most))
    .slice(0, most - 1)
    .join("")}…`;
}

/** The first three of them in order, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `${names.toSorted().slice(0, 3).join(", ")}${more}`;
}
