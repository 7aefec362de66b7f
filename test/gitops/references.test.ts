// What the files of the example repository say of one another: paths exist, names resolve, waves and steps are in order.
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  type Document,
  exampleDocuments,
  GITOPS,
  kustomizedFolders,
  yamlFiles,
} from "../support/chart/gitops-examples.ts";

const ROOT = path.dirname(GITOPS);

let documents: readonly Document[];

beforeAll(async () => {
  documents = await exampleDocuments();
});

function ofKind(group: string, kind: string): Document[] {
  return documents.filter((each) => each.kind === kind && each.apiVersion.startsWith(`${group}/`));
}

function find(kind: string, name: string, namespace: string | undefined): Document | undefined {
  return documents.find(
    (each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace,
  );
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

interface Named {
  readonly name: string;
  readonly namespace?: string;
}

describe("Resources of Yunfan", () => {
  test("refer to what is declared beside them", () => {
    for (const { metadata, spec } of ofKind("yunfan.dev", "CloudAccount")) {
      const { name } = spec!["credentialsSecretRef"] as Named;
      expect(find("Secret", name, metadata.namespace)).toMatchObject({ type: "yunfan.dev/credentials" });
    }
    for (const { metadata, spec } of ofKind("yunfan.dev", "ManagedCluster")) {
      const { name } = spec!["accountRef"] as Named;
      const account = find("CloudAccount", name, metadata.namespace);
      const { namespace } = spec!["argocd"] as { namespace: string };
      expect(account?.spec!["allowedNamespaces"]).toContain(namespace);
    }
    const parts = [...ofKind("yunfan.dev", "NodePool"), ...ofKind("yunfan.dev", "ManagedAddon")];
    expect(parts.length).toBeGreaterThan(2);
    for (const { metadata, spec } of parts) {
      expect(find("ManagedCluster", (spec!["clusterRef"] as Named).name, metadata.namespace)).toBeDefined();
    }
  });

  test("that are clusters are deleted by neither tool on its own", () => {
    const clusters = ofKind("yunfan.dev", "ManagedCluster");
    expect(clusters.length).toBeGreaterThan(0);
    for (const { metadata } of clusters) {
      expect(metadata.annotations).toEqual({
        "argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
      });
    }
  });

  test("that the cloud scales leave replicas out", () => {
    const scaled = ofKind("yunfan.dev", "NodePool").filter(({ spec }) => spec!["autoscaling"] !== undefined);
    expect(scaled.map(({ spec }) => Object.keys(spec!).includes("replicas"))).toEqual([false]);
  });
});

describe("Applications of Argo CD", () => {
  interface Source {
    readonly repoURL: string;
    readonly path?: string;
    readonly chart?: string;
  }

  test("take paths that exist", async () => {
    for (const { spec } of ofKind("argoproj.io", "Application")) {
      const source = spec!["source"] as Source;
      if (source.chart !== undefined) continue;
      const base = source.repoURL.endsWith("/yunfan.git") ? ROOT : GITOPS;
      expect(await exists(path.join(base, source.path!))).toBe(true);
    }
  });

  test("come in waves: CRDs, operator, then whatever refers to what came before", () => {
    const wave = ({ metadata }: Document): number => Number(metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
    const children = ofKind("argoproj.io", "Application").filter(({ file }) => file.startsWith("argocd/apps/"));
    const ordered = children.toSorted((a, b) => wave(a) - wave(b)).map(({ metadata }) => metadata.name);
    expect(ordered).toEqual([
      "yunfan-crds",
      "yunfan",
      "fleet-credentials",
      "fleet-accounts",
      "fleet-clusters",
      "fleet-pools",
    ]);
    expect(new Set(children.map(wave)).size).toBe(children.length);
  });

  test("apply on the server, skip the dry run of kinds that others bring, and never prune CRDs", () => {
    const options = (name: string): unknown =>
      (find("Application", name, "argocd")!.spec!["syncPolicy"] as { syncOptions: unknown }).syncOptions;
    for (const name of ["yunfan-crds", "yunfan", "fleet-credentials"]) {
      expect(options(name)).toContain("ServerSideApply=true");
    }
    for (const name of ["fleet-accounts", "fleet-clusters", "fleet-pools"]) {
      expect(options(name)).toEqual(
        expect.arrayContaining(["ServerSideApply=true", "SkipDryRunOnMissingResource=true"]),
      );
    }
    const { automated } = find("Application", "yunfan-crds", "argocd")!.spec!["syncPolicy"] as { automated: unknown };
    expect(automated).toMatchObject({ prune: false });
  });

  test("leave the size of a scaled pool alone", () => {
    const { spec } = find("Application", "fleet-pools", "argocd")!;
    const [ignored] = spec!["ignoreDifferences"] as { name: string; kind: string; jsonPointers: string[] }[];
    expect(ignored).toMatchObject({ kind: "NodePool", jsonPointers: ["/spec/replicas"] });
    expect(find("NodePool", ignored!.name, "fleet")?.spec).toMatchObject({ autoscaling: { enabled: true } });
  });
});

describe("Kustomizations of Flux", () => {
  test("take paths that hold a kustomization, from a source that is declared", async () => {
    const folders = await kustomizedFolders();
    for (const { metadata, spec } of ofKind("kustomize.toolkit.fluxcd.io", "Kustomization")) {
      expect(folders).toContain(path.normalize(spec!["path"] as string));
      const { name, namespace = metadata.namespace } = spec!["sourceRef"] as Named;
      expect(find("GitRepository", name, namespace)).toBeDefined();
    }
  });

  test("wait for one another, each for what it needs", () => {
    const needs = ofKind("kustomize.toolkit.fluxcd.io", "Kustomization").map(({ metadata, spec }) => {
      const before = (spec!["dependsOn"] ?? []) as Named[];
      return [metadata.name, before.map(({ name }) => name)] as const;
    });
    expect(Object.fromEntries(needs)).toEqual({
      yunfan: [],
      "fleet-credentials": ["yunfan"],
      "fleet-accounts": ["fleet-credentials"],
      "fleet-clusters": ["fleet-accounts"],
      "fleet-pools": ["fleet-clusters"],
      "fleet-workloads": ["fleet-pools"],
      "production-workloads": [],
    });
  });

  test("that are done are healthy: they wait, or say for what", () => {
    for (const { spec } of ofKind("kustomize.toolkit.fluxcd.io", "Kustomization")) {
      const checks = (spec!["healthChecks"] ?? []) as (Named & { kind: string })[];
      expect(spec!["wait"] === true || checks.length > 0).toBe(true);
      for (const { kind, name, namespace } of checks) expect(find(kind, name, namespace)).toBeDefined();
    }
  });

  test("for a cluster lie beside it and read the Secret that it publishes, by its key", () => {
    const remote = ofKind("kustomize.toolkit.fluxcd.io", "Kustomization").filter(({ spec }) => spec!["kubeConfig"]);
    expect(remote).toHaveLength(1);
    const { metadata, spec } = remote[0]!;
    const { secretRef } = spec!["kubeConfig"] as { secretRef: { name: string; key: string } };
    expect(find("ManagedCluster", secretRef.name.replace(/-kubeconfig$/, ""), metadata.namespace)).toBeDefined();
    expect(secretRef).toEqual({ name: "production-kubeconfig", key: "value" });
  });

  test("Releases take their chart from a repository that is declared", () => {
    for (const { metadata, spec } of ofKind("helm.toolkit.fluxcd.io", "HelmRelease")) {
      const { sourceRef } = (spec!["chart"] as { spec: { sourceRef: Named } }).spec;
      expect(find("HelmRepository", sourceRef.name, metadata.namespace)).toBeDefined();
    }
  });
});

test("Every file is delivered: listed by its kustomization, or applied by hand or by the app of apps", async () => {
  const folders = await kustomizedFolders();
  for (const folder of folders) {
    const { resources } = parse(await readFile(path.join(GITOPS, folder, "kustomization.yaml"), "utf8")) as {
      resources: string[];
    };
    const there = (await yamlFiles())
      .filter((file) => path.dirname(file) === folder)
      .map((file) => path.basename(file));
    expect(resources.toSorted()).toEqual(there.toSorted());
  }
  const elsewhere = new Set(
    (await yamlFiles()).map((file) => path.dirname(file)).filter((each) => !folders.includes(each)),
  );
  expect([...elsewhere].sort()).toEqual(["argocd", "argocd/apps"]);
});

test("No address is a real one", () => {
  const addresses = [...JSON.stringify(documents).matchAll(/\b(?:https?|oci|ssh):\/\/([^/"\s]+)/g)].map(
    ([, host]) => host,
  );
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter((host) => !host?.endsWith("example.com"))).toEqual([]);
});
