// What the Dockerfile says about how the image is run.
import { readFile } from "node:fs/promises";
import path from "node:path";

const DOCKERFILE = path.resolve(import.meta.dirname, "../../../Dockerfile");

export interface ImageCommand {
  /** Path of Node.js, its flags, path of the script: what a pod's arguments are added to. */
  readonly entrypoint: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** Rejects where the Dockerfile has no ENTRYPOINT. */
export async function imageCommand(): Promise<ImageCommand> {
  const dockerfile = await readFile(DOCKERFILE, "utf8");
  const argument = (instruction: string): string =>
    new RegExp(String.raw`^${instruction} (.*)$`, "m").exec(dockerfile)?.[1] ?? "";
  const variables = argument("ENV").split(" ");
  return {
    entrypoint: JSON.parse(argument("ENTRYPOINT")) as [string, ...string[]],
    env: Object.fromEntries(variables.map((variable) => variable.split("=", 2) as [string, string])),
  };
}

/** What Node.js is started with before the script. */
export function nodeFlagsOf({ entrypoint }: ImageCommand): string[] {
  return entrypoint.slice(1, -1);
}
