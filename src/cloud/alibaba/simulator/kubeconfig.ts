// What opens a cluster: the caller's kubeconfig (2.5), long-lived or temporary, and its certificates (2.8).
import { X509Certificate } from "node:crypto";
import { stringify } from "yaml";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import type { ServedKubeconfig } from "../../simulation/kubeconfig.ts";
import { selfSigned } from "../../simulation/x509.ts";
import type { Ack } from "./ack.ts";
import { amend, requireCluster, wrongState } from "./ack.ts";
import { certificateLife } from "./cluster-lifecycle.ts";
import { invalid } from "./refusals.ts";
import type { AckTables, Cluster } from "./state.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Lives that differ by less are the same. */
const ROUNDING_MS = 10;

/** A long-lived certificate comes fresh once no more than this is left of it, or half of its life where that is less. */
const RENEWED_BEFORE_MS = 180 * DAY_MS;

const SHORTEST_MINUTES = 15;
const LONGEST_MINUTES = 4_320;

/** What was made for a cluster; the same until its certificate is another one. */
type Made = Map<string, ServedKubeconfig>;

export function kubeconfigRoutes(ack: Ack): Route<AckTables>[] {
  const made: Made = new Map();
  const kubeconfig: Route<AckTables> = {
    method: "GET",
    path: "/k8s/:cluster/user_config",
    handle: (call) => userConfig(ack, made, call),
  };
  if (ack.rules.dialect !== "Reference") return [kubeconfig];
  const certs = (call: Call): Answer => {
    const cluster = openCluster(ack, call);
    const { config } = longLived(ack, made, cluster);
    if (ack.rules.certsAnswer === "Config") return { status: 200, body: { config: yamlOf(cluster, config) } };
    const { certificateAuthorityData, clientKeyData, clientCertificateData } = config;
    const pem = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");
    return {
      status: 200,
      body: { ca: pem(certificateAuthorityData), key: pem(clientKeyData), cert: pem(clientCertificateData) },
    };
  };
  return [kubeconfig, { method: "GET", path: "/clusters/:cluster/certs", handle: certs }];
}

/** Throws a `Refusal` (400) for a cluster that has no addresses yet, or no longer. */
function openCluster(ack: Ack, { params }: Call): Cluster {
  const cluster = requireCluster(ack.store, params["cluster"] ?? "");
  const isOpen = cluster.internalUrl !== "" && cluster.state !== "deleting" && cluster.state !== "deleted";
  if (!isOpen) throw wrongState(ack, "cluster", cluster.state);
  return cluster;
}

function userConfig(ack: Ack, made: Made, call: Call): Answer {
  const cluster = openCluster(ack, call);
  const server = addressFor(ack, cluster, call.query.get("PrivateIpAddress") === "true");
  const minutes = call.query.get("TemporaryDurationMinutes") ?? "";
  const { config, endsAt } =
    minutes === "" ? longLived(ack, made, cluster) : temporary(ack, cluster, minutesOf(minutes));
  const expiration = `${endOf(config, endsAt).toISOString().slice(0, 19)}Z`;
  return { status: 200, body: { config: yamlOf(cluster, { ...config, server }), expiration } };
}

/** The public address unless the private one is asked for, and the private one where that is all there is. */
function addressFor(ack: Ack, cluster: Cluster, isPrivate: boolean): string {
  if (isPrivate || (cluster.externalUrl === "" && ack.rules.privateOnly === "Private")) return cluster.internalUrl;
  if (cluster.externalUrl !== "") return cluster.externalUrl;
  throw invalid("PrivateIpAddress", "the cluster has no public address");
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= SHORTEST_MINUTES && minutes <= LONGEST_MINUTES) return minutes;
  throw invalid("TemporaryDurationMinutes", `must be from ${SHORTEST_MINUTES} to ${LONGEST_MINUTES}`);
}

/** A kubeconfig, and when the cloud says that it ends. */
interface Issued {
  readonly config: ServedKubeconfig;
  readonly endsAt: string;
}

/** A colleague who moves the end of a served certificate gets one of the simulator's: its server does not know it. */
function longLived(ack: Ack, made: Made, cluster: Cluster): Issued {
  const current = renewed(ack, cluster);
  const { certificateIssuedAt: from, certificateNotAfter: endsAt } = current;
  const served = ack.rules.kubeconfig;
  const lifeMs = Date.parse(endsAt) - Date.parse(from);
  const isMoved = Math.abs(lifeMs - ack.rules.certificateDays * DAY_MS) > ROUNDING_MS;
  if (served !== undefined && !isMoved) return { config: served, endsAt };
  const key = `${current.id} ${endsAt}`;
  const own = made.get(key) ?? makeCertificate(current, from, endsAt);
  made.set(key, own);
  if (served === undefined) return { config: own, endsAt };
  const { clientCertificateData, clientKeyData } = own;
  return { config: { ...served, clientCertificateData, clientKeyData }, endsAt };
}

/** The cluster with a certificate of which enough is left. */
function renewed(ack: Ack, cluster: Cluster): Cluster {
  const endMs = Date.parse(cluster.certificateNotAfter);
  const lifeMs = endMs - Date.parse(cluster.certificateIssuedAt);
  const isFresh = endMs - ack.timeline.now() > Math.min(RENEWED_BEFORE_MS, lifeMs / 2);
  return isFresh ? cluster : (amend(ack, "clusters", cluster.id, certificateLife(ack)) ?? cluster);
}

function temporary(ack: Ack, cluster: Cluster, minutes: number): Issued {
  const nowMs = ack.timeline.now();
  const endsAt = new Date(nowMs + minutes * MINUTE_MS).toISOString();
  const config = ack.rules.kubeconfig ?? makeCertificate(cluster, new Date(nowMs).toISOString(), endsAt);
  return { config, endsAt };
}

function makeCertificate(cluster: Cluster, from: string, to: string): ServedKubeconfig {
  const { certificatePem, keyPem } = selfSigned(cluster.name, new Date(from), new Date(to));
  const certificate = Buffer.from(certificatePem).toString("base64");
  return {
    server: cluster.internalUrl,
    certificateAuthorityData: certificate,
    clientCertificateData: certificate,
    clientKeyData: Buffer.from(keyPem).toString("base64"),
  };
}

/** A served certificate may end before the cloud's word. */
function endOf({ clientCertificateData }: ServedKubeconfig, endsAt: string): Date {
  const { validTo } = new X509Certificate(Buffer.from(clientCertificateData, "base64"));
  return new Date(Math.min(Date.parse(validTo), Date.parse(endsAt)));
}

/** 2.5: a kubeconfig in a string. One context, of the caller's own user. */
function yamlOf({ id }: Cluster, config: ServedKubeconfig): string {
  const user = "kubernetes-admin";
  const context = `${user}-${id}`;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    preferences: {},
    "current-context": context,
    clusters: [
      {
        name: "kubernetes",
        cluster: { server: config.server, "certificate-authority-data": config.certificateAuthorityData },
      },
    ],
    contexts: [{ name: context, context: { cluster: "kubernetes", user } }],
    users: [
      {
        name: user,
        user: { "client-certificate-data": config.clientCertificateData, "client-key-data": config.clientKeyData },
      },
    ],
  });
}
