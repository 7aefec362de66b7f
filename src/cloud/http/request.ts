// A request to a cloud, as its client hands it over to be sent.
import type { Readable } from "node:stream";

/** A body that is too long to be held. */
export interface Upload {
  readonly contentType: string;
  readonly sizeBytes: number;
  /** From the beginning, each time. */
  readonly open: () => Readable;
  /** How long it may take, answer included. */
  readonly timeoutMs: number;
}

export interface HttpRequest {
  /** What it is for, in CamelCase: the label of metrics and the first word of messages. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** Host and User-Agent are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Upload | undefined;
  readonly signal: AbortSignal;
}
