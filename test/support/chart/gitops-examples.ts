// The example repository gitops/ as tests read it: every YAML document with its file, and what kubectl kustomize makes of a folder.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";

export const GITOPS = path.resolve(import.meta.dirname, "../../../gitops");

export interface Document {
  /** Relative to gitops/. */
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Record<string, unknown>;
  readonly [field: string]: unknown;
}

/** Those of Kubernetes; what only kustomize reads is left out. */
export async function exampleDocuments(): Promise<Document[]> {
  const files = await yamlFiles();
  const perFile = await Promise.all(files.map(documentsIn));
  return perFile.flat();
}

/** Folders that hold a kustomization, relative to gitops/. */
export async function kustomizedFolders(): Promise<string[]> {
  const files = await readdir(GITOPS, { recursive: true });
  return files.filter((file) => path.basename(file) === "kustomization.yaml").map((file) => path.dirname(file));
}

/** Relative to gitops/. */
export async function yamlFiles(): Promise<string[]> {
  const files = await readdir(GITOPS, { recursive: true });
  return files.filter((file) => file.endsWith(".yaml") && path.basename(file) !== "kustomization.yaml").sort();
}

async function documentsIn(file: string): Promise<Document[]> {
  const documents = parseAllDocuments(await readFile(path.join(GITOPS, file), "utf8"));
  return documents.map((document) => Object.assign(document.toJS() as Omit<Document, "file">, { file }) as Document);
}
