// A request to a cloud, as its client hands it over to be sent.

export interface HttpRequest {
  /** What it is for, in CamelCase: the label of metrics and the first word of messages. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** Host and User-Agent are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}
