/** The error that a promise is rejected with. Throws if it is not rejected. */
export function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error("it went well");
    },
    (error: Error) => error,
  );
}
