// `yunfan inventory` in the process of the test: a process for each of hundreds of questions would be most of the work.
import { command } from "../../../../src/cli/inventory.ts";
import { sharedControlPlane } from "../../apiserver/controlplane.ts";

interface Said {
  /** With which a process would have ended. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Who calls it is no operator. */
export function inventoryFlags(account: string, clusterId: string): string[] {
  return ["--kubeconfig", sharedControlPlane().kubeconfigPath, "--account", account, "--cluster", clusterId];
}

/** Rejects with what no process would have said in words. */
export async function askInventory(args: readonly string[]): Promise<Said> {
  const said = { code: 0, out: "", err: "" };
  const inventory = command({
    begin: () => new AbortController().signal,
    print: (text) => void (said.out += text),
    end: () => undefined,
  });
  inventory.exitOverride().configureOutput({ writeErr: (text) => void (said.err += text) });
  await inventory.parseAsync(args, { from: "user" }).catch((error: unknown) => {
    if (said.err === "") throw error;
    said.code = (error as { readonly exitCode: number }).exitCode;
  });
  return said;
}
