// A CTYUN simulator over real HTTP and what a test asks of it: what exists, what was requested, which faults, and what a
// colleague does behind our back.
import { startCtyunSimulator, type CtyunSimulatorOptions } from "../../src/cloud/ctyun/simulator/index.ts";

export const CREDENTIALS = { accessKey: "test-access-key", secretKey: "test-secret-key" } as const;

/** Of the cloud's namespace "default", which every simulator has. */
export const PULL_CREDENTIALS = {
  username: "caasuser",
  password: Buffer.from("pull password of default").toString("base64"),
  registry: "10.150.1.20:443",
} as const;

export interface SimulatedProject {
  readonly id: string;
  readonly name: string;
  readonly public: boolean;
  readonly owner?: string;
}

export interface LoggedRequest {
  readonly seq: number;
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  /** 0 where no answer was sent. */
  readonly status: number;
  readonly effect: boolean;
  readonly fault: string | null;
}

/** As in design section 9; what is left out has its default. */
export interface Fault {
  readonly action: string;
  readonly method?: string;
  readonly path?: string;
  readonly skip?: number;
  readonly times?: number;
  readonly probability?: number;
  readonly ms?: number;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

export interface Simulator extends AsyncDisposable {
  readonly url: string;
  projects(): Promise<SimulatedProject[]>;
  requests(): Promise<LoggedRequest[]>;
  /** Requests that changed something. */
  effects(): Promise<LoggedRequest[]>;
  setFaults(faults: readonly Fault[], seed?: number): Promise<void>;
  /** Lets held requests go. */
  release(): Promise<void>;
  /** POST, PATCH or DELETE below /_simulator/: what a colleague does. Resolves with the answer. */
  behindOurBack(method: "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<unknown>;
}

export async function startSimulator(options: Partial<CtyunSimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startCtyunSimulator({ listen: "127.0.0.1:0", ...CREDENTIALS, ...options });
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${simulator.url}/_simulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const requests = async (): Promise<LoggedRequest[]> => (await control("GET", "requests")) as LoggedRequest[];
  return {
    url: simulator.url,
    projects: async () => ((await control("GET", "state")) as { projects: SimulatedProject[] }).projects,
    requests,
    effects: async () => (await requests()).filter(({ effect }) => effect),
    setFaults: async (faults, seed = 1) => void (await control("PUT", "faults", { seed, faults })),
    release: async () => void (await control("POST", "release")),
    behindOurBack: control,
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}
