// The program that tests start: the image's bundle, made once for a run, with Node.js's compile cache beside it. A start takes a quarter of the
// CPU time that one from the sources takes, a run of the suite has hundreds of them, and what ships is what is tested.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, cp, glob, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { PROGRAM_VARIABLE, spawnYunfan } from "../operator/command.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const SCRIPT = path.join(ROOT, "image/bundle.ts");
/** The bundle of the run before, which does for the next one where nothing has changed that goes into it: making it takes 18 s of a core. */
const CACHE = path.join(ROOT, "node_modules/.cache/yunfan-bundle");

/** From now on `spawnYunfan` starts what is built in this directory, in this process and in the workers that it starts. */
export async function startFromBundle(directory: string): Promise<void> {
  const bundle = path.join(directory, "bundle");
  await cp(await builtBundle(), bundle, { recursive: true });
  process.env[PROGRAM_VARIABLE] = path.join(bundle, "yunfan.mjs");
  process.env["NODE_COMPILE_CACHE"] = path.join(directory, "compile");
  // A process adds what it has compiled when it ends by itself; most of those that tests start are killed. This one finds no cluster.
  await spawnYunfan(["run"], { env: { ...process.env, KUBECONFIG: "/nowhere", HOME: "/nowhere" } }).ended;
}

/** The directory of one that is made from what is there now. */
async function builtBundle(): Promise<string> {
  const built = path.join(CACHE, await digestOfSources());
  if (await exists(built)) return built;
  await rm(CACHE, { recursive: true, force: true });
  const fresh = `${built}.${process.pid}`;
  await promisify(execFile)(process.execPath, [SCRIPT, fresh]);
  // Another run may have been as quick.
  await rename(fresh, built).catch(() => rm(fresh, { recursive: true }));
  return built;
}

async function digestOfSources(): Promise<string> {
  const sources = await Array.fromAsync(glob("src/**/*", { cwd: ROOT, withFileTypes: true }));
  const files = sources.filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name));
  const hash = createHash("sha256").update(process.version);
  for (const file of [
    SCRIPT,
    path.join(ROOT, "package.json"),
    path.join(ROOT, "package-lock.json"),
    ...files.toSorted(),
  ]) {
    hash
      .update(path.relative(ROOT, file))
      .update("\0")
      .update(await readFile(file))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
