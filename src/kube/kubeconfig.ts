// Where the API server is and who we are: a named kubeconfig, the usual kubeconfigs, or the pod's ServiceAccount.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { messageOf } from "../lib/errors.ts";

const IN_CLUSTER_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

export interface KubeConfigOptions {
  /** A kubeconfig file; nothing else is looked at then. */
  path?: string | undefined;
  env?: NodeJS.ProcessEnv;
  /** Put before the in-cluster paths, so that tests can have a pod's file system. */
  root?: string;
}

/**
 * Loads `path`; else the files that $KUBECONFIG lists (those that exist; the first context wins); else ~/.kube/config; else
 * the pod's ServiceAccount. Throws an error that names the file and the mistake, or everything that was looked for.
 */
export function loadKubeConfig(options: KubeConfigOptions = {}): KubeConfig {
  const { env = process.env, root = "" } = options;
  if (options.path !== undefined) return loadFiles([options.path]);
  const candidates = kubeconfigCandidates(env);
  const files = candidates.filter((file) => existsSync(file));
  if (files.length > 0) return loadFiles(files);
  if (existsSync(`${root}${IN_CLUSTER_TOKEN}`) && env["KUBERNETES_SERVICE_HOST"]) {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromCluster(root);
    return kubeConfig;
  }
  throw new Error(
    `No Kubernetes configuration: ${candidates.join(" and ")} (from ${env["KUBECONFIG"] ? "$KUBECONFIG" : "$HOME"}) ` +
      `not found, and this is no pod with a ServiceAccount: $KUBERNETES_SERVICE_HOST or ${root}${IN_CLUSTER_TOKEN} is missing`,
  );
}

function kubeconfigCandidates(env: NodeJS.ProcessEnv): string[] {
  const listed = (env["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  return listed.length > 0 ? listed : [path.join(env["HOME"] ?? homedir(), ".kube", "config")];
}

function loadFiles(files: readonly string[]): KubeConfig {
  const kubeConfig = new KubeConfig();
  for (const file of files) {
    try {
      merge(kubeConfig, loadFile(file));
    } catch (error) {
      throw new Error(`kubeconfig ${file}: ${messageOf(error)}`, { cause: error });
    }
  }
  assertUsable(kubeConfig, files);
  return kubeConfig;
}

/** As kubectl: what an earlier file defines wins. client-node refuses double names. */
function merge(into: KubeConfig, later: KubeConfig): void {
  later.clusters = later.clusters.filter(({ name }) => !into.getCluster(name));
  later.users = later.users.filter(({ name }) => !into.getUser(name));
  later.contexts = later.contexts.filter(({ name }) => !into.getContextObject(name));
  into.mergeConfig(later, Boolean(into.getCurrentContext()));
}

function loadFile(file: string): KubeConfig {
  const text = readFileSync(file, "utf8");
  const parsed = parse(text) as KubeConfigFile | string | null;
  if (typeof parsed !== "object" || parsed === null) throw new Error("not a kubeconfig");
  const directory = path.dirname(file);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(text);
  kubeConfig.makePathsAbsolute(directory);
  adoptTokenFiles(kubeConfig, parsed, directory);
  return kubeConfig;
}

interface KubeConfigFile {
  users?: { name: string; user?: { tokenFile?: string } }[];
}

/** client-node knows the field `tokenFile` under another name only and reads it once; its file authenticator re-reads. */
function adoptTokenFiles(kubeConfig: KubeConfig, parsed: KubeConfigFile, directory: string): void {
  const tokenFiles = new Map(parsed.users?.map(({ name, user }) => [name, user?.tokenFile]));
  kubeConfig.users = kubeConfig.users.map((user) => {
    const tokenFile = tokenFiles.get(user.name);
    if (tokenFile === undefined) return user;
    const config = { tokenFile: path.resolve(directory, tokenFile) };
    return { ...user, authProvider: { name: "tokenFile", config } };
  });
}

function assertUsable(kubeConfig: KubeConfig, files: readonly string[]): void {
  const mistake = mistakeIn(kubeConfig);
  if (mistake !== undefined) throw new Error(`kubeconfig ${files.join(" and ")}: ${mistake}`);
}

function mistakeIn(kubeConfig: KubeConfig): string | undefined {
  const context = kubeConfig.getCurrentContext();
  if (!context) return "there is no current-context";
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) return `the current context "${context}" or its cluster is not defined`;
  return URL.canParse(cluster.server) ? undefined : `the server "${cluster.server}" is no URL`;
}
