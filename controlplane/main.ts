// The command `npm run controlplane`: a control plane that lives until a signal, with one JSON line when it is ready.
import { once } from "node:events";
import { Command, InvalidArgumentError } from "commander";
import { systemClock } from "../src/lib/clock.ts";
import { allowClosedPipes } from "../src/lib/closed-pipes.ts";
import { messageOf } from "../src/lib/errors.ts";
import { CONTROLLER_NAMES, type ControllerName } from "./controller-manager.ts";
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "./control-plane.ts";
import { onStopSignals, watchParent } from "./stop-signals.ts";

interface Flags {
  kubeconfig: string;
  respawn?: number;
  auditLog?: string;
  controllers: readonly ControllerName[];
  apiserverFlag: string[];
}

const log = (message: string): void => void process.stderr.write(`${message}\n`);

function parseFlags(argv: readonly string[]): Flags {
  return new Command("controlplane")
    .description("Runs a real etcd and kube-apiserver on loopback with throw-away data, until SIGTERM.")
    .requiredOption("--kubeconfig <file>", "where to write the administrator's kubeconfig")
    .option("--respawn <seconds>", "start a kube-apiserver that died again after that delay, on the same port", seconds)
    .option("--audit-log <file>", "let kube-apiserver write one JSON line per request there")
    .option(
      "--controllers <list>",
      `also run kube-controller-manager with these: ${CONTROLLER_NAMES.join(", ")}`,
      controllers,
      [],
    )
    .option("--apiserver-flag <flag...>", "one more flag for kube-apiserver, as --apiserver-flag=--v=3", [])
    .parse(argv)
    .opts<Flags>();
}

function controllers(text: string): readonly ControllerName[] {
  const asked = text.split(",");
  const known: readonly string[] = CONTROLLER_NAMES;
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${unknown.join(", ")}.`);
  return asked as readonly ControllerName[];
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("It must be a number of seconds, 0 or more.");
  return value;
}

async function main(): Promise<number> {
  const flags = parseFlags(process.argv);
  const stopping = new AbortController();
  const stop = (why: string): void => {
    log(`control plane: stopping (${why})`);
    stopping.abort();
  };
  // Both programs die with us, whatever happens: see guard.ts.
  onStopSignals({ emitter: process, clock: systemClock, stop, force: () => process.exit(1) });
  const parent = watchParent({ clock: systemClock, env: process.env, gone: (what) => stop(`${what} is gone`) });
  try {
    const controlPlane = await startControlPlane(optionsOf(flags, stopping.signal));
    parent.ready();
    return await live(controlPlane, flags, stopping.signal);
  } catch (error) {
    log(stopping.signal.aborted ? "control plane: stopped before it was ready" : `control plane: ${messageOf(error)}`);
    return 1;
  } finally {
    parent.close();
  }
}

function optionsOf(flags: Flags, signal: AbortSignal): ControlPlaneOptions {
  return {
    kubeconfigPath: flags.kubeconfig,
    ...(flags.respawn === undefined ? {} : { respawnMs: flags.respawn * 1000 }),
    ...(flags.auditLog === undefined ? {} : { auditLogPath: flags.auditLog }),
    controllers: flags.controllers,
    apiServerFlags: flags.apiserverFlag,
    signal,
    log: (message) => log(`control plane: ${message}`),
  };
}

/** Resolves with the exit code when somebody stopped it or it failed. */
async function live(controlPlane: ControlPlane, { kubeconfig }: Flags, signal: AbortSignal): Promise<number> {
  const { server, pids } = controlPlane;
  process.stdout.write(`${JSON.stringify({ event: "ready", server, kubeconfig, pids })}\n`);
  const aborted = signal.aborted ? Promise.resolve(undefined) : once(signal, "abort").then(() => undefined);
  const failure = await Promise.race([controlPlane.ended, aborted]);
  if (failure !== undefined) log(`control plane: ${failure.message}`);
  await controlPlane.stop();
  return failure === undefined ? 0 : 1;
}

allowClosedPipes();
// Not by running out of work: that gives up the signal handlers first, and the second signal of a Ctrl-C would kill it.
process.exit(await main());
