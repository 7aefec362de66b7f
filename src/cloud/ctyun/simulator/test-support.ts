// For tests only: a signer written from CTYUN CCI 2.3.2, a client that signs with it, and a running simulator for both.
import { createHmac } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Clock } from "../../../lib/clock.ts";
import type { Received, Sent } from "../../simulation/test-support.ts";
import { TestClient } from "../../simulation/test-support.ts";
import type { CtyunSimulatorOptions } from "./index.ts";
import { startCtyunSimulator } from "./index.ts";

export const ACCESS_KEY = "test-access-key";
export const SECRET_KEY = "test-secret-key";

export interface ToSign {
  method: string;
  /** Decoded, without the query. */
  path: string;
  /** Decoded; a key without a value has `undefined`. */
  query?: [string, string | undefined][];
  /** Names in lower case. */
  headers: Record<string, string>;
  signedHeaders?: string[];
  accessKey?: string;
  secretKey?: string;
  timestamp?: string;
}

/** The signature of 2.3.2. */
export function signatureOf({
  method,
  path,
  query = [],
  headers,
  signedHeaders = [],
  secretKey = SECRET_KEY,
}: ToSign): string {
  const sorted = [...query].sort(([left], [right]) => (left < right ? -1 : Number(left > right)));
  const names = signedHeaders.length === 0 ? ["host"] : signedHeaders;
  const lines = names
    .filter((name) => (headers[name] ?? "").trim() !== "")
    .map((name) => `${encode(name)}:${encode((headers[name] ?? "").trim())}`)
    .sort();
  const canonicalRequest = [
    method,
    encode(path).replaceAll("%2F", "/"),
    sorted.map(([key, value]) => `${encode(key)}=${encode(value ?? "")}`).join("&"),
    lines.join("\n"),
  ].join("\n");
  return createHmac("sha256", secretKey).update(canonicalRequest).digest("hex");
}

/** The Authorization header of 2.3.1. */
export function authorizationOf(request: ToSign): string {
  const { accessKey = ACCESS_KEY, timestamp = String(Math.floor(Date.now() / 1000)), signedHeaders = [] } = request;
  return ["auth-v1", accessKey, timestamp, signedHeaders.join(";"), signatureOf(request)].join("/");
}

function encode(text: string): string {
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, hex);
}

/** A client that signs every call of the cloud's own paths with the default, the Host header. */
export class SignedClient extends TestClient {
  readonly #host: string;
  readonly #clock: Pick<Clock, "now">;

  constructor(url: string, clock: Pick<Clock, "now"> = Date) {
    super(url);
    this.#host = new URL(url).host;
    this.#clock = clock;
  }

  override send(path: string, sent: Sent = {}): Promise<Received> {
    const { method = "GET", headers = {} } = sent;
    const [bare = "", query] = path.split("?");
    const authorization = authorizationOf({
      method,
      path: decodeURIComponent(bare),
      query: [...new URLSearchParams(query)],
      headers: { host: this.#host },
      timestamp: String(Math.floor(this.#clock.now() / 1000)),
    });
    return super.send(path, { ...sent, headers: { authorization, ...headers } });
  }

  /** Creates a project of ours over the cloud's API, which must succeed; returns its id. */
  async createProject(name: string, isPublic = "false"): Promise<string> {
    const body = { project_name: name, metadata: { public: isPublic } };
    const { status, headers, text } = await this.send("/registry/api/projects", { method: "POST", body });
    if (status !== 201) throw new Error(`creating ${name}: ${status} ${text}`);
    return String(headers["location"]).replace("/registry/api/projects/", "");
  }

  /** The fields of each project on one page of the list. */
  async projects(query = "page=1&page_size=100"): Promise<Record<string, unknown>[]> {
    return (await this.send(`/registry/api/projects?${query}`)).json() as Record<string, unknown>[];
  }
}

interface TestSimulatorOptions extends Partial<CtyunSimulatorOptions> {
  /** Default: the simulator's. */
  signerClock?: Pick<Clock, "now">;
}

/** A simulator with a signing client; both are closed at the end of the test. */
export async function startTestSimulator(options: TestSimulatorOptions = {}): Promise<SignedClient> {
  const { signerClock = options.clock, ...rest } = options;
  const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
  const simulator = await startCtyunSimulator({ listen: "127.0.0.1:0", ...keys, ...rest });
  const client = new SignedClient(simulator.url, signerClock);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  return client;
}
