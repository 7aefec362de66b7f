// Operators of EasyStack's stands that live for a piece of work, or die at an instant.
import type { EasyStackStand } from "./environment.ts";

const FLAGS = { flags: ["--no-leader-elect"] };

type Operator = ReturnType<EasyStackStand["operator"]>;

/** With an operator that ends when the work is done. `settleSeconds`: how long a create may still take effect, by its word. */
export async function living(
  stand: EasyStackStand,
  work: (operator: Operator) => Promise<unknown>,
  settleSeconds = 120,
): Promise<void> {
  const operator = stand.operator({ flags: [...FLAGS.flags, "--settle-window", String(settleSeconds)] });
  try {
    await operator.ready;
    await work(operator);
  } finally {
    await operator[Symbol.asyncDispose]();
  }
}

/** With an operator that is killed as soon as `untilThen` resolves, while these faults are on. */
export async function dying(
  stand: EasyStackStand,
  faults: Parameters<EasyStackStand["simulator"]["setFaults"]>[0],
  untilThen: () => Promise<unknown>,
): Promise<void> {
  await stand.simulator.setFaults(faults);
  const operator = stand.operator(FLAGS);
  await operator.ready;
  await untilThen();
  operator.kill("SIGKILL");
  await operator.ended;
  await stand.simulator.release();
  await stand.simulator.setFaults([]);
}
