// Whether lanes touch each other. What a session hangs on the reference does not say: until it is seen that one lane stays in its place while
// another one goes elsewhere, turns have the account to themselves.
import type { Company } from "./turn-order.ts";

/** What a look into one lane showed while another one stood in its own place. Ended: nothing, as where its session had ended. */
export type Proof = "Stayed" | "Moved" | "Unclear" | "Ended";

/** So often in a row may it be unclear; then it is taken for a no. */
const MOST_UNCLEAR = 3;

export class Apart {
  #state: "Unknown" | "Apart" | "Touching";
  #unclear = 0;

  constructor(sessions: "Auto" | "Exclusive") {
    this.#state = sessions === "Auto" ? "Unknown" : "Touching";
  }

  get company(): Company {
    return this.#state === "Apart" ? "Beside" : "Alone";
  }

  get isUnknown(): boolean {
    return this.#state === "Unknown";
  }

  learn(proof: Proof): void {
    if (this.#state !== "Unknown" || proof === "Ended") return;
    this.#unclear = proof === "Unclear" ? this.#unclear + 1 : 0;
    if (proof === "Stayed") this.#state = "Apart";
    if (proof === "Moved" || this.#unclear === MOST_UNCLEAR) this.#state = "Touching";
  }

  /** For good: something stood elsewhere than it was confirmed to. */
  deny(): void {
    this.#state = "Touching";
  }
}
