// Structured logs with the field names that controller-runtime and Flux users know (level as a word, time in ISO, msg, err).
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from "pino";

export type { Logger } from "pino";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Keys whose values never reach a log, wherever they stand up to three levels deep. */
const SECRET_KEYS = [
  "password",
  "secretKey",
  "accessKey",
  "token",
  "authorization",
  "Authorization",
  "data",
  "stringData",
];

const redactPaths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** Logs go to standard error unless told otherwise: standard output belongs to the ready line. */
export function createLogger(options: { level: LogLevel; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactPaths, censor: "[redacted]" },
    },
    options.destination ?? pino.destination(2),
  );
}
