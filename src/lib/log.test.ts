// What a log line looks like, and what never stands in one.
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createLogger, type Logger, type LogLevel } from "./log.ts";

/** A logger, and what it wrote. */
function build(level: LogLevel = "info"): { log: Logger; text: () => string; lines: () => Record<string, unknown>[] } {
  let text = "";
  const destination = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  const lines = (): Record<string, unknown>[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log: createLogger({ level, destination }), text: () => text, lines };
}

describe("createLogger", () => {
  it("writes the fields that dashboards know: level as a word, time in ISO, msg, and nothing of its own", () => {
    const { log, lines } = build();
    log.info({ name: "shop" }, "Created project");
    const [line] = lines();
    expect(line).toEqual({ level: "info", time: expect.any(String), name: "shop", msg: "Created project" });
    expect(new Date(String(line!["time"])).toISOString()).toBe(line!["time"]);
  });

  it("writes an error with its message and its cause", () => {
    const { log, lines } = build();
    log.warn({ err: new Error("no answer", { cause: new Error("reset") }) }, "Reconcile failed");
    expect(lines()[0]).toMatchObject({ level: "warn", err: { type: "Error", message: "no answer: reset" } });
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = build("warn");
    log.info("Left out");
    log.error("Kept");
    expect(lines().map(({ msg }) => msg)).toEqual(["Kept"]);
  });

  it.each(["password", "secretKey", "accessKey", "token", "authorization", "Authorization", "data", "stringData"])(
    "never writes what stands under the key %s, up to three levels deep",
    (key) => {
      const { log, text } = build();
      const secret = { [key]: "hush" };
      log.info(secret, "At the top");
      log.info({ request: secret }, "One level down");
      log.info({ request: { headers: secret } }, "Two levels down");
      log.child(secret).info("In a child");
      expect(text()).not.toContain("hush");
      expect(text().match(/\[redacted\]/g)).toHaveLength(4);
    },
  );
});
