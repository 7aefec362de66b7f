// For tests only: a client that signs in as the reference says and keeps its cookie, and a simulator for it.
import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Received, Sent } from "../../simulation/test-support.ts";
import { ManualClock, TestClient } from "../../simulation/test-support.ts";
import type { EasyStackSimulatorOptions } from "./index.ts";
import { startEasyStackSimulator } from "./index.ts";

export const USER = { username: "operator", password: "Right-1234" };
export const PROJECT = "p-0123456789abcdef";
export const USER_ID = "u-0123456789abcdef";

interface Login {
  name?: string;
  id?: string;
  password?: string;
  domain?: object;
  scope?: object | null;
}

/** A sign-in for the project, by the user's name unless an id is given. */
export function login({ name, id, password = USER.password, domain, scope }: Login = {}): object {
  const named = { name: name ?? USER.username, domain: domain ?? { name: "Default" } };
  const user = { ...(id === undefined ? named : { id }), password };
  const project = { project: { name: "admin", domain: { name: "Default" } } };
  return {
    auth: {
      identity: { methods: ["password"], password: { user } },
      ...(scope !== null && { scope: scope ?? project }),
    },
  };
}

type Json = Record<string, unknown>;

/** Sends its token and, unless told otherwise, the cookie that it was given last. */
export class EcnsClient extends TestClient {
  token = "";
  cookie: string | undefined;
  keepsCookie = true;

  async signIn(as: Login = {}): Promise<void> {
    const answer = await super.send("/v3/auth/tokens", { method: "POST", body: login(as) });
    if (answer.status !== 201) throw new Error(`signing in: ${answer.status} ${answer.text}`);
    this.token = String(answer.headers["x-subject-token"]);
  }

  override async send(path: string, sent: Sent = {}): Promise<Received> {
    if (path.startsWith("/_simulator/")) return super.send(path, sent);
    const own = {
      "x-auth-token": this.token,
      ...(this.cookie !== undefined && { cookie: `sessionid=${this.cookie}` }),
    };
    const answer = await super.send(path, { ...sent, headers: { ...own, ...sent.headers } });
    const given = /sessionid=([^;]+)/.exec(String(answer.headers["set-cookie"] ?? ""))?.[1];
    if (given !== undefined && this.keepsCookie) this.cookie = given;
    return answer;
  }

  /** One call below `/api/ecns/`. */
  call(method: string, path: string, body?: unknown): Promise<Received> {
    return this.send(`/api/ecns/${path}`, { method, ...(body !== undefined && { body }) });
  }

  /** The JSON of a 2xx, an empty object where there is none. */
  async ok(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === "" ? {} : (answer.json() as Json);
  }

  /** One list that an answer names. */
  async list(path: string, name: string): Promise<Json[]> {
    return (await this.ok("GET", path))[name] as Json[];
  }

  /** Status and message of an answer that is a refusal. */
  async refusal(method: string, path: string, body?: unknown): Promise<[number, string]> {
    const answer = await this.call(method, path, body);
    const { error } = answer.json() as { error?: { code: number; message: string } };
    if (error?.code !== answer.status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return [answer.status, error.message];
  }

  /** Switches to a place, which must succeed. */
  enter(cluster: string, namespace = "default"): Promise<Json> {
    return this.ok("GET", `eks/namespace/${PROJECT}/cluster/${cluster}/ns/${namespace}/`);
  }

  /** Another client of the same simulator, signed in; closed at the end of the test. */
  async other(as: Login = {}): Promise<EcnsClient> {
    const client = new EcnsClient(this.url);
    onTestFinished(() => client.close());
    await client.signIn(as);
    return client;
  }
}

export interface Bed {
  client: EcnsClient;
  clock: ManualClock;
}

type Options = Partial<EasyStackSimulatorOptions>;

const DEFAULTS = { listen: "127.0.0.1:0", ...USER, userId: USER_ID, projectId: PROJECT };

/** A simulator on a clock turned by hand, with a client that has signed in; both are closed at the end of the test. */
export async function startTestBed(options: Options = {}): Promise<Bed> {
  const clock = new ManualClock();
  return { client: await start({ clock, ...options }), clock };
}

export interface ClusterBed {
  client: EcnsClient;
  /** The one cluster's name, which no other test has. */
  cluster: string;
}

/** A simulator in front of a real API server, twenty times as fast as the cloud; its session stands in the cluster's `default`. */
export async function startClusterBed(kubeconfig: string, options: Options = {}): Promise<ClusterBed> {
  const cluster = `t${randomBytes(4).toString("hex")}`;
  const clusters = options.clusters ?? [{ name: cluster, type: "EKS" as const }];
  const client = await start({ kubeconfig, speed: 20, ...options, clusters });
  return { client, cluster: clusters[0]?.name ?? cluster };
}

async function start(options: Options): Promise<EcnsClient> {
  const simulator = await startEasyStackSimulator({ ...DEFAULTS, ...options });
  const client = new EcnsClient(simulator.url);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  await client.signIn();
  return client;
}
