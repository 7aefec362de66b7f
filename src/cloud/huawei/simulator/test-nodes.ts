// For tests only: the bodies of calls about nodes, and a client of one cluster's nodes.
import type { HuaweiSimulatorOptions } from "./index.ts";
import type { Bed, CceClient, Wire } from "./test-support.ts";
import { CLUSTERS, PROJECT, startTestBed } from "./test-support.ts";

export function nodeBody(name: string, spec: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: "Node",
    apiVersion: "v3",
    metadata: { name, labels: { foo: "bar" }, annotations: { annotation1: "abc" } },
    spec: {
      flavor: "s1.medium",
      az: "az1.dc1",
      login: { sshKey: "myKeypair" },
      rootVolume: { size: 40, volumetype: "SATA" },
      dataVolumes: [{ size: 100, volumetype: "SATA" }],
      count: 1,
      ...spec,
    },
  };
}

const REINSTALL = { os: "EulerOS 2.5", login: { sshKey: "KeyPair-001" } };

export function acceptBody(serverID: string, spec: Record<string, unknown> = {}): Record<string, unknown> {
  return { kind: "List", apiVersion: "v3", nodeList: [{ serverID, spec: { ...REINSTALL, ...spec } }] };
}

export function resetBody(nodeID: string, spec: Record<string, unknown> = {}): Record<string, unknown> {
  return { kind: "List", apiVersion: "v3", nodeList: [{ nodeID, spec: { ...REINSTALL, ...spec } }] };
}

export function detachBody(...ids: string[]): { spec: Record<string, unknown> } {
  return { spec: { login: REINSTALL.login, nodes: ids.map((uid) => ({ uid })) } };
}

export function moveBody(...ids: string[]): { spec: Record<string, unknown> } {
  return { spec: { ...REINSTALL, nodes: ids.map((uid) => ({ uid })) } };
}

/** The sub-jobs of a job as 4.1.24 shows it. */
export function subJobsOf({ spec }: Wire): Wire[] {
  return spec["subJobs"] as Wire[];
}

/** The paths of one cluster's nodes. */
export class Nodes {
  readonly client: CceClient;
  readonly path: string;

  constructor(client: CceClient, clusterId: string) {
    this.client = client;
    this.path = `${CLUSTERS}/${clusterId}/nodes`;
  }

  create(name: string, spec: Record<string, unknown> = {}): Promise<Wire> {
    return this.client.expectStatus(201, this.path, { method: "POST", body: nodeBody(name, spec) });
  }

  /** Sends one of the calls that answer 200 with a job; its id. */
  async send(method: "POST" | "PUT" | "DELETE", part: string, body?: unknown): Promise<string> {
    const answer = (await this.client.expectStatus(200, `${this.path}/${part}`, { method, body })) as Partial<Wire> & {
      jobid?: string;
    };
    return answer.jobid ?? answer.status?.jobID ?? "";
  }

  accept(serverId: string, spec: Record<string, unknown> = {}): Promise<string> {
    return this.send("POST", "add", acceptBody(serverId, spec));
  }

  read(id: string): Promise<Wire> {
    return this.client.expectStatus(200, `${this.path}/${id}`);
  }

  async list(): Promise<Wire[]> {
    return ((await this.client.send(this.path)).json() as { items: Wire[] }).items;
  }

  async phases(): Promise<unknown[]> {
    return (await this.list()).map(({ status }) => status.phase);
  }

  job(id: string): Promise<Wire> {
    return this.client.expectStatus(200, `/api/v3/projects/${PROJECT}/jobs/${id}`);
  }

  /** A server that a colleague has planted. */
  async server(input: Record<string, unknown> = {}): Promise<string> {
    return (await this.client.colleague("POST", "servers", { name: "server", ...input })).id;
  }

  async imaged(): Promise<unknown[]> {
    return ((await this.client.state())["servers"] ?? []).map(({ imaged }) => imaged);
  }
}

/** A simulator with a cluster that is Available, and the client of its nodes. */
export async function startNodes(
  options: Partial<HuaweiSimulatorOptions> = {},
): Promise<Bed & { nodes: Nodes; clusterId: string }> {
  const bed = await startTestBed(options);
  const clusterId = await bed.client.available();
  return { ...bed, clusterId, nodes: new Nodes(bed.client, clusterId) };
}
