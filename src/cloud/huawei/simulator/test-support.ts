// For tests only: a signer written from the rules of SDK-HMAC-SHA256, a client that signs with it, and a simulator for both.
import { createHash, createHmac } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Clock } from "../../../lib/clock.ts";
import type { Received, Sent } from "../../simulation/test-support.ts";
import { ManualClock, TestClient } from "../../simulation/test-support.ts";
import type { HuaweiSimulatorOptions } from "./index.ts";
import { startHuaweiSimulator } from "./index.ts";

export const KEYS = { accessKey: "test-access-key", secretKey: "test-secret-key" };
export const USER = { username: "operator", password: "Right-1234", domain: "company" };
export const PROJECT = "0123456789abcdef0123456789abcdef";
export const CLUSTERS = `/api/v3/projects/${PROJECT}/clusters`;

export const MINUTE = 60_000;

export interface ToSign {
  method: string;
  /** Decoded, without the query. */
  path: string;
  /** Decoded. */
  query?: [string, string][];
  body?: string;
  /** All are signed. */
  headers: Record<string, string>;
  accessKey?: string;
  secretKey?: string;
}

/** The Authorization header for what `toSign` says. */
export function authorizationOf(toSign: ToSign): string {
  const { method, path, query = [], body = "", accessKey = KEYS.accessKey, secretKey = KEYS.secretKey } = toSign;
  const headers = Object.fromEntries(
    Object.entries(toSign.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const names = Object.keys(headers).sort();
  const uri = path.split("/").map(encode).join("/");
  const canonical = [
    method,
    uri.endsWith("/") ? uri : `${uri}/`,
    query
      .map(([key, value]) => `${encode(key)}=${encode(value)}`)
      .sort()
      .join("&"),
    names.map((name) => `${name}:${headers[name] ?? ""}\n`).join(""),
    names.join(";"),
    sha256(body),
  ].join("\n");
  const text = ["SDK-HMAC-SHA256", headers["x-sdk-date"], sha256(canonical)].join("\n");
  const signature = createHmac("sha256", secretKey).update(text).digest("hex");
  return `SDK-HMAC-SHA256 Access=${accessKey}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
}

function sdkDate(clock: Pick<Clock, "now">): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function encode(text: string): string {
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, hex);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What a JSON answer of CCE holds, as far as tests look. */
export interface Wire {
  metadata: { uid: string; name: string; [key: string]: unknown };
  spec: Record<string, unknown>;
  status: { phase?: string; jobID?: string; jobId?: string; [key: string]: unknown };
}

/** A client that signs every call of the cloud's own paths, unless it carries a token. */
export class CceClient extends TestClient {
  readonly #host: string;
  readonly #clock: Pick<Clock, "now">;

  constructor(url: string, clock: Pick<Clock, "now"> = Date) {
    super(url);
    this.#host = new URL(url).host;
    this.#clock = clock;
  }

  override send(path: string, sent: Sent = {}): Promise<Received> {
    const { method = "GET", headers = {}, body } = sent;
    if (headers["x-auth-token"] !== undefined || headers["authorization"] !== undefined) return super.send(path, sent);
    const [bare = "", query] = path.split("?");
    const signed = { host: this.#host, "x-sdk-date": sdkDate(this.#clock), ...headers };
    const authorization = this.authorization({
      method,
      path: decodeURIComponent(bare),
      query: [...new URLSearchParams(query)],
      headers: signed,
      body: typeof body === "string" ? body : (JSON.stringify(body) ?? ""),
    });
    return super.send(path, { ...sent, headers: { ...signed, authorization } });
  }

  protected authorization(toSign: ToSign): string {
    return authorizationOf(toSign);
  }

  /** The JSON of an answer that must have `status`. */
  async expectStatus(status: number, path: string, sent: Sent = {}): Promise<Wire> {
    const answer = await this.send(path, sent);
    if (answer.status !== status) throw new Error(`${sent.method ?? "GET"} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text === "" ? {} : answer.json()) as Wire;
  }

  /** Status and error code of an answer that is a refusal. */
  async refusal(path: string, sent: Sent = {}): Promise<[number, unknown]> {
    const answer = await this.send(path, sent);
    const body = answer.json() as Record<string, unknown>;
    return [answer.status, body["error_code"] ?? body["errorCode"] ?? body["code"]];
  }

  create(name: string, spec: Record<string, unknown> = {}): Promise<Wire> {
    return this.expectStatus(201, CLUSTERS, { method: "POST", body: clusterBody(name, spec) });
  }

  read(id: string): Promise<Wire> {
    return this.expectStatus(200, `${CLUSTERS}/${id}?errorStatus=true`);
  }

  async phase(id: string): Promise<string | undefined> {
    return (await this.read(id)).status.phase;
  }

  /** A cluster that is Available, by a colleague's hand; its id. */
  async available(name = "cluster"): Promise<string> {
    return (await this.colleague("POST", "clusters", { name })).id;
  }
}

export function clusterBody(name: string, spec: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: "Cluster",
    apiVersion: "v3",
    metadata: { name },
    spec: {
      type: "VirtualMachine",
      flavor: "cce.s1.small",
      hostNetwork: { vpc: "vpc-1", subnet: "subnet-1" },
      containerNetwork: { mode: "overlay_l2", cidr: "172.16.0.0/16" },
      ...spec,
    },
  };
}

/** As 7.14 makes it, of a password that is nobody's. */
export const SALTED = Buffer.from(`$6$KZ2u71CD4JjQneAy$${"a".repeat(86)}`).toString("base64");

export function poolBody(
  name: string,
  spec: Record<string, unknown> = {},
  template: Record<string, unknown> = {},
): Record<string, unknown> {
  const nodeTemplate = {
    flavor: "s6.large.2",
    az: "az1.dc1",
    os: "EulerOS 2.5",
    login: { sshKey: "key" },
    rootVolume: { volumetype: "SATA", size: 40 },
    dataVolumes: [{ volumetype: "SATA", size: 100, extendParam: { useType: "docker" } }],
    ...template,
  };
  return {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name },
    spec: { initialNodeCount: 0, nodeTemplate, ...spec },
  };
}

export const ADDONS = "/api/v3/addons";

export function installBody(
  clusterID: string | undefined,
  spec: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    kind: "Addon",
    apiVersion: "v3",
    metadata: { annotations: { "addon.install/type": "install" } },
    spec: { clusterID, version: "1.0.1", addonTemplateName: "metrics-server", values: { basic: {} }, ...spec },
  };
}

export function upgradeBody(clusterID: string, spec: Record<string, unknown> = {}): unknown {
  return { ...installBody(clusterID, spec), metadata: { "addon.upgrade/type": "upgrade" } };
}

export interface Bed {
  client: CceClient;
  clock: ManualClock;
}

/** A simulator on a clock turned by hand, with a signing client; both are closed at the end of the test. */
export async function startTestBed(options: Partial<HuaweiSimulatorOptions> = {}): Promise<Bed> {
  const clock = new ManualClock();
  const simulator = await startHuaweiSimulator({
    listen: "127.0.0.1:0",
    ...KEYS,
    ...USER,
    projectId: PROJECT,
    projectName: "region-1",
    clock,
    ...options,
  });
  const client = new CceClient(simulator.url, clock);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  return { client, clock };
}
