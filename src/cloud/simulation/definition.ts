// What `yunfan simulate PROVIDER` needs to know of a simulator: its flags, and how to start it from them.
import * as z from "zod";
import { parseInput, Refusal } from "./refusal.ts";

export interface RunningSimulator {
  /** Without a trailing slash. */
  readonly url: string;
  /** What the ready line says beside `event`, `provider` and `url`. */
  readonly extra: Readonly<Record<string, string>>;
  /** Lets held requests go, then closes every connection. */
  close(): Promise<void>;
}

/** One command-line flag, in commander's terms. */
export interface SimulatorFlag {
  /** Such as `--access-key <key>`; its value is parsed under the camel-cased name, `accessKey`. */
  readonly flags: string;
  readonly description: string;
  /** Without one and not `required`, the flag may be left out. */
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

export interface SimulatorDefinition {
  /** As in `spec.provider` of a CloudAccount. */
  readonly provider: string;
  readonly flags: readonly SimulatorFlag[];
  /** Starts with the flags as commander parsed them. Rejects with a message that names the flag at fault. */
  start(parsed: Readonly<Record<string, unknown>>): Promise<RunningSimulator>;
}

/** The flags that every simulator takes. */
export const commonFlags: readonly SimulatorFlag[] = [
  {
    flags: "--listen <host:port>",
    description: "address to listen on; port 0 takes a free one",
    default: "127.0.0.1:0",
  },
  { flags: "--speed <factor>", description: "how fast jobs run; time stamps keep the real clock", default: "1" },
  { flags: "--faults <file>", description: "fault plan to start with (JSON, as for PUT /_simulator/faults)" },
  {
    flags: "--duplicate-names <policy>",
    description: "what a create with a name in use gets",
    default: "Refuse",
    choices: ["Refuse", "Allow"],
  },
];

/** The values of {@link commonFlags}, to build a simulator's own schema on. */
export const commonFlagValues = z.object({
  listen: z.string(),
  speed: z.coerce.number().positive(),
  faults: z.string().optional(),
  duplicateNames: z.enum(["Refuse", "Allow"]),
});

/** Throws an `Error` that names the flag at fault. Keys that the schema does not know are ignored. */
export function parseFlags<Schema extends z.ZodType>(
  schema: Schema,
  parsed: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  try {
    return parseInput(schema, parsed);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const flag = (error.field ?? "").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new Error(`--${flag}: ${error.problem}`, { cause: error });
  }
}
