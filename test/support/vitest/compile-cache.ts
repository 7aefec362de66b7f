// Node.js's compile cache for test files and for what they start: a start of `yunfan run` takes half the CPU time with it, and a run of the
// suite has hundreds. Node.js looks whether a source is still the same, so nothing of it can be stale.
import path from "node:path";
import { spawnYunfan } from "../operator/command.ts";

export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, "../../../node_modules/.cache/compile"),
} as const;

/** A process adds what it has compiled when it ends by itself; most of those that tests start are killed. This one finds no cluster. */
export async function fillCompileCache(): Promise<void> {
  const env = { ...process.env, ...COMPILE_CACHE, KUBECONFIG: "/nowhere", HOME: "/nowhere" };
  await spawnYunfan(["run"], { env }).ended;
}
