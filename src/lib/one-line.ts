// What somebody else said, made fit for a condition, an event and a log: one line without control characters, stable, cut.

/** What changes with every answer would make every status write a new one: time stamps and request ids give way to a mark. */
const UNSTABLE: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?/gi, "<time>"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b[0-9a-f]{32}\b/gi, "<id>"],
  [/\b\d{10,19}\b/g, "<number>"],
];

/** At most about `longest` characters, without a full stop; the same words give the same line. */
export function oneLine(text: string, longest: number): string {
  // Cut at once, because what follows is too slow for megabytes.
  let line = text
    .slice(0, 5 * longest)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Z}]+/gu, " ")
    .replaceAll(/^ | ?[.!。！]* ?$/gu, "");
  for (const [pattern, mark] of UNSTABLE) line = line.replaceAll(pattern, mark);
  const characters = Array.from(line);
  return characters.length > longest ? `${characters.slice(0, longest).join("")}…` : line;
}
