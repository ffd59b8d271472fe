/** A clock that shows one second more each time it is read. */
export type Clock = () => Date;

/** `start` in seconds since 1970; the default lies within the dates of all test certificates. */
export function counterClock(start = 1_795_300_000): Clock {
  let now = start;
  return () => new Date(now++ * 1000);
}
