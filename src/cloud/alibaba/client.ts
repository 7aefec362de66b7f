// Requests to ACK in the account's region and dialect (1.2).
import type * as z from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { orAbsent } from "../kit/error-table.ts";
import type { Client, Request } from "../kit/requests.ts";
import type { Config } from "./config.ts";
import type { Operation } from "./errors.ts";

export type Call = Omit<Request<Operation>, "headers">;

export class AckClient {
  readonly region: string;
  readonly dialect: Config["dialect"];
  readonly #clock: Clock;
  readonly #requests: Client<Operation>;
  readonly #namesActions: boolean;

  constructor(requests: Client<Operation>, { region, dialect, signature }: Config, clock: Clock) {
    this.#clock = clock;
    this.region = region;
    this.dialect = dialect;
    this.#requests = requests;
    this.#namesActions = signature.kind === "Acs3";
  }

  /** By our clock, milliseconds since the epoch. */
  now(): number {
    return this.#clock.now();
  }

  /** See `Requests.send`. */
  send(call: Call): Promise<HttpAnswer> {
    return this.#requests.send(this.#addressed(call));
  }

  /** See `Requests.read`. */
  read<T extends z.ZodType>(call: Call, schema: T): Promise<{ value: z.output<T>; answer: HttpAnswer }> {
    return this.#requests.read(this.#addressed(call), schema);
  }

  /** For reads by id: `Absent` where the cloud says that there is no such thing. */
  async find<T extends z.ZodType>(call: Call, schema: T): Promise<z.output<T> | "Absent"> {
    const found = await orAbsent(this.read(call, schema));
    return found === "Absent" ? found : found.value;
  }

  /** 1.2 asks for the region and for a word about XML; ACS3 for the name of the call. */
  #addressed(call: Call): Request<Operation> {
    const action = this.#namesActions ? { "x-acs-action": call.operation } : {};
    return { ...call, headers: { accept: "application/json", "x-acs-region-id": this.region, ...action } };
  }
}
