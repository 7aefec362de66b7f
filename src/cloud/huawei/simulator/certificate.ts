// The certificate of a cluster (4.1.8): a kubeconfig in JSON, of its own making or as `--kubeconfig` says.
import type { ServedKubeconfig } from "../../simulation/kubeconfig.ts";
import { selfSigned } from "../../simulation/x509.ts";
import type { Cce, Cluster } from "./state.ts";

/** The least that a certificate lives. */
const YEAR_MS = 365 * 86_400_000;

/** What was made for a cluster; the same until its end is moved. */
const made = new WeakMap<Cce, Map<string, ServedKubeconfig>>();

/** 4.1.8: without an EIP the context `internal` alone; the external one does not verify the server. */
export function certificateOnWire(cluster: Cluster, cce: Cce): unknown {
  const config = configOf(cluster, cce);
  const clusters = [
    {
      name: "internalCluster",
      cluster: { server: cluster.internalUrl, "certificate-authority-data": config.certificateAuthorityData },
    },
  ];
  const contexts = [{ name: "internal", context: { cluster: "internalCluster", user: "user" } }];
  const external = {
    name: "externalCluster",
    cluster: { server: cluster.externalUrl, "insecure-skip-tls-verify": true },
  };
  const isExternal = cluster.externalUrl !== "";
  return {
    kind: "Config",
    apiVersion: "v1",
    preferences: {},
    clusters: isExternal ? [...clusters, external] : clusters,
    users: [
      {
        name: "user",
        user: { "client-certificate-data": config.clientCertificateData, "client-key-data": config.clientKeyData },
      },
    ],
    contexts: isExternal
      ? [...contexts, { name: "external", context: { cluster: "externalCluster", user: "user" } }]
      : contexts,
    "current-context": isExternal ? "external" : "internal",
  };
}

/** A colleague who moves the end of a served certificate gets one of the simulator's: its server does not know it. */
function configOf(cluster: Cluster, cce: Cce): ServedKubeconfig {
  const served = cce.rules.kubeconfig;
  if (served === undefined) return certificateOf(cluster, cce);
  if (cluster.certificateNotAfter === "") return served;
  const { clientCertificateData, clientKeyData } = certificateOf(cluster, cce);
  return { ...served, clientCertificateData, clientKeyData };
}

function certificateOf(cluster: Cluster, cce: Cce): ServedKubeconfig {
  const known = made.get(cce) ?? new Map<string, ServedKubeconfig>();
  made.set(cce, known);
  const key = `${cluster.id} ${cluster.certificateNotAfter}`;
  const config = known.get(key) ?? makeCertificate(cluster);
  known.set(key, config);
  return config;
}

function makeCertificate(cluster: Cluster): ServedKubeconfig {
  const notAfter = new Date(cluster.certificateNotAfter);
  // One whose end a colleague has moved close was issued that much earlier, be it before its cluster was made.
  const notBeforeMs = Math.min(Date.parse(cluster.createdAt), notAfter.getTime() - YEAR_MS);
  const { certificatePem, keyPem } = selfSigned(cluster.name, new Date(notBeforeMs), notAfter);
  const certificate = Buffer.from(certificatePem).toString("base64");
  return {
    server: cluster.internalUrl,
    certificateAuthorityData: certificate,
    clientCertificateData: certificate,
    clientKeyData: Buffer.from(keyPem).toString("base64"),
  };
}
