// A simulated ACK on a clock turned by hand, and a client that signs every call of the cloud's own paths.
import { onTestFinished } from "vitest";
import type { AlibabaSimulatorOptions } from "../../../../src/cloud/alibaba/simulator/index.ts";
import { startAlibabaSimulator } from "../../../../src/cloud/alibaba/simulator/index.ts";
import type { Received, Sent, Shown } from "../../../../src/cloud/simulation/test-support.ts";
import { ManualClock, TestClient } from "../../../../src/cloud/simulation/test-support.ts";
import type { Keys, ToSign } from "./signer.ts";
import { acs3Headers, roaHeaders } from "./signer.ts";

export const KEYS: Keys = { accessKey: "test-access-key", secretKey: "test-secret-key" };
export const REGION = "cn-hangzhou";

export const SECOND = 1_000;
export const MINUTE = 60_000;

/** A JSON object of an answer, as far as tests look. */
export type Wire = Record<string, unknown>;

type How = "Acs3" | "Roa";

export class AckClient extends TestClient {
  readonly #host: string;
  readonly #clock: Pick<ManualClock, "now">;
  keys: Keys = KEYS;
  how: How;

  constructor(url: string, clock: Pick<ManualClock, "now">, how: How) {
    super(url);
    this.#host = new URL(url).host;
    this.#clock = clock;
    this.how = how;
  }

  /** Signs unless there is an Authorization header already, or the path is the simulator's. */
  override send(path: string, sent: Sent = {}): Promise<Received> {
    if (path.startsWith("/_simulator/") || sent.headers?.["authorization"] !== undefined) return super.send(path, sent);
    return super.send(path, { ...sent, headers: this.signed(path, sent) });
  }

  /** The headers that {@link AckClient.send} sends. */
  signed(path: string, { method = "GET", headers = {}, body }: Sent = {}): Record<string, string> {
    const [bare = "", query] = path.split("?");
    const toSign: ToSign = {
      method,
      path: decodeURIComponent(bare),
      query: [...new URLSearchParams(query)],
      headers: { host: this.#host, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      body: typeof body === "string" ? body : (JSON.stringify(body) ?? ""),
    };
    return (this.how === "Roa" ? roaHeaders : acs3Headers)(toSign, this.keys, this.#clock.now());
  }

  /** The JSON of an answer that must be a success; an empty one reads as an empty object. */
  async ask<Body = Wire>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.send(path, body === undefined ? { method } : { method, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text === "" ? {} : answer.json()) as Body;
  }

  get<Body = Wire>(path: string): Promise<Body> {
    return this.ask<Body>("GET", path);
  }

  /** Status and code of an answer that is a refusal. */
  async refusal(method: string, path: string, body?: unknown): Promise<[number, unknown]> {
    const answer = await this.send(path, body === undefined ? { method } : { method, body });
    if (answer.status < 300) throw new Error(`${method} ${path} passed: ${answer.text}`);
    return [answer.status, (answer.json() as Wire)["code"]];
  }

  /** A cluster that is running, by a colleague's hand; its id. */
  async running(name = "cluster", fields: object = {}): Promise<string> {
    return (await this.colleague("POST", "clusters", { name, ...fields })).id;
  }

  /** The one record of a collection that has the name. */
  async shown(collection: string, name: string): Promise<Shown> {
    const found = ((await this.state())[collection] ?? []).filter((record) => record["name"] === name);
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} of ${name} in ${collection}`);
    return found[0];
  }

  async stateOf(clusterId: string): Promise<unknown> {
    return (await this.get(`/clusters/${clusterId}`))["state"];
  }
}

export interface Bed {
  readonly client: AckClient;
  readonly clock: ManualClock;
}

/** Both are closed at the end of the test. */
export async function startBed(options: Partial<AlibabaSimulatorOptions> = {}): Promise<Bed> {
  const clock = new ManualClock();
  const simulator = await startAlibabaSimulator({ listen: "127.0.0.1:0", ...KEYS, region: REGION, clock, ...options });
  const client = new AckClient(simulator.url, clock, options.dialect === "Reference" ? "Roa" : "Acs3");
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  return { client, clock };
}

/** A bed of the dialect `Reference`. */
export function startReferenceBed(options: Partial<AlibabaSimulatorOptions> = {}): Promise<Bed> {
  return startBed({ dialect: "Reference", ...options });
}
