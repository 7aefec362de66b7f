// The HTTP requests of this process as undici reports them: how many are under way, and whether a server with watches is silent.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { DiagnosticsChannel } from "undici";

type Message = DiagnosticsChannel.RequestCreateMessage;

export class Traffic implements Disposable {
  /** Requests without a complete answer; watches, which go on for ever, are left out. */
  readonly #underWay = new Set<object>();
  readonly #watched: string;
  #lastMs = performance.now();
  readonly #listeners: readonly (readonly [channel: string, listener: (message: unknown) => void])[];

  /** `watched`: the origin of the server whose silence counts. */
  constructor(watched: string) {
    this.#watched = watched;
    const ended = ({ request }: Message): void => void this.#underWay.delete(request);
    const nothing = (): void => undefined;
    this.#listeners = [
      this.#listen("create", ({ request }) => {
        if (!isWatch(request.path)) this.#underWay.add(request);
      }),
      this.#listen("headers", nothing),
      this.#listen("bodyChunkReceived", nothing),
      this.#listen("trailers", ended),
      this.#listen("error", ended),
    ];
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** For how long nothing has gone to the watched server or come from it, in real milliseconds. */
  get silentMs(): number {
    return performance.now() - this.#lastMs;
  }

  [Symbol.dispose](): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  #listen(name: string, on: (message: Message) => void): readonly [string, (message: unknown) => void] {
    return [
      `undici:request:${name}`,
      (message) => {
        const { request } = message as Message;
        if (String(request.origin) === this.#watched) this.#lastMs = performance.now();
        on(message as Message);
      },
    ];
  }
}

function isWatch(path: string): boolean {
  return /[?&]watch=/.test(path);
}
