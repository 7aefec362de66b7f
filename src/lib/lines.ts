// Lines out of a stream of bytes, such as a watch.

/** Far above the 3 MB that an object of Kubernetes can have. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * The lines of a stream, empty ones left out. It splits bytes and not text, so that a character on a chunk's border stays whole
 * and the separators U+2028 and U+2029, which JSON allows inside strings, split nothing. Throws when the stream ends within
 * a line.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]).toString("utf8");
      [parts, bytes, start] = [[], 0, end + 1];
      if (line !== "") yield line;
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > MAX_LINE_BYTES) throw new Error(`A line of the stream is longer than ${MAX_LINE_BYTES} bytes`);
  }
  if (bytes > 0) throw new Error("The stream ended within a line");
}
