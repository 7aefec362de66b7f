// Patterns with `*` (any characters, or none) and `?` (one character), as shells have them, over the whole of a text.

/** In time proportional to the product of both lengths at most, whatever the pattern. */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let next = 0;
  /** Where the last star was seen, and what of the text it takes. */
  let star = -1;
  let taken = 0;
  while (at < text.length) {
    if (next < pattern.length && pattern[next] !== "*" && (pattern[next] === "?" || pattern[next] === text[at])) {
      at += 1;
      next += 1;
    } else if (pattern[next] === "*") {
      star = next;
      taken = at;
      next += 1;
    } else if (star >= 0) {
      taken += 1;
      at = taken;
      next = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(next));
}
