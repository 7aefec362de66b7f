// The simulator of Tencent BlueKing bcs-storage, written from "bcs-storage API 文档 V0.9.0".
//
// What that document leaves open, and what servers do otherwise, are the choices of dialect.ts. What others do behind our back
// is in controls.ts.
import { readFile } from "node:fs/promises";
import * as z from "zod";
import type { Clock } from "../../../lib/clock.ts";
import { systemClock } from "../../../lib/clock.ts";
import { messageOf } from "../../../lib/errors.ts";
import type { ServerTls } from "../../simulation/cloud.ts";
import type { RunningSimulator, SimulatorDefinition } from "../../simulation/definition.ts";
import { commonFlags, commonFlagValues, parseFlags } from "../../simulation/definition.ts";
import type { FaultPlanInput } from "../../simulation/faults.ts";
import { readFaultPlan } from "../../simulation/faults.ts";
import { serve } from "../../simulation/server.ts";
import { alarmHandlers } from "./alarms.ts";
import { bcsControls } from "./controls.ts";
import type { Choices, DialectName } from "./dialect.ts";
import { CHOICES, DIALECT_NAMES, DIALECTS, parseChoices } from "./dialect.ts";
import { eventHandlers } from "./events.ts";
import { openGateway } from "./gateway.ts";
import { metricHandlers } from "./metrics.ts";
import { pruneByAge } from "./pruning.ts";
import { queryHandlers } from "./queries.ts";
import { recordHandlers } from "./records.ts";
import { routesOf } from "./routes.ts";
import type { BcsRules } from "./state.ts";
import { createBcs } from "./state.ts";
import { watchHandlers } from "./watches.ts";
import { failure } from "./wire.ts";

export interface BcsSimulatorOptions extends Partial<Omit<BcsRules, "choices" | "directWantsCertificate">> {
  /** `HOST:PORT`; port 0 takes a free one. */
  listen: string;
  /** What the gateway's path takes; the direct path takes anything. */
  token: string;
  /** Default: Reference. */
  dialect?: DialectName;
  /** Single choices, in place of the dialect's. */
  choices?: Partial<Choices>;
  /** Left out: plain http. With a client CA, the direct path wants a certificate. */
  tls?: ServerTls | undefined;
  faults?: FaultPlanInput | undefined;
  /** Stamps, the Date header, delays and ages of stale lists. Default: the system's. */
  clock?: Clock;
}

const ZONE = "+08:00";

const DEFAULT_RULES = { zoneMinutes: 480, readLagMs: 0, dropDeleteBodies: false, ignoreExtra: false } as const;

/** Starts the simulator. Rejects where `listen`, `tls` or `faults` are not valid or the port is taken. */
export function startBcsSimulator(options: BcsSimulatorOptions): Promise<RunningSimulator> {
  const { listen, token, dialect = "Reference", choices = {}, tls, faults, clock = systemClock, ...rules } = options;
  const bcs = createBcs(
    {
      ...DEFAULT_RULES,
      ...rules,
      choices: { ...DIALECTS[dialect], ...choices },
      directWantsCertificate: tls?.clientCa !== undefined,
    },
    token,
    clock,
  );
  return serve({
    listen,
    clock,
    faults,
    tls,
    cloud: {
      store: bcs.store,
      routes: routesOf({
        ...recordHandlers(bcs),
        ...queryHandlers(bcs),
        ...eventHandlers(bcs),
        ...alarmHandlers(bcs),
        ...watchHandlers(bcs),
        ...metricHandlers(bcs),
      }),
      controls: bcsControls(bcs),
      authenticate: openGateway(bcs),
      failure: failure(bcs.rules),
      advance: () => pruneByAge(bcs),
    },
  });
}

/** A clock that is wrong by so much. */
function shifted(clock: Clock, offsetMs: number): Clock {
  return {
    now: () => clock.now() + offsetMs,
    monotonic: () => clock.monotonic(),
    after: (ms, callback) => clock.after(ms, callback),
  };
}

const zone = z
  .string()
  .regex(/^[+-](?:0\d|1[0-4]):[0-5]\d$/, "must be like +08:00")
  .transform((text) => {
    const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4));
    return text.startsWith("-") ? -minutes : minutes;
  });

const choices = z
  .array(z.string())
  .default([])
  .transform((settings, context) => {
    try {
      return parseChoices(settings);
    } catch (error) {
      context.addIssue({ code: "custom", message: messageOf(error) });
      return z.NEVER;
    }
  });

const count = z.coerce.number().int().positive().optional();

const flagValues = commonFlagValues
  .extend({
    token: z.string().min(1),
    dialect: z.enum(DIALECT_NAMES),
    choose: choices,
    timeZone: zone,
    clockOffset: z.coerce.number(),
    eventCap: count,
    alarmCap: count,
    maxAgeDays: z.coerce.number().positive().optional(),
    readLag: z.coerce.number().min(0),
    dropDeleteBodies: z.boolean().default(false),
    ignoreExtra: z.boolean().default(false),
    tlsCertificate: z.string().optional(),
    tlsKey: z.string().optional(),
    clientCa: z.string().optional(),
  })
  .refine(({ tlsCertificate, tlsKey }) => (tlsCertificate === undefined) === (tlsKey === undefined), {
    path: ["tlsKey"],
    message: "give --tls-certificate and --tls-key together",
  })
  .refine(({ tlsCertificate, clientCa }) => clientCa === undefined || tlsCertificate !== undefined, {
    path: ["clientCa"],
    message: "needs --tls-certificate and --tls-key",
  });

/** `yunfan simulate TencentBCS`. `--speed` and `--duplicate-names` are accepted and without effect: there are no jobs. */
export const bcsSimulator: SimulatorDefinition = {
  provider: "TencentBCS",
  flags: [
    ...commonFlags,
    { flags: "--token <token>", description: "what the gateway's path takes", required: true },
    {
      flags: "--dialect <dialect>",
      description: "how the store answers: as documented, or as servers of a year do",
      default: "Reference",
      choices: DIALECT_NAMES,
    },
    {
      flags: "--choose <choice=value...>",
      description: `single choices in place of the dialect's: ${Object.keys(CHOICES).join(", ")}`,
    },
    { flags: "--time-zone <offset>", description: "the server's zone, in which it prints times", default: ZONE },
    { flags: "--clock-offset <seconds>", description: "how far the server's clock is ahead", default: "0" },
    { flags: "--event-cap <number>", description: "the newest events that a cluster keeps; left out, all" },
    { flags: "--alarm-cap <number>", description: "the newest alarms that a cluster keeps; left out, all" },
    { flags: "--max-age-days <days>", description: "older events and alarms are pruned; left out, none" },
    {
      flags: "--read-lag <ms>",
      description: "how far behind the replica is that lists of events are read from",
      default: "0",
    },
    { flags: "--drop-delete-bodies", description: "a proxy on the way loses the bodies of DELETE requests" },
    { flags: "--ignore-extra", description: "the store does not look at `extra`" },
    { flags: "--tls-certificate <file>", description: "serve https with this certificate (PEM)" },
    { flags: "--tls-key <file>", description: "its key (PEM)" },
    { flags: "--client-ca <file>", description: "the direct path wants a client certificate of this CA (PEM)" },
  ],
  async start(parsed) {
    const flags = parseFlags(flagValues, parsed);
    const { listen, token, dialect, eventCap, alarmCap, maxAgeDays, dropDeleteBodies, ignoreExtra } = flags;
    return startBcsSimulator({
      listen,
      token,
      dialect,
      eventCap,
      alarmCap,
      maxAgeDays,
      dropDeleteBodies,
      ignoreExtra,
      choices: flags.choose,
      zoneMinutes: flags.timeZone,
      readLagMs: flags.readLag,
      clock: shifted(systemClock, flags.clockOffset * 1000),
      tls: await readTls(flags),
      faults: flags.faults === undefined ? undefined : await readFaultPlan(flags.faults),
    });
  },
};

async function readTls(files: Pick<z.output<typeof flagValues>, "tlsCertificate" | "tlsKey" | "clientCa">) {
  const { tlsCertificate, tlsKey, clientCa } = files;
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  return {
    certificate: await readPem("--tls-certificate", tlsCertificate),
    key: await readPem("--tls-key", tlsKey),
    clientCa: clientCa === undefined ? undefined : await readPem("--client-ca", clientCa),
  };
}

async function readPem(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`${flag}: ${messageOf(error)}`, { cause: error });
  }
}
