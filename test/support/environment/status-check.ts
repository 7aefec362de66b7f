// What the real kstatus and our Argo CD health check make of resources: tools/statuscheck, fed line by line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { findBinaries } from "../../../controlplane/binaries.ts";

export const HEALTH_CHECK = path.resolve(import.meta.dirname, "../../../gitops/argocd/health.lua");

export interface Judgement {
  readonly kstatus: string;
  readonly health: string;
  readonly healthMessage: string;
  readonly error?: string;
}

/** `lines`: resources as JSON. Yields each with what it was judged, in their order; throws where the program fails. */
export async function* judge(
  lines: AsyncIterable<string> | Iterable<string>,
  healthCheck: string = HEALTH_CHECK,
): AsyncGenerator<{ line: string; judgement: Judgement }> {
  const { statuscheck } = await findBinaries(["statuscheck"]);
  const child = spawn(statuscheck, ["-health", healthCheck], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  const pending: string[] = [];
  const fed = feed(lines, child.stdin, pending);
  for await (const answer of createInterface({ input: child.stdout })) {
    yield { line: pending.shift()!, judgement: JSON.parse(answer) as Judgement };
  }
  await fed;
  const [code] = (await ended) as [number | null];
  if (code !== 0 || pending.length > 0) {
    throw new Error(`statuscheck ended with ${code} and ${pending.length} answers to come`);
  }
}

async function feed(
  lines: AsyncIterable<string> | Iterable<string>,
  stdin: NodeJS.WritableStream,
  pending: string[],
): Promise<void> {
  const noted = async function* (): AsyncGenerator<string> {
    for await (const line of lines) {
      pending.push(line);
      yield `${line}\n`;
    }
  };
  await pipeline(noted, stdin).catch((error: unknown) => {
    // A program that ended early shows in its code.
    if (!ENDED_EARLY.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  });
}

const ENDED_EARLY: ReadonlySet<string> = new Set(["EPIPE", "ERR_STREAM_PREMATURE_CLOSE"]);
