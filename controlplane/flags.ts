// Command lines of etcd and kube-apiserver (pure). Where the reasons are not obvious they stand beside the flag.
import path from "node:path";
import type { Certificates } from "./certificates.ts";

interface Files {
  ca: string;
  serverCertificate: string;
  serverKey: string;
  serviceAccountPrivateKey: string;
  serviceAccountPublicKey: string;
  auditPolicy: string;
}

export interface ApiServerFlagOptions {
  directory: string;
  etcdPort: number;
  securePort: number;
  /** JSON lines, one per request, without bodies. */
  auditLogPath?: string | undefined;
  /** Appended last, so that they win over the ones given here. */
  extraFlags?: readonly string[] | undefined;
}

const AUDIT_POLICY = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
`;

/** Where the files that kube-apiserver reads lie. */
function filesIn(directory: string): Files {
  return {
    ca: path.join(directory, "ca.crt"),
    serverCertificate: path.join(directory, "server.crt"),
    serverKey: path.join(directory, "server.key"),
    serviceAccountPrivateKey: path.join(directory, "service-account.key"),
    serviceAccountPublicKey: path.join(directory, "service-account.pub"),
    auditPolicy: path.join(directory, "audit-policy.yaml"),
  };
}

/** Content by path for everything in `filesIn`. */
export function fileContents(directory: string, certificates: Certificates): Map<string, string> {
  const files = filesIn(directory);
  return new Map([
    [files.ca, certificates.ca],
    [files.serverCertificate, certificates.server.certificate],
    [files.serverKey, certificates.server.key],
    [files.serviceAccountPrivateKey, certificates.serviceAccount.privateKey],
    [files.serviceAccountPublicKey, certificates.serviceAccount.publicKey],
    [files.auditPolicy, AUDIT_POLICY],
  ]);
}

export function etcdFlags(directory: string, port: number): string[] {
  const client = `http://127.0.0.1:${port}`;
  // A single member never talks to a peer, so that listener takes any port and the advertised address is a name only.
  const peer = "http://127.0.0.1:2380";
  return [
    `--data-dir=${path.join(directory, "etcd")}`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    "--listen-peer-urls=http://127.0.0.1:0",
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
}

export function apiServerFlags(options: ApiServerFlagOptions): string[] {
  const files = filesIn(options.directory);
  return [
    `--etcd-servers=http://127.0.0.1:${options.etcdPort}`,
    `--cert-dir=${options.directory}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${options.securePort}`,
    // A machine without a default route has no address to guess, and a loopback one is refused for the Endpoints.
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    `--tls-cert-file=${files.serverCertificate}`,
    `--tls-private-key-file=${files.serverKey}`,
    `--client-ca-file=${files.ca}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${files.serviceAccountPrivateKey}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    // Without a controller manager nobody makes the ServiceAccount "default" which that plugin asks of each pod.
    "--disable-admission-plugins=ServiceAccount",
    ...auditFlags(files, options.auditLogPath),
    ...(options.extraFlags ?? []),
  ];
}

function auditFlags(files: Files, auditLogPath: string | undefined): string[] {
  if (auditLogPath === undefined) return [];
  return [`--audit-policy-file=${files.auditPolicy}`, `--audit-log-path=${auditLogPath}`, "--audit-log-format=json"];
}
