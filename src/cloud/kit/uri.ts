// Paths and queries as they go on the wire: put together from names that a person or the cloud chose, encoded by RFC 3986.
import { CloudError } from "../errors.ts";

export type QueryItem = readonly [key: string, value: string];

/** A decoded path of these segments; throws CloudError Rejected where one would lead elsewhere than it says. */
export function pathOf(...segments: readonly string[]): string {
  for (const segment of segments) {
    if (segment === "" || segment === "." || segment === ".." || segment.includes("/")) {
      throw new CloudError("Rejected", { message: `${JSON.stringify(segment)} can't be part of a path` });
    }
  }
  return `/${segments.join("/")}`;
}

/** Percent-encoding over UTF-8: all but letters, digits and `-._~`. A lone surrogate becomes U+FFFD, as on the wire. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Decoded: a text whose slashes part segments, or the segments, in which a slash is a letter like others. */
export type Path = string | readonly string[];

/** Encoded segment by segment. */
export function encodePath(path: Path): string {
  return typeof path === "string" ? path.split("/").map(uriEncode).join("/") : `/${path.map(uriEncode).join("/")}`;
}

/** As a text, in which it no longer shows where a segment ends. */
export function textOf(path: Path): string {
  return typeof path === "string" ? path : `/${path.join("/")}`;
}

/** Sorted by key; items of one key keep their order. A key without a value has the value "". */
export function encodeQuery(query: readonly QueryItem[]): string {
  return query
    .toSorted(([a], [b]) => byCodeUnits(a, b))
    .map(([key, value]) => `${uriEncode(key)}=${uriEncode(value)}`)
    .join("&");
}

/** For sorting as signatures demand it, by no language's rules. */
export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
