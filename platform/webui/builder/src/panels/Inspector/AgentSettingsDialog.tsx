/** What is set for an agent's runs, whatever their version. It holds as soon as it is saved. */
import { useEffect, useId, useState } from "react";
import { changeAgentSettings, fetchAgentSettings, type AgentSettings } from "@/api/agents";
import { Refused } from "@/api/client";
import { useSession } from "@/editor/context";
import type { Json, JsonObject } from "@/graph/json";
import { sentenceOf } from "@/panels/sentence";
import { fieldsOf } from "@/pins/field";
import { PinField } from "@/pins/PinField";
import { misfitOf } from "@/pins/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/messages";

/** `GraphSettings` of the API's schema, in words for people. */
const SCHEMA: JsonObject = {
  type: "object",
  properties: {
    human_in_the_loop_safe_mode: {
      title: "Blocks that ask a person wait for the answer",
      type: "boolean",
      default: true,
    },
    sensitive_action_safe_mode: {
      title: "Sensitive blocks wait until a person approves",
      type: "boolean",
      default: false,
    },
    max_concurrent_executions: {
      title: "Most runs at once",
      description: "Empty: no limit of its own.",
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
    },
    when_full: {
      title: "What a start does while that many are under way",
      description:
        "`queue`: it waits its turn. `skip`: it is refused. `replace_oldest`: it stops the oldest run and takes its place.",
      enum: ["queue", "skip", "replace_oldest"],
      default: "queue",
    },
    retention_days: {
      title: "Days after which ended runs are purged",
      description: "Empty: as this instance does.",
      type: "integer",
      minimum: 1,
      maximum: 36_500,
    },
  },
};
const FIELDS = fieldsOf({ part: SCHEMA, root: SCHEMA });

interface AgentSettingsDialogProps {
  readonly agent: string;
  readonly onClose: () => void;
}

export function AgentSettingsDialog({ agent, onClose }: AgentSettingsDialogProps) {
  const { client } = useSession();
  const id = useId();
  const [settings, setSettings] = useState<AgentSettings>();
  const [changes, setChanges] = useState<AgentSettings>({});
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    fetchAgentSettings(client, agent).then(setSettings, setError);
  }, [client, agent]);
  const shown = settings && { ...settings, ...changes };
  const isWrong = FIELDS.some((field) => misfitOf(field, shown?.[field.name]));

  async function save() {
    setBusy(true);
    setError(null);
    try {
      await changeAgentSettings(client, agent, changes);
      toast("The settings hold from now on.");
      onClose();
    } catch (refused) {
      setBusy(false);
      setError(refused);
    }
  }

  return (
    <Dialog
      title="Settings of its runs"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            form={id}
            disabled={!shown || isBusy || isWrong || Object.keys(changes).length === 0}
          >
            {isBusy ? "Saving…" : "Save"}
          </Button>
        </>
      }
    >
      {!shown && error === null && <p role="status">Reading the settings…</p>}
      {error !== null && (
        <p className="notice notice--error" role="alert">
          {sentenceOf(error)}
        </p>
      )}
      {shown && (
        <form
          id={id}
          className="fields"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <p>They hold for all versions of this agent, and at once.</p>
          {FIELDS.map((field) => (
            <PinField
              key={field.name}
              id={`${id}-${field.name}`}
              field={field}
              value={shown[field.name]}
              problem={misfitOf(field, shown[field.name]) ?? refusalAt(error, field.name)}
              onChange={(value: Json | undefined) =>
                // What is cleared goes back to what holds without it.
                setChanges({ ...changes, [field.name]: value ?? field.default ?? null })
              }
            />
          ))}
        </form>
      )}
    </Dialog>
  );
}

function refusalAt(error: unknown, name: string): string | null {
  if (!(error instanceof Refused)) return null;
  return error.errors.find((one) => one.attr === name)?.detail ?? null;
}
