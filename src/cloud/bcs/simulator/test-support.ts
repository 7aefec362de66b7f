// For tests only: a client of the simulator that shows its token, and a simulator on a clock turned by hand.
import { onTestFinished } from "vitest";
import type { Received, Sent } from "../../simulation/test-support.ts";
import { ManualClock, TestClient } from "../../simulation/test-support.ts";
import type { BcsSimulatorOptions } from "./index.ts";
import { startBcsSimulator } from "./index.ts";

export const TOKEN = "test-token";
export const GATEWAY = "/bcsapi/v4/storage";
export const DIRECT = "/bcsstorage/v1";
export const BOTH_HEADERS = { authorization: `Bearer ${TOKEN}`, "x-bcs-user-token": TOKEN };

/** Its dynamic data of the type `Thing` in the cluster `c1`. */
export const ALL = "/k8s/dynamic/all_resources/clusters/c1/Thing";
export const CLUSTERED = "/k8s/dynamic/cluster_resources/clusters/c1/Thing";
export const namespaced = (namespace: string): string =>
  `/k8s/dynamic/namespace_resources/clusters/c1/namespaces/${namespace}/Thing`;

export type Row = Record<string, unknown> & { data?: unknown };

/** The store's envelope. */
export interface Envelope {
  result: boolean;
  code: number;
  message: string;
  data: unknown;
  total?: number;
}

/** What `extra` is sent as. */
export function extra(conditions: unknown): string {
  return encodeURIComponent(Buffer.from(JSON.stringify(conditions)).toString("base64"));
}

/** A client that shows the token in both headers; paths are below the gateway's prefix. */
export class BcsClient extends TestClient {
  /** Sends a call of the store. */
  call(path: string, { headers = BOTH_HEADERS, ...sent }: Sent = {}): Promise<Received> {
    return this.send(`${GATEWAY}${path}`, { ...sent, headers });
  }

  /** The envelope of an answer that must be HTTP 200. */
  async envelope(path: string, sent: Sent = {}): Promise<Envelope> {
    const answer = await this.call(path, sent);
    if (answer.status !== 200) throw new Error(`${sent.method ?? "GET"} ${path}: ${answer.status} ${answer.text}`);
    return answer.json() as Envelope;
  }

  /** `data` of an answer that must be a success. */
  async data(path: string, sent: Sent = {}): Promise<unknown> {
    const envelope = await this.envelope(path, sent);
    if (!envelope.result) throw new Error(`${sent.method ?? "GET"} ${path}: ${envelope.code} ${envelope.message}`);
    return envelope.data;
  }

  async rows(path: string): Promise<Row[]> {
    return (await this.data(path)) as Row[];
  }

  /** The code of an answer that must be a failure. */
  async code(path: string, sent: Sent = {}): Promise<number> {
    const { result, code } = await this.envelope(path, sent);
    if (result) throw new Error(`${sent.method ?? "GET"} ${path}: a success`);
    return code;
  }

  put(path: string, data: unknown): Promise<unknown> {
    return this.data(path, { method: "PUT", body: { data } });
  }

  remove(path: string, body?: unknown): Promise<unknown> {
    return this.data(path, { method: "DELETE", body });
  }

  /** The names of the records of `Thing` that exist, in order of names; with their namespace where they have one. */
  async things(): Promise<string[]> {
    const { records = [] } = (await this.state()) as Record<string, Row[]>;
    const things = records.filter(({ resourceType }) => resourceType === "Thing");
    return things.map(({ namespace, resourceName }) => [namespace, resourceName].filter(Boolean).join("/")).sort();
  }
}

interface Bed {
  client: BcsClient;
  clock: ManualClock;
  url: string;
}

/** A simulator on a clock turned by hand, with a client; both are closed at the end of the test. */
export async function startTestBed(options: Partial<BcsSimulatorOptions> = {}): Promise<Bed> {
  const clock = new ManualClock();
  const simulator = await startBcsSimulator({ listen: "127.0.0.1:0", token: TOKEN, clock, ...options });
  const client = new BcsClient(simulator.url);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  return { client, clock, url: simulator.url };
}
