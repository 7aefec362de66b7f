// What a cloud said, made fit for a condition, an event and a log: redacted, without control characters, stable, cut.

const LONGEST_MESSAGE = 200;
const REDACTED = "[redacted]";

/** What changes with every answer would make every status write a new one: time stamps and request ids give way to a mark. */
const UNSTABLE: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?/gi, "<time>"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b[0-9a-f]{32}\b/gi, "<id>"],
  [/\b\d{10,19}\b/g, "<number>"],
];

/** Replaces secrets in text, in the forms in which a server may echo them. Longer secrets go first. */
export type Redact = (text: string) => string;

export function redactor(secrets: Iterable<string>): Redact {
  const forms = new Set([...secrets].filter((secret) => secret !== "").flatMap(formsOf));
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapePattern).join("|"), "g");
  return (text) => text.replaceAll(pattern, REDACTED);
}

/** The cloud's words as one line of at most about 200 characters, without a full stop; the same words give the same line. */
export function presentable(text: string, redact: Redact): string {
  // Redacted before it is cut and before anything else changes it: a secret cut in two would no longer be found. Then cut at
  // once, because what follows is too slow for megabytes.
  let line = redact(text)
    .slice(0, 5 * LONGEST_MESSAGE)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Z}]+/gu, " ")
    .replaceAll(/^ | ?[.!。！]* ?$/gu, "");
  for (const [pattern, mark] of UNSTABLE) line = line.replaceAll(pattern, mark);
  const characters = Array.from(line);
  return characters.length > LONGEST_MESSAGE ? `${characters.slice(0, LONGEST_MESSAGE).join("")}…` : line;
}

function formsOf(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64"),
  ];
}

function escapePattern(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
