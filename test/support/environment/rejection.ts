// For assertions on a failure that is waited for only after something else was done.

/** What the promise rejects with; undefined where it resolves. It counts as handled from now on. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
