// Chance with a seed: what a chaos test chooses is the same in every run with that seed (when it strikes is the machine's).
import { setTimeout as pause } from "node:timers/promises";

export interface Chance {
  /** In [0, 1). */
  draw(): number;
  /** True with that probability. */
  happens(probability: number): boolean;
  /** One of them; throws where there is none. */
  oneOf<T>(choices: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
  /** Waits between so and so many milliseconds. */
  pause(leastMs: number, mostMs: number): Promise<void>;
  /** An independent one, so that those who act at the same time do not take each other's draws. */
  branch(): Chance;
}

/** mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    draw,
    happens: (probability) => draw() < probability,
    oneOf(choices) {
      const chosen = choices[Math.floor(draw() * choices.length)];
      if (chosen === undefined) throw new Error("There is nothing to choose from");
      return chosen;
    },
    shuffled(items) {
      const keyed = items.map((item) => ({ item, key: draw() }));
      return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
    },
    pause: (leastMs, mostMs) => pause(leastMs + draw() * (mostMs - leastMs)),
    branch: () => chanceOf(draw() * 2 ** 32),
  };
}
