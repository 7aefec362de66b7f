// What the real kstatus and our Argo CD health check make of resources: tools/statuscheck, fed line by line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { findBinaries } from "../../controlplane/binaries.ts";

export const HEALTH_CHECK = path.resolve(import.meta.dirname, "../../gitops/argocd/health.lua");

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

/** A program that ended early shows in its code. */
async function feed(
  lines: AsyncIterable<string> | Iterable<string>,
  stdin: NodeJS.WritableStream,
  pending: string[],
): Promise<void> {
  stdin.on("error", () => undefined);
  for await (const line of lines) {
    pending.push(line);
    if (!stdin.write(`${line}\n`)) await Promise.race([once(stdin, "drain"), once(stdin, "close")]);
  }
  stdin.end();
}
