// A kubeconfig of somebody else's cluster, read as data: where the server is and who we are, and nothing that would run programs,
// read our files or lead elsewhere. No message repeats what it says.
import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import * as z from "zod";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import { TerminalError } from "../../lib/errors.ts";

const data = z.string().min(1).optional();

const cluster = z.strictObject({
  server: z.string(),
  "certificate-authority-data": data,
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": data,
});

const user = z.strictObject({
  "client-certificate-data": data,
  "client-key-data": data,
  token: data,
  username: data,
  password: data,
});

/** Entries are looked at where they are used: what else is in the file does not matter. */
const file = z.object({
  "current-context": z.string(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
});

export interface InlineKubeconfig {
  readonly server: string;
  readonly kubeConfig: KubeConfig;
}

/** Of its current context. `source`: where it is, in messages. Throws TerminalError KubeconfigRefused that names the field. */
export function inlineKubeconfig(text: string, source: string): InlineKubeconfig {
  const refuse = (what: string): never => {
    const message = `${source}: ${what}. Yunfan takes a server and inline certificates, a token or a password from it, and nothing else`;
    throw new TerminalError({ reason: Reason.KubeconfigRefused, message });
  };
  const config = fitted(file, parsed(text, refuse), { at: "", refuse });
  const context = config.contexts.find(({ name }) => name === config["current-context"])?.context;
  const clusterEntry = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const userEntry = config.users.find(({ name }) => name === context?.user)?.user;
  if (clusterEntry === undefined || userEntry === undefined) return refuse("its current context leads nowhere");
  const there = fitted(cluster, clusterEntry, { at: "cluster.", refuse });
  const us = fitted(user, userEntry ?? {}, { at: "user.", refuse });
  if (URL.parse(there.server)?.protocol !== "https:") return refuse("cluster.server is no https address");
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    {
      name: "target",
      server: there.server,
      skipTLSVerify: there["insecure-skip-tls-verify"] ?? false,
      ...given("caData", there["certificate-authority-data"]),
      ...given("tlsServerName", there["tls-server-name"]),
    },
    {
      name: "user",
      ...given("certData", us["client-certificate-data"]),
      ...given("keyData", us["client-key-data"]),
      ...given("token", us.token),
      ...given("username", us.username),
      ...given("password", us.password),
    },
  );
  return { server: there.server, kubeConfig };
}

type Refuse = (what: string) => never;

function parsed(text: string, refuse: Refuse): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch {
    return refuse("it is neither YAML nor JSON");
  }
}

function fitted<T extends z.ZodType>(
  schema: T,
  value: unknown,
  { at, refuse }: { at: string; refuse: Refuse },
): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const keys = issue?.code === "unrecognized_keys" ? issue.keys : [issue?.path.join(".") ?? ""];
  return refuse(`the field ${at}${keys[0] ?? ""} is missing, or is not taken`);
}

function given<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: string });
}
