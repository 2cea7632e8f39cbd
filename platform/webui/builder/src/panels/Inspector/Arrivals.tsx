/** What arrived at a trigger lately, as it comes. */
import { useEffect, useState } from "react";
import { type Arrival, fetchArrivals } from "@/api/triggers";
import { useSession } from "@/editor/context";
import { moment } from "@/run/words";
import { urlOf } from "@/settings";

const EVERY = 4000; // milliseconds between two looks, while the page is seen

const WORDS: Readonly<Record<Arrival["verdict"], string>> = {
  waiting: "Its run is about to begin",
  started: "It began a run",
  failed: "Its run could not begin",
  refused: "It was not genuine",
  ignored: "Nobody wanted it",
  tested: "It came to the test address",
};

export function Arrivals({ trigger }: { readonly trigger: string }) {
  const { settings } = useSession();
  const arrivals = useArrivals(trigger);
  if (!arrivals) return null;
  return (
    <div aria-live="polite">
      {arrivals.length === 0 && <p className="inspector__quiet">Nothing has arrived yet.</p>}
      <ul className="trigger__arrivals">
        {arrivals.map((one) => (
          <li key={one.id}>
            <details>
              <summary>
                {WORDS[one.verdict]}
                {one.event && ` · ${one.event}`}{" "}
                <span className="inspector__quiet">{moment(one.received_at)}</span>
              </summary>
              {one.why && <p dir="auto">{one.why}</p>}
              {one.body && (
                <pre className="value__text value__text--code" tabIndex={0} dir="auto">
                  {one.body}
                </pre>
              )}
              {one.verdict === "started" && one.graph_exec_id && (
                <a href={urlOf(settings.urls.run, one.graph_exec_id)}>Its run</a>
              )}
            </details>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Return what arrived last; undefined until it is known. Failures are tried again by themselves. */
function useArrivals(trigger: string): readonly Arrival[] | undefined {
  const { client } = useSession();
  const [arrivals, setArrivals] = useState<readonly Arrival[]>();
  useEffect(() => {
    const stop = new AbortController();
    const look = async () => {
      if (document.visibilityState === "hidden") return;
      try {
        setArrivals(await fetchArrivals(client, trigger, stop.signal));
      } catch {
        // The next look may succeed; what is shown stays true.
      }
    };
    void look();
    const timer = setInterval(() => void look(), EVERY);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [client, trigger]);
  return arrivals;
}
