// A binary heap whose items can be moved and removed by identity in O(log n), which the published ones cannot do.

/** Smallest first, as `before` says. An item stands in it at most once. */
export class Heap<T> {
  readonly #before: (a: T, b: T) => boolean;
  readonly #items: T[] = [];
  readonly #positions = new Map<T, number>();

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds the item, or puts it right after its rank changed. */
  place(item: T): void {
    const position = this.#positions.get(item) ?? this.#items.length;
    this.#put(item, position);
    this.#sink(item, this.#rise(item, position));
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Removing an item that is not there is fine. */
  remove(item: T): void {
    const position = this.#positions.get(item);
    if (position === undefined) return;
    this.#positions.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#put(last, position);
    this.#sink(last, this.#rise(last, position));
  }

  #put(item: T, position: number): void {
    this.#items[position] = item;
    this.#positions.set(item, position);
  }

  #rise(item: T, from: number): number {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || !this.#before(item, parent)) break;
      this.#put(parent, position);
      this.#put(item, above);
      position = above;
    }
    return position;
  }

  #sink(item: T, from: number): void {
    let position = from;
    for (;;) {
      const below = this.#firstChild(position);
      const child = this.#items[below];
      if (child === undefined || !this.#before(child, item)) return;
      this.#put(child, position);
      this.#put(item, below);
      position = below;
    }
  }

  #firstChild(position: number): number {
    const left = 2 * position + 1;
    const [a, b] = [this.#items[left], this.#items[left + 1]];
    return a !== undefined && b !== undefined && this.#before(b, a) ? left + 1 : left;
  }
}
