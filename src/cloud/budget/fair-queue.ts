// A queue that is fair between owners: one turn each, round and round; within one owner first come, first served.

export class Turns<T> {
  /** Owners in the order of their next turn; none has an empty list. */
  readonly #waiting = new Map<string, T[]>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  add(owner: string, item: T): void {
    const items = this.#waiting.get(owner);
    if (items === undefined) this.#waiting.set(owner, [item]);
    else items.push(item);
  }

  /** The next item; its owner goes to the end of the round. */
  next(): T | undefined {
    for (const [owner, [item, ...rest]] of this.#waiting) {
      this.#waiting.delete(owner);
      if (rest.length > 0) this.#waiting.set(owner, rest);
      return item;
    }
    return undefined;
  }

  /** Takes an item out wherever it stands; what is not there is no error. The turn of its owner stays where it was. */
  remove(owner: string, item: T): void {
    const rest = this.#waiting.get(owner)?.filter((other) => other !== item);
    if (rest === undefined) return;
    if (rest.length > 0) this.#waiting.set(owner, rest);
    else this.#waiting.delete(owner);
  }
}
