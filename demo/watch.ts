// Shows the resources until all are Ready: redrawn in place on a terminal, one table per change in a pipe.
import { setTimeout as delay } from "node:timers/promises";
import type { Kubectl } from "../controlplane/kubectl.ts";
import { allReady, renderTable, rowsOf, type Row } from "./table.ts";

const POLL_MS = 300;

interface Goal {
  readonly expected: number;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

export interface Outcome {
  readonly ready: boolean;
  readonly summary: string;
}

/** Ends when all are Ready, when time is up, or when the signal is aborted. */
export async function watchUntilReady(kubectl: Kubectl, goal: Goal): Promise<Outcome> {
  const startedAt = performance.now();
  const screen = new Screen();
  let rows: Row[] = [];
  while (!goal.signal.aborted && performance.now() - startedAt < goal.withinMs) {
    rows = await readRows(kubectl);
    screen.show(rows, Math.round((performance.now() - startedAt) / 1000));
    if (allReady(rows, goal.expected)) return { ready: true, summary: "\nAll resources are Ready" };
    await delay(POLL_MS);
  }
  const lacking = rows
    .filter(({ ready }) => !ready)
    .map(({ kind, key, reason, message }) => `${kind} ${key}: ${reason}: ${message}`);
  return { ready: false, summary: ["\nNot all resources became Ready:", ...lacking].join("\n") };
}

async function readRows(kubectl: Kubectl): Promise<Row[]> {
  const { code, stdout } = await kubectl(["get", "yunfan", "-A", "-o", "json"]);
  return code === 0 ? rowsOf((JSON.parse(stdout) as { items: Parameters<typeof rowsOf>[0] }).items) : [];
}

class Screen {
  #lines = 0;
  #last = "";

  show(rows: readonly Row[], elapsedSeconds: number): void {
    const key = JSON.stringify(rows);
    const changed = key !== this.#last;
    this.#last = key;
    if (!process.stdout.isTTY && !changed) return;
    const text = renderTable(rows, elapsedSeconds);
    if (process.stdout.isTTY && this.#lines > 0) process.stdout.write(`\u001b[${this.#lines}A\u001b[0J`);
    process.stdout.write(`${text}\n`);
    this.#lines = text.split("\n").length;
  }
}
