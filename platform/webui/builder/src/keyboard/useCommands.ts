import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import { useCanvas } from "@/canvas/useCanvas";
import { useEditor, useEditorStore } from "@/editor/context";
import type { Editor } from "@/editor/store";
import { COMMANDS, type CommandId, type CommandSpec } from "@/keyboard/commands";

export interface Command extends Omit<CommandSpec, "isPossible" | "run"> {
  readonly id: CommandId;
  readonly isPossible: boolean;
}

export const SPECS = Object.entries(COMMANDS) as readonly (readonly [CommandId, CommandSpec])[];

/** Return whether the command can be given now. */
export function isPossible(spec: CommandSpec, editor: Editor): boolean {
  if (spec.edits && editor.readOnly) return false;
  return spec.isPossible?.(editor) ?? true;
}

/** Return all commands as they stand now, and how to give one. */
export function useCommands(): {
  readonly commands: readonly Command[];
  readonly run: (id: CommandId) => void;
} {
  const run = useRunCommand();
  const possible = useEditor(
    useShallow((editor) => SPECS.map(([, spec]) => isPossible(spec, editor))),
  );
  const commands = useMemo(
    () => SPECS.map(([id, spec], index) => ({ ...spec, id, isPossible: possible[index] ?? false })),
    [possible],
  );
  return { commands, run };
}

/** Return how to give a command by its name; nothing happens where it is not possible. */
export function useRunCommand(): (id: CommandId) => void {
  const store = useEditorStore();
  const flow = useCanvas();
  return useMemo(
    () => (id: CommandId) => {
      const spec: CommandSpec = COMMANDS[id];
      if (isPossible(spec, store.getState())) spec.run({ store, flow });
    },
    [store, flow],
  );
}
