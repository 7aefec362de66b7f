// Texts out of Secrets, for whatever they are: typed by people, who don't see what is wrong with them, and neither does the cloud,
// which says that it does not know the user.

/** `Key`: what clouds hand out, in ASCII without blanks. `Text`: what people choose. */
export type Alphabet = "Key" | "Text";

/** The first that fits says most. */
const FLAWS: readonly (readonly [RegExp, string])[] = [
  // Seen most often: the line break that `echo` puts at the end.
  [/[\p{Cc}\p{Zl}\p{Zp}]/u, "a line break or another control character"],
  [/^\p{Z}|\p{Z}$/u, "a space at its beginning or end"],
  // Among them the zero-width space and the byte order mark, the fillers of Hangul and the blank of Braille.
  [/[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u, "an invisible character"],
  [/[\u3000\uFF01-\uFF5E\uFFE0-\uFFE6]/u, "a full-width letter, as a Chinese input method types it"],
  [/[^\P{Z} ]/u, "a space that is none of the keyboard's"],
  [/[\uFFFD\p{Cs}]/u, "what is no text"],
];

/** Of a member of a Secret's data, in base64; what is no UTF-8 in it is a flaw. */
export function textOf(data: string): string {
  return Buffer.from(data, "base64").toString("utf8");
}

/** Neither a key nor a password can hold it; undefined where nothing is wrong. Never the value, nor a part of it. Not for empty texts. */
export function flawOf(text: string, alphabet: Alphabet): string | undefined {
  const flaw = FLAWS.find(([pattern]) => pattern.test(text))?.[1];
  return flaw ?? (alphabet === "Key" ? keyFlawOf(text) : undefined);
}

function keyFlawOf(text: string): string | undefined {
  if (text.includes(" ")) return "a space";
  return /\P{ASCII}/u.test(text) ? "a character that no key has" : undefined;
}
