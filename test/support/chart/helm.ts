// The real helm, 4 and 3, with a home of its own; and what a chart renders, object by object.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { parseAllDocuments } from "yaml";
import { findBinaries } from "../../../controlplane/binaries.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
export const CHART = path.join(ROOT, "charts/yunfan");
export const PACKAGED = path.join(ROOT, "charts/packaged");

export type HelmVersion = "helm" | "helm3";

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Resolves however helm ends. */
export type Helm = (args: readonly string[]) => Promise<HelmResult>;

export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** Helm 4 where `version` is unset. Builds it at its first use. */
export async function createHelm(options: { version?: HelmVersion; kubeconfigPath?: string } = {}): Promise<Helm> {
  const { version = "helm", kubeconfigPath = "" } = options;
  const { [version]: binary } = await findBinaries([version]);
  const home = await mkdtemp(path.join(tmpdir(), "yunfan-helm-"));
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfigPath,
    HELM_CACHE_HOME: path.join(home, "cache"),
    HELM_CONFIG_HOME: path.join(home, "config"),
    HELM_DATA_HOME: path.join(home, "data"),
  };
  return async (args) => {
    const child = spawn(binary, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number | null]>,
    ]);
    return { code: code ?? 1, stdout, stderr };
  };
}

/** Rejects with helm's words when it does not end with 0. */
export async function helmOk(helm: Helm, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await helm(args);
  if (code !== 0) throw new Error(`helm ${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
  return stdout;
}

/** The chart's floor: helm without a cluster takes a version of its own, and a helm 3 that `go build` made takes 1.20. */
export const FLOOR = ["--kube-version", "1.31.0"] as const;

/** As `helm template yunfan charts/yunfan` renders it for the namespace yunfan-system; `chart`: another folder of one. */
export function render(helm: Helm, flags: readonly string[] = [], chart = CHART): Promise<string> {
  return helmOk(helm, ["template", "yunfan", chart, "--namespace", "yunfan-system", ...FLOOR, ...flags]);
}

export function objectsOf(yaml: string): Rendered[] {
  const documents = parseAllDocuments(yaml).map((document) => document.toJS() as Rendered | null);
  return documents.filter((object) => object !== null);
}

/** charts/yunfan/ci/*.yaml, each with a name for test titles. */
export async function valuesFiles(): Promise<{ name: string; file: string }[]> {
  const folder = path.join(CHART, "ci");
  const names = (await readdir(folder)).filter((name) => name.endsWith("-values.yaml")).sort();
  return names.map((name) => ({ name: name.replace("-values.yaml", ""), file: path.join(folder, name) }));
}

/**
 * The flags of the operator's Deployment for a process on this machine: probes and metrics on free ports of the loopback. Throws
 * where the Deployment does not start the operator.
 */
export function operatorFlagsOf(objects: readonly Rendered[]): string[] {
  const deployment = objects.find(({ kind }) => kind === "Deployment") as DeploymentObject | undefined;
  const [subcommand, ...flags] = deployment?.spec.template.spec.containers[0].args ?? [];
  if (subcommand !== "run") throw new Error("No Deployment runs the operator");
  return flags.map((flag) => flag.replace(/^(--(?:metrics|health-probe)-bind-address)=:\d+$/, "$1=127.0.0.1:0"));
}

interface DeploymentObject {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly [{ readonly args: readonly string[] }];
}
