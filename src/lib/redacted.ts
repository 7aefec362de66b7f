// Texts that somebody else wrote and that may quote a secret: what stands behind a word for one gives way to a mark.

const REDACTED = "[redacted]";

const SECRET = "(?:password|passwd|pwd|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key)";

/** Each takes time that grows with the text and no faster: it is not ours, and may be written to be slow. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Of a URL: user and password before the host.
  [/((?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${REDACTED}`],
  // From the last word for a secret on: what stands before it stays.
  [
    new RegExp(String.raw`(${SECRET}(?:(?!${SECRET})[\w-])*"?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}]+)`, "gi"),
    `$1${REDACTED}`,
  ],
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, REDACTED],
  // JSON Web Tokens, whatever stands before them.
  [/\beyJ(?:(?!eyJ)[A-Za-z0-9_-]){8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, REDACTED],
];

/** To be called before a text is cut: half a secret would no longer be found. */
export function withoutSecrets(text: string): string {
  let redacted = text.slice(0, LONGEST_READ);
  for (const [pattern, mark] of PATTERNS) redacted = redacted.replaceAll(pattern, mark);
  return redacted;
}

/** What follows is too slow for megabytes. */
const LONGEST_READ = 8_192;
