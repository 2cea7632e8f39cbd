/** What has to be given before the agent runs, and the button that starts it. */
import { useId, useMemo, useState } from "react";
import { useEditor } from "@/editor/context";
import { inputSchemaOf } from "@/graph/surface";
import { RunForm } from "@/panels/RunForm";
import { closeDialog, openSide } from "@/panels/state";
import { useCommands } from "@/run/context";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

export function RunDialog() {
  const id = useId();
  const { run } = useCommands();
  const [isBusy, setBusy] = useState(false);
  const agent = useEditor((editor) => editor.agent);
  const document = useEditor((editor) => editor.document);
  const catalogue = useEditor((editor) => editor.catalogue);
  const errors = useEditor(
    ({ problems }) => problems.filter((problem) => problem.severity === "error").length,
  );
  const schema = useMemo(() => inputSchemaOf(document, catalogue), [document, catalogue]);
  return (
    <Dialog
      title="Run the agent"
      onClose={closeDialog}
      actions={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button kind="primary" icon="play" type="submit" form={id} disabled={isBusy} autoFocus>
            {isBusy ? "Starting…" : "Run"}
          </Button>
        </>
      }
    >
      {errors > 0 && (
        <div className="notice notice--warning run-form__problems" role="status">
          <p>
            {errors === 1 ? "There is 1 problem" : `There are ${errors} problems`} that may keep the
            agent from running.
          </p>
          <Button
            small
            onClick={() => {
              closeDialog();
              openSide("problems");
            }}
          >
            Show
          </Button>
        </div>
      )}
      <RunForm
        id={id}
        agent={agent ?? "new"}
        schema={schema}
        onBusy={setBusy}
        onRun={async (inputs) => {
          await run(inputs);
          closeDialog();
        }}
      />
    </Dialog>
  );
}
