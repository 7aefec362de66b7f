// CRDs of other projects, out of their own Go modules: fetched once into the cache, at a pinned version with a pinned hash.
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { isGoInstalled } from "../../../controlplane/go.ts";
import { takeLock } from "../../../controlplane/lock.ts";
import { cacheRootOf } from "../../../controlplane/modules.ts";
import { systemClock } from "../../../src/lib/clock.ts";

export const THIRD_PARTIES = ["prometheus-operator", "argo-cd", "flux"] as const;
export type ThirdParty = (typeof THIRD_PARTIES)[number];

/** A module, and the file or folder in it that holds CRDs; other objects beside them are passed over. */
interface Source {
  readonly module: string;
  readonly version: string;
  /** The module's hash as go.sum writes it. */
  readonly sum: string;
  readonly crds: string;
}

/** Versions that Go 1.26 takes; the three of Flux belong to Flux 2.9. */
export const SOURCES: Readonly<Record<ThirdParty, readonly [Source, ...Source[]]>> = {
  "prometheus-operator": [
    {
      module: "github.com/prometheus-operator/prometheus-operator",
      version: "v0.85.0",
      sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
      crds: "example/prometheus-operator-crd",
    },
  ],
  "argo-cd": [
    {
      module: "github.com/argoproj/argo-cd/v3",
      version: "v3.5.7",
      sum: "h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0=",
      crds: "manifests/crds",
    },
  ],
  flux: [
    {
      module: "github.com/fluxcd/kustomize-controller",
      version: "v1.9.5",
      sum: "h1:/XY2zy3K7fntyppEXIHG7oRMzmfgIt50eJzUfaPX1Kc=",
      crds: "config/crd/bases",
    },
    {
      module: "github.com/fluxcd/source-controller",
      version: "v1.9.5",
      sum: "h1:MFPyCodUi9hZIMaKDsC/rYbNoyzpvrAdrPVixj7W9F0=",
      crds: "config/crd/bases",
    },
    // The module proxy serves no helm-controller; Flux Operator carries its manifests unchanged.
    {
      module: "github.com/controlplaneio-fluxcd/flux-operator",
      version: "v0.58.0",
      sum: "h1:7fbGeGRzp7sEwfg7jjc3a3bJvMYTAgPv+hl5qf9SBxo=",
      crds: "config/data/flux/v2.9.4/helm-controller.yaml",
    },
  ],
};

/** Absolute paths, one file per CRD. Rejects without Go where they are not cached, and when a module is not the pinned one. */
export async function thirdPartyCrds(name: ThirdParty, env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const sources = SOURCES[name];
  const folder = path.join(cacheRootOf(env), `crds-${name}_${sources.map(({ version }) => version).join("_")}`);
  if (!(await exists(folder))) await fetchOnce(name, folder, env);
  return (await readdir(folder)).toSorted().map((file) => path.join(folder, file));
}

async function fetchOnce(name: ThirdParty, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (!(await isGoInstalled(env))) throw new Error(missingGoMessage(name, folder));
  await mkdir(path.dirname(folder), { recursive: true });
  const lock = await takeLock(`${folder}.lock`, { clock: systemClock });
  try {
    if (!(await exists(folder))) await fetchInto(folder, SOURCES[name], env);
  } finally {
    await lock.release();
  }
}

/** Put in place in one step, so that nobody meets half of it. */
async function fetchInto(folder: string, sources: readonly Source[], env: NodeJS.ProcessEnv): Promise<void> {
  const draft = await mkdtemp(`${folder}.tmp-`);
  try {
    for (const source of sources) await extract(path.join(await download(source, env), source.crds), draft);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Resolves with the module's directory. */
async function download({ module, version, sum }: Source, env: NodeJS.ProcessEnv): Promise<string> {
  const cwd = await mkdtemp(path.join(tmpdir(), "yunfan-module-"));
  try {
    const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json", `${module}@${version}`], {
      cwd,
      env: { ...env, GOFLAGS: "", GOWORK: "off" },
    });
    const fetched = JSON.parse(stdout) as { Dir: string; Sum: string };
    if (fetched.Sum === sum) return fetched.Dir;
    throw new Error(`${module}@${version} has the hash ${fetched.Sum}, pinned is ${sum}`);
  } catch (error) {
    throw downloadError(`${module}@${version}`, error);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** Go tells why in the JSON that it prints. */
function downloadError(what: string, error: unknown): unknown {
  const { stdout = "" } = error as { stdout?: string };
  const reason = /"Error": "(.*)"/.exec(stdout)?.[1];
  return reason === undefined ? error : new Error(`go mod download ${what}: ${reason}`, { cause: error });
}

async function extract(from: string, into: string): Promise<void> {
  const files = from.endsWith(".yaml") ? [from] : (await readdir(from)).map((file) => path.join(from, file));
  for (const file of files.filter((each) => each.endsWith(".yaml"))) {
    for (const document of parseAllDocuments(await readFile(file, "utf8"))) {
      if (document.get("kind") !== "CustomResourceDefinition") continue;
      await writeFile(path.join(into, `${String(document.getIn(["metadata", "name"]))}.yaml`), document.toString());
    }
  }
}

function missingGoMessage(name: ThirdParty, folder: string): string {
  return [
    `The CRDs of ${name} are not in the cache, and there is no Go to fetch their modules with. Two ways:`,
    "  1. install Go 1.26 or newer and put it on the PATH;",
    `  2. copy ${folder} from a machine that has it.`,
  ].join("\n");
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
