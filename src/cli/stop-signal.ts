/** Settles with the name of the first SIGINT or SIGTERM, or when the time is over. */
export function untilStopped(seconds?: number): Promise<string> {
  return new Promise((resolve) => {
    const timer =
      seconds === undefined
        ? undefined
        : setTimeout(() => stop(`the end of ${seconds} s`), seconds * 1000).unref();
    const stop = (why: string) => {
      clearTimeout(timer);
      resolve(why);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
