import { useEffect, useState } from "react";

const TICK = 500; // ms

/** Return the present moment in ms, kept up to date while something is under way. */
export function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNow(Date.now()), TICK);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}
