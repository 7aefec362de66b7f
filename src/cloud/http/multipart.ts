// multipart/form-data (RFC 7578) with one file, which is streamed.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { Upload } from "./request.ts";

export interface FilePart {
  /** Of the form. */
  readonly field: string;
  /** As the other side shows it. */
  readonly name: string;
  readonly sizeBytes: number;
  /** From the beginning, each time. */
  readonly open: () => Readable;
}

/** `fields`: texts that stand before the file. */
export function multipartOf(
  fields: Readonly<Record<string, string>>,
  file: FilePart,
): Pick<Upload, "contentType" | "sizeBytes" | "open"> {
  const boundary = `yunfan-${randomUUID()}`;
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(file.field)}"; filename="${quoted(file.name)}"\r\n` +
    "Content-Type: application/octet-stream\r\n\r\n";
  const before = Buffer.from(texts.join("") + head);
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    sizeBytes: before.length + file.sizeBytes + after.length,
    open: () => Readable.from(joined(before, file.open, after), { objectMode: false }),
  };
}

async function* joined(before: Buffer, open: () => Readable, after: Buffer): AsyncGenerator<Buffer> {
  yield before;
  for await (const chunk of open()) yield chunk as Buffer;
  yield after;
}

/** As browsers do it (WHATWG HTML, 4.10.22.7). */
function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
