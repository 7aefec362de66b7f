// The program that tests start: the image's bundle, made once for a run, with Node.js's compile cache beside it. A start takes a quarter of the
// CPU time that one from the sources takes, a run of the suite has hundreds of them, and what ships is what is tested.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { PROGRAM_VARIABLE, spawnYunfan } from "../operator/command.ts";

const SCRIPT = path.resolve(import.meta.dirname, "../../../image/bundle.ts");

/** From now on `spawnYunfan` starts what is built in this directory, in this process and in the workers that it starts. */
export async function startFromBundle(directory: string): Promise<void> {
  const bundle = path.join(directory, "bundle");
  await promisify(execFile)(process.execPath, [SCRIPT, bundle]);
  process.env[PROGRAM_VARIABLE] = path.join(bundle, "yunfan.mjs");
  process.env["NODE_COMPILE_CACHE"] = path.join(directory, "compile");
  // A process adds what it has compiled when it ends by itself; most of those that tests start are killed. This one finds no cluster.
  await spawnYunfan(["run"], { env: { ...process.env, KUBECONFIG: "/nowhere", HOME: "/nowhere" } }).ended;
}
