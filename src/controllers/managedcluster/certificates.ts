// The certificates of a cluster's administrator, published as a Secret of type kubernetes.io/tls.
import { X509Certificate } from "node:crypto";
import type { Cluster, ClusterCertificates } from "../../cloud/facets/clusters.ts";
import { ManagedClusterCondition, ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { nameWith } from "../../lib/names.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { PublisherDeps, SecretContents, SecretRef } from "../publishing/secrets.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { certificatesIn } from "./kubeconfig-secrets.ts";
import type { ClusterScope } from "./scope.ts";
import { base64, ClusterSecrets, SOURCE, type Life } from "./secrets.ts";

export class Certificates {
  readonly #secrets: ClusterSecrets;
  readonly #clock: Clock;

  constructor(deps: PublisherDeps & { readonly clock: Clock }) {
    this.#clock = deps.clock;
    this.#secrets = new ClusterSecrets(deps, "spec.kubeconfig.certificates");
  }

  /** Returns for how many ms they serve. Throws TerminalError KubeconfigUnusable or KubeconfigExpired, and what reading and publishing a kubeconfig throws. */
  async publish(scope: ClusterScope, cluster: Cluster): Promise<number> {
    const { visit } = scope;
    const place = placeOfCertificates(visit.object);
    visit.status.certificatesSecret = place?.name;
    if (!place) return Number.POSITIVE_INFINITY;
    const type = ManagedClusterCondition.CertificatesReady;
    const leftMs = await statingFailure(visit, type, () => this.#publish(scope, cluster, place));
    const message = `In Secret ${place.name}, keys tls.crt, tls.key and ca.crt`;
    visit.state({ type, status: "True", reason: Reason.Published, message });
    return leftMs;
  }

  async #publish(scope: ClusterScope, cluster: Cluster, place: SecretRef): Promise<number> {
    const { visit } = scope;
    const source = { [SOURCE.clusterId]: cluster.id };
    const leftMs = await this.#secrets.leftMs(visit, place, source);
    if (leftMs > 0) return leftMs;
    const certificates = await readCertificates(scope, cluster);
    const life = lifeOf(certificates);
    const servesMs = await this.#secrets.ensure(visit, place, { contents: contentsOf(certificates), source, life });
    if ((life.expiresAtMs ?? Number.POSITIVE_INFINITY) <= this.#clock.now()) throw expired(place);
    return servesMs;
  }
}

export function placeOfCertificates({ metadata, spec }: ManagedCluster): SecretRef | undefined {
  if (!spec.kubeconfig.certificates) return undefined;
  return { namespace: metadata.namespace, name: nameWith(metadata.name, "-certificates") };
}

/** Of a cloud that has none but those in the kubeconfig, these. */
async function readCertificates(scope: ClusterScope, cluster: Cluster): Promise<ClusterCertificates> {
  const { visit, facet } = scope;
  if (facet.certificates) return facet.certificates(cluster.id, visit.signal);
  return certificatesIn(await readKubeconfig(scope, cluster));
}

function expired({ name }: SecretRef): TerminalError {
  const message =
    `In Secret ${name}; but the certificate that the cloud gives has expired, and lets nobody in. Have the cloud issue another one for ` +
    "the cluster; it is published as soon as the cloud gives it";
  return new TerminalError({ reason: Reason.KubeconfigExpired, message });
}

function contentsOf({ ca, certificate, key }: ClusterCertificates): SecretContents {
  return {
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(certificate), "tls.key": base64(key), "ca.crt": base64(ca) },
  };
}

function lifeOf({ certificate }: ClusterCertificates): Life {
  try {
    const { validFromDate, validToDate } = new X509Certificate(certificate);
    return { issuedAtMs: validFromDate.getTime(), expiresAtMs: validToDate.getTime() };
  } catch {
    const message =
      "The cloud's certificate of the cluster's administrator can't be read. Remove spec.kubeconfig.certificates";
    throw new TerminalError({ reason: Reason.KubeconfigUnusable, message });
  }
}
