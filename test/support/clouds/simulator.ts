// A simulator over real HTTP and what a test asks of it: what was requested, which faults, what a colleague does behind our
// back; and CTYUN's, with what exists there.
import { startCtyunSimulator, type CtyunSimulatorOptions } from "../../../src/cloud/ctyun/simulator/index.ts";
import type { RunningSimulator } from "../../../src/cloud/simulation/definition.ts";

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
  /** Of HuaweiCCE: what the answer's X-Request-Id says. */
  readonly requestId?: string;
}

/** As the simulator takes it; what is left out has its default. */
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

/** Of any cloud. */
export interface SimulatorControls extends AsyncDisposable {
  readonly url: string;
  /** All records there are, by collection. */
  state(): Promise<unknown>;
  requests(): Promise<LoggedRequest[]>;
  /** Requests that changed something. */
  effects(): Promise<LoggedRequest[]>;
  setFaults(faults: readonly Fault[], seed?: number): Promise<void>;
  /** Lets held requests go. */
  release(): Promise<void>;
  /** POST, PATCH or DELETE below /_simulator/: what a colleague does. Resolves with the answer. */
  behindOurBack(method: "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<unknown>;
}

/** CTYUN's. */
export interface Simulator extends SimulatorControls {
  projects(): Promise<SimulatedProject[]>;
}

export type SimulatorOptions = Partial<CtyunSimulatorOptions>;

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const controls = controlsOf(await startCtyunSimulator({ listen: "127.0.0.1:0", ...CREDENTIALS, ...options }));
  return {
    ...controls,
    projects: async () => ((await controls.state()) as { projects: SimulatedProject[] }).projects,
  };
}

/** Disposing of them closes the simulator. */
export function controlsOf(simulator: RunningSimulator): SimulatorControls {
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
    state: () => control("GET", "state"),
    requests,
    effects: async () => (await requests()).filter(({ effect }) => effect),
    setFaults: async (faults, seed = 1) => void (await control("PUT", "faults", { seed, faults })),
    release: async () => void (await control("POST", "release")),
    behindOurBack: control,
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}
