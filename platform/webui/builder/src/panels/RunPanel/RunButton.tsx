import { openDialog, toggleRuns, usePanels } from "@/panels/state";
import { useCommands, useRun, useScene, useTold } from "@/run/context";
import { isFinal } from "@/run/events";
import { Button } from "@/ui/Button";

/** Run, stop, and the panel of runs: the end of the toolbar. */
export function RunButton() {
  const commands = useCommands();
  const { execution } = useScene();
  const busy = useTold((told) => told.busy);
  const isOpen = usePanels((panels) => panels.runs);
  const isLive = useRun(({ state }) => state !== null && !(state.run && isFinal(state.run.status)));
  return (
    <>
      <Button kind="quiet" icon="panel" iconOnly pressed={isOpen} onClick={toggleRuns}>
        Runs
      </Button>
      {isLive && (
        <Button
          kind="danger"
          icon="stop"
          disabled={busy !== null}
          onClick={() => void commands.stop()}
        >
          <span className="run-stop">Stop</span>
        </Button>
      )}
      {execution === null && (
        <Button kind="primary" icon="play" onClick={() => openDialog("run")} data-tour="run">
          Run
        </Button>
      )}
    </>
  );
}
