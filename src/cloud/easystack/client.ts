// Requests in the account's project. What acts where the server-side session stands is not to be had here: see places/.
import type * as z from "zod";
import type { HttpAnswer } from "../http/answer.ts";
import type { Upload } from "../http/request.ts";
import { orAbsent } from "../kit/error-table.ts";
import type { Client, Request } from "../kit/requests.ts";
import { pathOf, type QueryItem } from "../kit/uri.ts";
import { PROJECT_CALLS, type CallSpec, type Product, type ProjectOperation } from "./calls.ts";
import type { Operation } from "./errors.ts";

/** One call of the reference. */
export interface CallTo<O extends Operation> {
  readonly operation: O;
  /** Default: eks, which has all of those that more than one product has. */
  readonly product?: Product;
  /** What the path's braces stand for. */
  readonly names?: Readonly<Record<string, string>>;
  readonly query?: readonly QueryItem[];
  readonly body?: unknown;
  /** In place of a body. */
  readonly upload?: Upload;
  /** What is in the body and no message may show. */
  readonly secrets?: readonly string[];
  readonly signal: AbortSignal;
}

export class ProjectClient {
  readonly #client: Client<Operation>;

  constructor(client: Client<Operation>) {
    this.#client = client;
  }

  /** See `Requests.send`. */
  send(call: CallTo<ProjectOperation>): Promise<HttpAnswer> {
    return this.#client.send(requestOf(call, PROJECT_CALLS[call.operation]));
  }

  /** See `Requests.read`. */
  read<T extends z.ZodType>(
    call: CallTo<ProjectOperation>,
    schema: T,
  ): Promise<{ value: z.output<T>; answer: HttpAnswer }> {
    return this.#client.read(requestOf(call, PROJECT_CALLS[call.operation]), schema);
  }

  /** For reads by name: `Absent` where the cloud says that there is no such thing. */
  async find<T extends z.ZodType>(call: CallTo<ProjectOperation>, schema: T): Promise<z.output<T> | "Absent"> {
    const found = await orAbsent(this.read(call, schema));
    return found === "Absent" ? found : found.value;
  }
}

/** Throws CloudError Rejected where a name can't be part of a path. */
export function requestOf<O extends Operation>(call: CallTo<O>, { method, path }: CallSpec): Request<O> {
  const { product = "eks", names, ...request } = call;
  return { ...request, method, path: ["api", "ecns", ...segmentsOf(path, { ...names, product })] };
}

function segmentsOf(path: string, names: Readonly<Record<string, string>>): readonly string[] {
  return path.split("/").map((segment) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) return segment;
    const value = names[name] ?? "";
    // An image's name may hold slashes: encoded they part nothing.
    pathOf(...(name === "image" ? value.split("/") : [value]));
    return value;
  });
}
