// What a cloud said, made fit for a condition, an event and a log: redacted, without control characters, stable, cut.
import { oneLine } from "../../lib/one-line.ts";

const LONGEST_MESSAGE = 200;
const REDACTED = "[redacted]";

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
  // Redacted before it is cut and before anything else changes it: a secret cut in two would no longer be found.
  return oneLine(redact(text), LONGEST_MESSAGE);
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
